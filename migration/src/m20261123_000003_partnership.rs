//! Partnerships, with the policy that the host sets.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    r#"CREATE TABLE partnership (
        id {uuid} NOT NULL PRIMARY KEY,
        host_workspace_id {uuid} NOT NULL REFERENCES workspace (id),
        guest_workspace_id {uuid} NOT NULL REFERENCES workspace (id),
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
        CHECK (host_workspace_id <> guest_workspace_id)
    )"#,
    r#"CREATE UNIQUE INDEX partnership_live ON partnership (host_workspace_id, guest_workspace_id)
        WHERE state IN ('proposed', 'awaiting_guest', 'active', 'suspended')"#,
    "CREATE INDEX partnership_guest ON partnership (guest_workspace_id)",
    "CREATE INDEX partnership_owner ON partnership (owner_member_id)",
];

const DOWN: &[&str] = &["DROP TABLE partnership"];
