//! Links from host to guest workspaces.

use domain::account::AccountRole;
use domain::partnership::PartnershipState;
use domain::{MemberId, Moment, PartnershipId, WorkspaceId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartnershipId,
    pub host_workspace_id: WorkspaceId,
    /// None while nobody has the workspace ID that was typed, or the company has no workspace yet.
    pub guest_workspace_id: Option<WorkspaceId>,
    pub owner_member_id: MemberId,
    pub state: PartnershipState,
    pub highest_role: AccountRole,
    pub longest_days: Option<i32>,
    pub reason_required: bool,
    pub open_days: i32,
    pub suspended_at: Option<Moment>,
    pub created_at: Moment,
    /// The workspace ID as it was typed; none when the company is invited to found a workspace.
    pub guest_public_id: Option<String>,
    pub contact_email: String,
    pub reason: String,
    /// When the guest was asked: from then on its Admins see it.
    pub sent_at: Option<Moment>,
    pub lapses_at: Option<Moment>,
    pub reminded_at: Option<Moment>,
    pub accepted_at: Option<Moment>,
    pub accepted_by: Option<MemberId>,
    pub terms_version: Option<i32>,
    /// The workspace that has suspended it.
    pub suspended_by: Option<WorkspaceId>,
    pub ends_at: Option<Moment>,
    pub ended_at: Option<Moment>,
    pub shortest_reason: i32,
    pub cool_down_days: i32,
    #[sea_orm(belongs_to, from = "owner_member_id", to = "id")]
    pub owner: BelongsTo<super::member::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
