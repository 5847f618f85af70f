//! New email addresses that are not their users' yet.

use domain::{Moment, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "email_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// The new address.
    pub email: String,
    pub created_at: Moment,
    /// When the old address has agreed.
    pub agreed_at: Option<Moment>,
    pub ends_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}
