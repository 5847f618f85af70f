//! The people in requests: the units of decision.

use domain::access_request::{CancelReason, LineState};
use domain::account::AccountRole;
use domain::{AccessGrantId, AccessRequestId, AccountId, MemberId, Moment, RequestLineId, WorkspaceId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestLineId,
    pub access_request_id: AccessRequestId,
    pub account_id: AccountId,
    pub member_id: MemberId,
    pub state: LineState,
    pub cancel_reason: Option<CancelReason>,
    /// A declined line for the same account and member.
    pub earlier_line_id: Option<RequestLineId>,
    /// From this moment on the line can no longer be decided.
    pub open_until: Moment,
    /// The owner who decided; none where the line ended otherwise.
    pub decided_by: Option<MemberId>,
    /// When the line left `pending`, in whatever way.
    pub decided_at: Option<Moment>,
    pub accepted_role: Option<AccountRole>,
    pub accepted_ends_at: Option<Moment>,
    pub access_grant_id: Option<AccessGrantId>,
    pub note: String,
    pub created_at: Moment,
    /// The workspace whose account it is about.
    pub host_workspace_id: WorkspaceId,
    #[sea_orm(belongs_to, from = "access_request_id", to = "id")]
    pub access_request: BelongsTo<super::access_request::Entity>,
    #[sea_orm(belongs_to, from = "account_id", to = "id")]
    pub account: BelongsTo<super::account::Entity>,
    #[sea_orm(belongs_to, from = "member_id", to = "id")]
    pub member: BelongsTo<super::member::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
