//! Why a grant has ended, and what is kept of a deleted account.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    // Why it was revoked: what is restored later must find its own again.
    r#"ALTER TABLE access_grant ADD COLUMN end_reason text CHECK (end_reason IN (
        'removed', 'given_back', 'replaced', 'member_deactivated', 'partnership_over', 'unshared', 'account_deleted'
    ))"#,
    // How many days before its end the holder was warned last.
    "ALTER TABLE access_grant ADD COLUMN warned_days integer",
    "CREATE INDEX access_grant_share ON access_grant (account_share_id) WHERE state IN ('active', 'suspended')",
    "ALTER TABLE account ADD COLUMN deleted_by {uuid}",
    "ALTER TABLE account ADD COLUMN delete_reason text NOT NULL DEFAULT ''",
    // At most once a day.
    "ALTER TABLE access_request ADD COLUMN reminded_at {time}",
    "CREATE INDEX access_request_requester ON access_request (requester_id, created_at)",
    "CREATE INDEX request_line_of_member ON request_line (member_id) WHERE state = 'pending'",
];

const DOWN: &[&str] = &[
    "DROP INDEX request_line_of_member",
    "DROP INDEX access_request_requester",
    "ALTER TABLE access_request DROP COLUMN reminded_at",
    "ALTER TABLE account DROP COLUMN delete_reason",
    "ALTER TABLE account DROP COLUMN deleted_by",
    "DROP INDEX access_grant_share",
    "ALTER TABLE access_grant DROP COLUMN warned_days",
    "ALTER TABLE access_grant DROP COLUMN end_reason",
];
