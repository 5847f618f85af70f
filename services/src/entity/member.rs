//! Users in workspaces.

use domain::member::MemberStatus;
use domain::workspace::WorkspaceRole;
use domain::{MemberId, Moment, UserId, WorkspaceId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MemberId,
    pub workspace_id: WorkspaceId,
    pub user_id: UserId,
    pub role: WorkspaceRole,
    pub status: MemberStatus,
    pub created_at: Moment,
    /// When an invitation was taken up; none while it waits.
    pub joined_at: Option<Moment>,
    pub deactivated_at: Option<Moment>,
    /// The name as it sorts: folded. Of whoever is invited, the address.
    pub sort_key: String,
    /// The address an invitation was typed for, while it waits: shown instead of anything of the user's.
    pub invited_email: Option<String>,
    pub invited_until: Option<Moment>,
    pub invited_by: Option<MemberId>,
    #[sea_orm(belongs_to, from = "workspace_id", to = "id")]
    pub workspace: BelongsTo<super::workspace::Entity>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
