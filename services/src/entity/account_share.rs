//! Accounts offered through partnerships.

use domain::account::AccountRole;
use domain::partnership::ShareState;
use domain::{AccountId, AccountShareId, Moment, PartnershipId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_share")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountShareId,
    pub account_id: AccountId,
    pub partnership_id: PartnershipId,
    pub state: ShareState,
    pub highest_role: AccountRole,
    pub ends_at: Option<Moment>,
    pub created_at: Moment,
    #[sea_orm(belongs_to, from = "account_id", to = "id")]
    pub account: BelongsTo<super::account::Entity>,
    #[sea_orm(belongs_to, from = "partnership_id", to = "id")]
    pub partnership: BelongsTo<super::partnership::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
