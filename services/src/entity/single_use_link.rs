//! Links that work once.

use domain::link::LinkPurpose;
use domain::{MemberId, Moment, PartnershipId, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "single_use_link")]
pub struct Model {
    /// SHA-256 of the token that only the link has, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    pub purpose: LinkPurpose,
    /// The address it was made for.
    pub email: String,
    pub user_id: Option<UserId>,
    pub member_id: Option<MemberId>,
    /// The partnership that waits for the workspace that is founded with it.
    pub partnership_id: Option<PartnershipId>,
    pub made_by: Option<MemberId>,
    pub created_at: Moment,
    pub ends_at: Moment,
    pub used_at: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}
