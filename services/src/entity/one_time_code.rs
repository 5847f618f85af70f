//! Codes from an app that both sides compute from the time.

use domain::{Moment, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// A secret from before there was a vault, which is emptied when it is taken in.
    pub open_secret: String,
    /// The time step of the last code that was taken.
    pub last_step: i64,
    pub created_at: Moment,
    /// When a code has shown that the app has the secret; none while the set-up is under way.
    pub confirmed_at: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}
