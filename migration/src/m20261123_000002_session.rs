//! Sessions, and the attempts to sign in.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    // The id is known to the browser only: the table has its SHA-256, in hexadecimal.
    r#"CREATE TABLE session (
        id_hash text NOT NULL PRIMARY KEY,
        user_id {uuid} NOT NULL REFERENCES "user" (id),
        member_id {uuid} NOT NULL REFERENCES member (id),
        address text NOT NULL,
        created_at {time} NOT NULL,
        last_seen_at {time} NOT NULL,
        ends_at {time} NOT NULL
    )"#,
    "CREATE INDEX session_of_user ON session (user_id)",
    "CREATE INDEX session_ends ON session (ends_at)",
    r#"CREATE TABLE sign_in_attempt (
        id {uuid} NOT NULL PRIMARY KEY,
        at {time} NOT NULL,
        address text NOT NULL,
        email_hash text NOT NULL,
        familiar {bool} NOT NULL,
        failed {bool} NOT NULL
    )"#,
    "CREATE INDEX sign_in_attempt_address ON sign_in_attempt (address, at) WHERE failed",
    "CREATE INDEX sign_in_attempt_email ON sign_in_attempt (email_hash, at) WHERE failed",
    "CREATE INDEX sign_in_attempt_at ON sign_in_attempt (at)",
];

const DOWN: &[&str] = &["DROP TABLE sign_in_attempt", "DROP TABLE session"];
