//! Questions that passkeys have to answer.

use domain::{Moment, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_ceremony")]
pub struct Model {
    /// SHA-256 of the token that only the page has, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// Whose passkey is being set up; nobody's where somebody signs in.
    pub user_id: Option<UserId>,
    pub address: String,
    /// What the answer is checked with, as the library writes it.
    pub state: String,
    pub ends_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}
