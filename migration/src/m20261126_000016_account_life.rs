//! Accounts from being added to being forgotten.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    "ALTER TABLE account ADD COLUMN added_by {uuid}",
    // Made with the form: the same form sent twice adds one account.
    "ALTER TABLE account ADD COLUMN form_key {uuid}",
    "CREATE UNIQUE INDEX account_form ON account (added_by, form_key) WHERE form_key IS NOT NULL",
    // Counts the changes of the details, so that nobody replaces unseen what somebody else has saved.
    "ALTER TABLE account ADD COLUMN version integer NOT NULL DEFAULT 1",
    // Since when host Admins know that the account has no owner.
    "ALTER TABLE account ADD COLUMN ownerless_since {time}",
    "CREATE INDEX account_ownerless ON account (ownerless_since) WHERE ownerless_since IS NOT NULL",
    // Its details were wiped: it can be restored no longer, and only its activity is left.
    "ALTER TABLE account ADD COLUMN forgotten_at {time}",
    r#"CREATE INDEX account_deleted ON account (workspace_id, deleted_at)
        WHERE deleted_at IS NOT NULL AND forgotten_at IS NULL"#,
    // What guests had when an account was deleted, and what waits after it was restored.
    "CREATE INDEX access_grant_taken ON access_grant (account_id) WHERE end_reason = 'account_deleted'",
    // Who owns an account, and who did.
    "CREATE INDEX access_grant_owner ON access_grant (account_id) WHERE role = 'owner'",
    "CREATE INDEX access_grant_waiting ON access_grant (account_id, member_id) WHERE state = 'suspended'",
];

const DOWN: &[&str] = &[
    "DROP INDEX access_grant_waiting",
    "DROP INDEX access_grant_owner",
    "DROP INDEX access_grant_taken",
    "DROP INDEX account_deleted",
    "ALTER TABLE account DROP COLUMN forgotten_at",
    "DROP INDEX account_ownerless",
    "ALTER TABLE account DROP COLUMN ownerless_since",
    "ALTER TABLE account DROP COLUMN version",
    "DROP INDEX account_form",
    "ALTER TABLE account DROP COLUMN form_key",
    "ALTER TABLE account DROP COLUMN added_by",
];
