//! Members' roles on accounts.

use domain::access_grant::{GrantSource, GrantState, RevokeReason};
use domain::account::AccountRole;
use domain::{AccessGrantId, AccountId, AccountShareId, MemberId, Moment};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessGrantId,
    pub account_id: AccountId,
    pub member_id: MemberId,
    pub role: AccountRole,
    pub source: GrantSource,
    /// The share a guest's grant stands on. None for the host's own members.
    pub account_share_id: Option<AccountShareId>,
    pub state: GrantState,
    pub ends_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
    pub created_at: Moment,
    pub ended_at: Option<Moment>,
    pub end_reason: Option<RevokeReason>,
    /// How many days before the end the holder was warned last.
    pub warned_days: Option<i32>,
    #[sea_orm(belongs_to, from = "account_id", to = "id")]
    pub account: BelongsTo<super::account::Entity>,
    #[sea_orm(belongs_to, from = "member_id", to = "id")]
    pub member: BelongsTo<super::member::Entity>,
    #[sea_orm(belongs_to, from = "account_share_id", to = "id")]
    pub account_share: BelongsTo<Option<super::account_share::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
