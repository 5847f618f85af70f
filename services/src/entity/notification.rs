//! Events told to members.

use domain::{MemberId, Moment, NotificationId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    pub member_id: MemberId,
    pub event_sequence: i64,
    pub read_at: Option<Moment>,
    /// Whether it waits for the member's daily mail.
    pub in_digest: bool,
    #[sea_orm(belongs_to, from = "event_sequence", to = "sequence")]
    pub event: BelongsTo<super::activity_event::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
