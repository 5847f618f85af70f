//! Fields of accounts beside those that every account has. Their values are credentials.

use domain::credential::CustomFieldKind;
use domain::{AccountId, CustomFieldId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "custom_field")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomFieldId,
    pub account_id: AccountId,
    pub position: i32,
    pub kind: CustomFieldKind,
    pub name: String,
}

impl ActiveModelBehavior for ActiveModel {}
