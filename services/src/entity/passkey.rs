//! Passkeys of users.

use domain::{Moment, PasskeyId, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasskeyId,
    pub user_id: UserId,
    /// In base 64, as browsers write it.
    #[sea_orm(unique)]
    pub credential_id: String,
    pub name: String,
    /// Public key and counter, as the library writes them.
    pub credential: String,
    pub created_at: Moment,
    pub last_used_at: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}
