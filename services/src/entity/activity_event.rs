//! What happened. Append-only.

use domain::activity::EventKind;
use domain::{AccessRequestId, AccountId, MemberId, Moment, PartnershipId, RequestLineId, WorkspaceId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activity_event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub sequence: i64,
    pub at: Moment,
    pub kind: EventKind,
    /// Who did it; none for what happens by itself.
    pub actor_id: Option<MemberId>,
    /// Whom it was done to.
    pub subject_id: Option<MemberId>,
    pub account_id: Option<AccountId>,
    pub host_workspace_id: WorkspaceId,
    pub guest_workspace_id: Option<WorkspaceId>,
    pub access_request_id: Option<AccessRequestId>,
    pub request_line_id: Option<RequestLineId>,
    /// [`crate::activity::Details`] as JSON.
    pub details: String,
    pub partnership_id: Option<PartnershipId>,
    /// [`crate::activity::stamp::Stamp`], empty for what happens by itself.
    pub address: String,
    pub os: String,
    pub device: String,
    pub location: String,
}

impl ActiveModelBehavior for ActiveModel {}
