//! Sign-ins that wait for the second factor.

use domain::{Moment, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "half_open_sign_in")]
pub struct Model {
    /// SHA-256 of the token that only the browser has, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    pub user_id: UserId,
    /// Wrong codes so far.
    pub failed: i32,
    pub ends_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}
