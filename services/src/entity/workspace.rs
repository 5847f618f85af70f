//! Companies.

use domain::{Moment, WorkspaceId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workspace")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkspaceId,
    pub name: String,
    #[sea_orm(unique)]
    pub public_id: String,
    pub created_at: Moment,
    /// Whether members need a second factor to sign in.
    pub second_factor_required: bool,
}

impl ActiveModelBehavior for ActiveModel {}
