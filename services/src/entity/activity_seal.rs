//! The place of an event in the record.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activity_seal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub event_sequence: i64,
    pub salt: String,
    pub leaf: String,
}

impl ActiveModelBehavior for ActiveModel {}
