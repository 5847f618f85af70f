//! Workspaces, users, members, and the index that finds members.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    r#"CREATE TABLE workspace (
        id {uuid} NOT NULL PRIMARY KEY,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        public_id text NOT NULL UNIQUE,
        created_at {time} NOT NULL
    )"#,
    // An email address is compared without regard to case: `email_folded` is what is compared.
    r#"CREATE TABLE "user" (
        id {uuid} NOT NULL PRIMARY KEY,
        email text NOT NULL,
        email_folded text NOT NULL UNIQUE,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        password_hash text,
        created_at {time} NOT NULL
    )"#,
    r#"CREATE TABLE member (
        id {uuid} NOT NULL PRIMARY KEY,
        workspace_id {uuid} NOT NULL REFERENCES workspace (id),
        user_id {uuid} NOT NULL REFERENCES "user" (id),
        role text NOT NULL CHECK (role IN ('user', 'admin', 'owner')),
        status text NOT NULL CHECK (status IN ('invited', 'active', 'deactivated')),
        created_at {time} NOT NULL,
        UNIQUE (user_id, workspace_id)
    )"#,
    "CREATE INDEX member_workspace ON member (workspace_id, status)",
    "CREATE UNIQUE INDEX member_one_owner ON member (workspace_id) WHERE role = 'owner'",
    // A row for each word of the name and each part of the address of a member. Foreign keys are left out: they would
    // double the cost of the largest table, and a member's row is never deleted.
    r#"CREATE TABLE member_search (
        workspace_id {uuid} NOT NULL,
        token text {ordered} NOT NULL,
        member_id {uuid} NOT NULL,
        PRIMARY KEY (workspace_id, token, member_id)
    ) {clustered}"#,
    "CREATE INDEX member_search_member ON member_search (member_id, token)",
    // A row for each two words of a member: the first letters of the one, and the beginning of the other. Two words that
    // many members have, and hardly any have both, are found here.
    r#"CREATE TABLE member_search_pair (
        workspace_id {uuid} NOT NULL,
        pair text {ordered} NOT NULL,
        member_id {uuid} NOT NULL,
        PRIMARY KEY (workspace_id, pair, member_id)
    ) {clustered}"#,
];

const DOWN: &[&str] = &[
    "DROP TABLE member_search_pair",
    "DROP TABLE member_search",
    "DROP TABLE member",
    r#"DROP TABLE "user""#,
    "DROP TABLE workspace",
];
