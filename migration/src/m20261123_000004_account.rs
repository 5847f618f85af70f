//! Accounts, the shares that offer them, and the grants that give access.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    r#"CREATE TABLE account (
        id {uuid} NOT NULL PRIMARY KEY,
        workspace_id {uuid} NOT NULL REFERENCES workspace (id),
        label text NOT NULL CHECK (length(label) BETWEEN 1 AND 200),
        app text NOT NULL,
        login_url text NOT NULL,
        username text NOT NULL,
        note text NOT NULL,
        sort_key text {ordered} NOT NULL,
        search_text text NOT NULL,
        last_used_at {time},
        last_used_by {uuid} REFERENCES member (id),
        created_at {time} NOT NULL,
        deleted_at {time}
    )"#,
    "CREATE INDEX account_workspace ON account (workspace_id, sort_key)",
    r#"CREATE TABLE account_share (
        id {uuid} NOT NULL PRIMARY KEY,
        account_id {uuid} NOT NULL REFERENCES account (id),
        partnership_id {uuid} NOT NULL REFERENCES partnership (id),
        state text NOT NULL CHECK (state IN ('active', 'stopped')),
        highest_role text NOT NULL CHECK (highest_role IN ('collaborator', 'account_manager')),
        ends_at {time},
        created_at {time} NOT NULL
    )"#,
    "CREATE UNIQUE INDEX account_share_live ON account_share (account_id, partnership_id) WHERE state = 'active'",
    "CREATE INDEX account_share_partnership ON account_share (partnership_id)",
    // A guest's grant names the share it stands on. A host's own member's grant has none.
    r#"CREATE TABLE access_grant (
        id {uuid} NOT NULL PRIMARY KEY,
        account_id {uuid} NOT NULL REFERENCES account (id),
        member_id {uuid} NOT NULL REFERENCES member (id),
        role text NOT NULL CHECK (role IN ('collaborator', 'account_manager', 'owner')),
        source text NOT NULL CHECK (source IN ('owner', 'direct', 'share', 'request')),
        account_share_id {uuid} REFERENCES account_share (id),
        state text NOT NULL CHECK (state IN ('active', 'suspended', 'revoked', 'expired')),
        ends_at {time},
        last_used_at {time},
        created_at {time} NOT NULL,
        ended_at {time},
        CHECK (role <> 'owner' OR account_share_id IS NULL),
        CHECK (role <> 'account_manager' OR account_share_id IS NOT NULL),
        CHECK (source NOT IN ('share', 'request') OR account_share_id IS NOT NULL),
        CHECK ((state IN ('revoked', 'expired')) = (ended_at IS NOT NULL))
    )"#,
    "CREATE INDEX access_grant_member ON access_grant (member_id, account_id) WHERE state = 'active'",
    "CREATE INDEX access_grant_account ON access_grant (account_id, member_id) WHERE state = 'active'",
    "CREATE INDEX access_grant_ends ON access_grant (ends_at) WHERE state = 'active' AND ends_at IS NOT NULL",
];

const DOWN: &[&str] = &["DROP TABLE access_grant", "DROP TABLE account_share", "DROP TABLE account"];
