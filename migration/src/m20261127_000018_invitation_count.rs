//! The invitations that a workspace has sent in a day are counted.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}

const UP: &[&str] =
    &["CREATE INDEX single_use_link_invitations ON single_use_link (made_by, created_at) WHERE purpose = 'invitation'"];

const DOWN: &[&str] = &["DROP INDEX single_use_link_invitations"];
