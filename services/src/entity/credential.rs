//! The secrets of accounts, sealed, by field and version.

use domain::{AccountId, MemberId, Moment};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub field: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// None where it was taken away, or is too old to be kept.
    pub sealed: Option<Vec<u8>>,
    /// Whether it says that the one before was taken away.
    pub removed: bool,
    pub set_by: Option<MemberId>,
    pub set_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}
