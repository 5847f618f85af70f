//! Shares whose time comes are found by it.

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
    &["CREATE INDEX account_share_ends ON account_share (ends_at) WHERE state = 'active' AND ends_at IS NOT NULL"];

const DOWN: &[&str] = &["DROP INDEX account_share_ends"];
