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
    pub guest_workspace_id: WorkspaceId,
    pub owner_member_id: MemberId,
    pub state: PartnershipState,
    pub highest_role: AccountRole,
    pub longest_days: Option<i32>,
    pub reason_required: bool,
    pub open_days: i32,
    pub suspended_at: Option<Moment>,
    pub created_at: Moment,
    #[sea_orm(belongs_to, from = "owner_member_id", to = "id")]
    pub owner: BelongsTo<super::member::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
