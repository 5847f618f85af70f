//! What the Partners page asks for, and that a company is invited once at a time.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    "CREATE INDEX partnership_host ON partnership (host_workspace_id, created_at)",
    // A company without a workspace is known by the address alone.
    r#"CREATE UNIQUE INDEX partnership_live_contact ON partnership (host_workspace_id, lower(contact_email))
        WHERE state IN ('proposed', 'awaiting_guest', 'active', 'suspended')
          AND guest_public_id IS NULL AND contact_email <> ''"#,
    "CREATE INDEX access_request_share ON access_request (account_share_id)",
];

const DOWN: &[&str] =
    &["DROP INDEX access_request_share", "DROP INDEX partnership_live_contact", "DROP INDEX partnership_host"];
