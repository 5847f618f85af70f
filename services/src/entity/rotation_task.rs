//! Passwords that should be changed, because somebody who has seen them has lost access.

use domain::{AccountId, Moment};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rotation_task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: AccountId,
    pub version: i32,
    pub opened_at: Moment,
    pub closed_at: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}
