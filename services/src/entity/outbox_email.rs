//! Mail on its way.

use domain::{MemberId, Moment, OutboxEmailId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_email")]
pub struct Model {
    /// Also the idempotency key and the Message-ID.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutboxEmailId,
    /// `waiting`, `sent` or `undeliverable`.
    pub state: String,
    pub recipient_id: Option<MemberId>,
    pub to_name: String,
    pub to_address: String,
    pub subject: String,
    pub text_body: String,
    pub html_body: String,
    pub attempts: i32,
    /// Not sent before this moment.
    pub due_at: Moment,
    /// A worker has it until this moment.
    pub leased_until: Option<Moment>,
    pub last_error: Option<String>,
    pub created_at: Moment,
    pub finished_at: Option<Moment>,
    /// Whether it holds a link that lets somebody in: its words go when it has left.
    pub confidential: bool,
}

impl ActiveModelBehavior for ActiveModel {}
