//! Sign-in identities.

use domain::{Moment, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub email: String,
    /// Lower case: what is compared, and unique in the installation.
    #[sea_orm(unique)]
    pub email_folded: String,
    pub name: String,
    /// In PHC string format. Nobody signs in without one.
    pub password_hash: Option<String>,
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}
