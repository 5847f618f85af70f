//! Logins that workspaces own.

use domain::{AccountId, IdempotencyKey, MemberId, Moment, WorkspaceId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    pub workspace_id: WorkspaceId,
    pub label: String,
    pub app: String,
    pub login_url: String,
    pub username: String,
    /// A note from before there was a vault, which is emptied when it is taken in.
    pub open_note: String,
    /// The label as it sorts: folded.
    pub sort_key: String,
    /// Label, app and username as they are searched: folded, joined by line breaks.
    pub search_text: String,
    pub last_used_at: Option<Moment>,
    pub last_used_by: Option<MemberId>,
    pub created_at: Moment,
    pub deleted_at: Option<Moment>,
    pub deleted_by: Option<MemberId>,
    pub delete_reason: String,
    pub added_by: Option<MemberId>,
    /// Made with the form that it was added with.
    pub form_key: Option<IdempotencyKey>,
    /// Counts the changes of its details.
    pub version: i32,
    /// Since when host Admins know that it has no owner.
    pub ownerless_since: Option<Moment>,
    /// When its details were wiped, long after it was deleted.
    pub forgotten_at: Option<Moment>,
    #[sea_orm(belongs_to, from = "workspace_id", to = "id")]
    pub workspace: BelongsTo<super::workspace::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
