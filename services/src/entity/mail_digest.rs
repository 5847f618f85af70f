//! Members' daily mails.

use domain::{MemberId, Moment};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_digest")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// When the latest was made, or before the first when it was chosen.
    pub last_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}
