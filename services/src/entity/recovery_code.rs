//! Codes for whoever has lost their other second factors, each good once.

use domain::{Moment, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: UserId,
    /// The same for all codes made at once.
    pub salt: String,
    /// Argon2id of the code, in base 64.
    pub code_hash: String,
    pub created_at: Moment,
    pub used_at: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}
