//! What account managers ask.

use domain::account::AccountRole;
use domain::{AccessRequestId, AccountId, AccountShareId, IdempotencyKey, MemberId, Moment};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessRequestId,
    pub account_id: AccountId,
    pub account_share_id: AccountShareId,
    pub requester_id: MemberId,
    /// Made with the form: unique with the requester.
    pub idempotency_key: IdempotencyKey,
    pub role: AccountRole,
    /// Access for this many days from acceptance.
    pub access_days: Option<i32>,
    /// Access to the end of this day, UTC.
    pub access_last_day: Option<Date>,
    pub reason: String,
    /// Who could not be asked for and why, as JSON: answered again when the same request is sent again.
    pub refused: String,
    pub created_at: Moment,
    pub reminded_at: Option<Moment>,
    /// What the account was called then.
    pub account_label: String,
    #[sea_orm(belongs_to, from = "account_id", to = "id")]
    pub account: BelongsTo<super::account::Entity>,
    #[sea_orm(belongs_to, from = "account_share_id", to = "id")]
    pub account_share: BelongsTo<super::account_share::Entity>,
    #[sea_orm(belongs_to, from = "requester_id", to = "id")]
    pub requester: BelongsTo<super::member::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
