//! Which mails members want.

use domain::MemberId;
use domain::notification::MailDelivery;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_choice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// A `MailTopic`'s word: sea-orm takes no enum as a part of a key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: String,
    pub delivery: MailDelivery,
}

impl ActiveModelBehavior for ActiveModel {}
