//! Secrets that were handed out.

use domain::credential::RevealWay;
use domain::{AccountId, MemberId, Moment};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reveal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: AccountId,
    pub member_id: MemberId,
    pub field: String,
    pub version: i32,
    pub way: RevealWay,
    pub at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}
