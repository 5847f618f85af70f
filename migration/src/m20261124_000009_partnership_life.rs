//! A partnership from its proposal to its end: a guest that is not known yet, who decided what, and until when.

use crate::dialect::run;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// SQLite changes a column only by making the table anew, which other tables point at: within one transaction, at
    /// whose end everything points at something again.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        make_anew(manager, "", "true").await?;
        run(manager, EVENTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, NO_EVENTS).await?;
        make_anew(manager, "NOT NULL", "guest_workspace_id IS NOT NULL").await?;
        run(manager, DOWN).await
    }
}

/// Lets the guest's column be empty, or not.
async fn make_anew(manager: &SchemaManager<'_>, null: &str, kept: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let act = if null.is_empty() { "DROP" } else { "SET" };
        let sql = format!("ALTER TABLE partnership ALTER COLUMN guest_workspace_id {act} NOT NULL");
        return run(manager, &[&sql]).await;
    }
    let table = TABLE.replace("{null}", null);
    let copy = format!("INSERT INTO partnership SELECT * FROM partnership_before WHERE {kept}");
    run(
        manager,
        &[
            "PRAGMA defer_foreign_keys = ON",
            "CREATE TABLE partnership_before AS SELECT * FROM partnership",
            "DROP TABLE partnership",
            &table,
            &copy,
            "DROP TABLE partnership_before",
            r#"CREATE UNIQUE INDEX partnership_live ON partnership (host_workspace_id, guest_workspace_id)
                WHERE state IN ('proposed', 'awaiting_guest', 'active', 'suspended')"#,
            "CREATE INDEX partnership_guest ON partnership (guest_workspace_id)",
            "CREATE INDEX partnership_owner ON partnership (owner_member_id)",
        ],
    )
    .await
}

const UP: &[&str] = &[
    // The workspace ID as it was typed, which need not be anybody's; none when the company is invited to found a workspace.
    "ALTER TABLE partnership ADD COLUMN guest_public_id text",
    "ALTER TABLE partnership ADD COLUMN contact_email text NOT NULL DEFAULT ''",
    "ALTER TABLE partnership ADD COLUMN reason text NOT NULL DEFAULT ''",
    // When the guest could see it first: the host's Admins had approved.
    "ALTER TABLE partnership ADD COLUMN sent_at {time}",
    // When the proposal lapses. Counts while it waits.
    "ALTER TABLE partnership ADD COLUMN lapses_at {time}",
    "ALTER TABLE partnership ADD COLUMN reminded_at {time}",
    "ALTER TABLE partnership ADD COLUMN accepted_at {time}",
    "ALTER TABLE partnership ADD COLUMN accepted_by {uuid}",
    "ALTER TABLE partnership ADD COLUMN terms_version integer",
    "ALTER TABLE partnership ADD COLUMN suspended_by {uuid}",
    "ALTER TABLE partnership ADD COLUMN ends_at {time}",
    "ALTER TABLE partnership ADD COLUMN ended_at {time}",
    "ALTER TABLE partnership ADD COLUMN shortest_reason integer NOT NULL DEFAULT 0",
    "ALTER TABLE partnership ADD COLUMN cool_down_days integer NOT NULL DEFAULT 0",
    "UPDATE partnership SET sent_at = created_at, accepted_at = created_at
        WHERE state IN ('active', 'suspended', 'removed', 'ended')",
];

/// As the columns stand after [`UP`], in their order.
const TABLE: &str = r#"CREATE TABLE partnership (
    id {uuid} NOT NULL PRIMARY KEY,
    host_workspace_id {uuid} NOT NULL REFERENCES workspace (id),
    guest_workspace_id {uuid} {null} REFERENCES workspace (id),
    owner_member_id {uuid} NOT NULL REFERENCES member (id),
    state text NOT NULL CHECK (state IN (
        'proposed', 'awaiting_guest', 'active', 'suspended',
        'declined', 'withdrawn', 'lapsed', 'removed', 'ended'
    )),
    highest_role text NOT NULL CHECK (highest_role IN ('collaborator', 'account_manager')),
    longest_days integer CHECK (longest_days > 0),
    reason_required {bool} NOT NULL,
    open_days integer NOT NULL CHECK (open_days > 0),
    suspended_at {time},
    created_at {time} NOT NULL,
    guest_public_id text,
    contact_email text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    sent_at {time},
    lapses_at {time},
    reminded_at {time},
    accepted_at {time},
    accepted_by {uuid},
    terms_version integer,
    suspended_by {uuid},
    ends_at {time},
    ended_at {time},
    shortest_reason integer NOT NULL DEFAULT 0,
    cool_down_days integer NOT NULL DEFAULT 0,
    CHECK (host_workspace_id <> guest_workspace_id)
)"#;

const EVENTS: &[&str] = &[
    // Whatever was typed can be proposed to once at a time, whether it is anybody's or not.
    r#"CREATE UNIQUE INDEX partnership_live_typed ON partnership (host_workspace_id, guest_public_id)
        WHERE state IN ('proposed', 'awaiting_guest', 'active', 'suspended') AND guest_public_id IS NOT NULL"#,
    r#"CREATE INDEX partnership_lapses ON partnership (lapses_at)
        WHERE state IN ('proposed', 'awaiting_guest')"#,
    "CREATE INDEX partnership_ends ON partnership (ends_at) WHERE ends_at IS NOT NULL",
    "ALTER TABLE activity_event ADD COLUMN partnership_id {uuid}",
];

const NO_EVENTS: &[&str] = &[
    "ALTER TABLE activity_event DROP COLUMN partnership_id",
    "DROP INDEX partnership_ends",
    "DROP INDEX partnership_lapses",
    "DROP INDEX partnership_live_typed",
];

const DOWN: &[&str] = &[
    "ALTER TABLE partnership DROP COLUMN cool_down_days",
    "ALTER TABLE partnership DROP COLUMN shortest_reason",
    "ALTER TABLE partnership DROP COLUMN ended_at",
    "ALTER TABLE partnership DROP COLUMN ends_at",
    "ALTER TABLE partnership DROP COLUMN suspended_by",
    "ALTER TABLE partnership DROP COLUMN terms_version",
    "ALTER TABLE partnership DROP COLUMN accepted_by",
    "ALTER TABLE partnership DROP COLUMN accepted_at",
    "ALTER TABLE partnership DROP COLUMN reminded_at",
    "ALTER TABLE partnership DROP COLUMN lapses_at",
    "ALTER TABLE partnership DROP COLUMN sent_at",
    "ALTER TABLE partnership DROP COLUMN reason",
    "ALTER TABLE partnership DROP COLUMN contact_email",
    "ALTER TABLE partnership DROP COLUMN guest_public_id",
];
