//! Key-encryption keys by their ids, and where each stands. The keys themselves are elsewhere.

use domain::Moment;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vault_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Opens with the right key.
    pub proof: Vec<u8>,
    pub state: String,
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}
