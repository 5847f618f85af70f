//! Joining: the order of All members, and what is known of whoever is invited.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    // The name as it sorts: folded. Of whoever is invited, the address.
    "ALTER TABLE member ADD COLUMN sort_key text {ordered} NOT NULL DEFAULT ''",
    r#"UPDATE member SET sort_key = (SELECT lower(u.name) FROM "user" u WHERE u.id = member.user_id)"#,
    // The address as it was typed: what becomes of the sign-in it belongs to must not be seen before they have joined.
    "ALTER TABLE member ADD COLUMN invited_email text",
    "ALTER TABLE member ADD COLUMN invited_until {time}",
    "ALTER TABLE member ADD COLUMN invited_by {uuid}",
    "CREATE INDEX member_by_name ON member (workspace_id, sort_key, id)",
    // Few of many: a filter by one of these must not go through all others.
    "CREATE INDEX member_by_status ON member (workspace_id, status, sort_key, id) WHERE status <> 'active'",
    "CREATE INDEX member_by_role ON member (workspace_id, role, sort_key, id) WHERE role <> 'user'",
];

const DOWN: &[&str] = &[
    "DROP INDEX member_by_role",
    "DROP INDEX member_by_status",
    "DROP INDEX member_by_name",
    "ALTER TABLE member DROP COLUMN invited_by",
    "ALTER TABLE member DROP COLUMN invited_until",
    "ALTER TABLE member DROP COLUMN invited_email",
    "ALTER TABLE member DROP COLUMN sort_key",
];
