//! Attempts to sign in, kept as long as they count against a limit.

use domain::Moment;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: Moment,
    pub address: String,
    /// SHA-256 of the folded email address: it need not belong to anyone.
    pub email_hash: String,
    /// Whether the user it was meant for has signed in from this address lately.
    pub familiar: bool,
    pub failed: bool,
}

impl ActiveModelBehavior for ActiveModel {}
