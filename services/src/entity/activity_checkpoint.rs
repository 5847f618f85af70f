//! Signatures over batches of activity. Kept for ever.

use domain::Moment;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activity_checkpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub first_position: i64,
    pub last_position: i64,
    pub at: Moment,
    pub root: String,
    pub previous: String,
    pub key_id: String,
    pub signature: String,
    /// Of its events. Signed it is not: it only says where to look for what is not sealed yet.
    pub highest_sequence: i64,
}

impl ActiveModelBehavior for ActiveModel {}
