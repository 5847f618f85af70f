//! Grants that wait for an owner's word are found by their end, too.

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

const UP: &[&str] = &[
    "CREATE INDEX access_grant_waiting_ends ON access_grant (ends_at) WHERE state = 'suspended' AND ends_at IS NOT NULL",
];

const DOWN: &[&str] = &["DROP INDEX access_grant_waiting_ends"];
