//! Sessions: who is signed in, where.

use domain::{MemberId, Moment, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// SHA-256 of the id that only the browser has, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id_hash: String,
    pub user_id: UserId,
    pub member_id: MemberId,
    /// The network address at sign-in.
    pub address: String,
    pub created_at: Moment,
    pub last_seen_at: Moment,
    pub ends_at: Moment,
    /// What it is called in the list of one's sessions.
    pub public_id: Option<Uuid>,
    /// Browser and system at sign-in, in words.
    pub browser: String,
    /// When the user has last proven who they are; at the beginning, if there is none.
    pub confirmed_at: Option<Moment>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
    #[sea_orm(belongs_to, from = "member_id", to = "id")]
    pub member: BelongsTo<super::member::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
