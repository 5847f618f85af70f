//! The times in which only owners could copy an account's password.

use domain::{AccountId, Moment};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "copying_pause")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: AccountId,
    pub since: Moment,
    pub until: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}
