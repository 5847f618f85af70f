//! Signing in safely: second factors, the state between password and second factor, and a new email address on its way.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    // When the user has last proven who they are. None for sessions from before: their beginning counts.
    "ALTER TABLE session ADD COLUMN confirmed_at {time}",
    "ALTER TABLE workspace ADD COLUMN second_factor_required {bool} NOT NULL DEFAULT false",
    // One-time codes (RFC 6238). Until the set-up is confirmed by a code, they are no second factor. A code of a time step
    // up to `last_step` is not taken any more.
    r#"CREATE TABLE one_time_code (
        user_id {uuid} NOT NULL PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
        secret text NOT NULL,
        last_step bigint NOT NULL,
        created_at {time} NOT NULL,
        confirmed_at {time}
    )"#,
    // Codes for whoever has lost their other second factors. All of a user's are made at once, and share a salt.
    r#"CREATE TABLE recovery_code (
        id {uuid} NOT NULL PRIMARY KEY,
        user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
        salt text NOT NULL,
        code_hash text NOT NULL,
        created_at {time} NOT NULL,
        used_at {time},
        UNIQUE (user_id, code_hash)
    )"#,
    r#"CREATE TABLE passkey (
        id {uuid} NOT NULL PRIMARY KEY,
        user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
        credential_id text NOT NULL UNIQUE,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        credential text NOT NULL,
        created_at {time} NOT NULL,
        last_used_at {time}
    )"#,
    "CREATE INDEX passkey_user ON passkey (user_id)",
    // A question that a passkey has to answer, once.
    r#"CREATE TABLE passkey_ceremony (
        token_hash text NOT NULL PRIMARY KEY,
        user_id {uuid} REFERENCES "user" (id) ON DELETE CASCADE,
        address text NOT NULL,
        state text NOT NULL,
        ends_at {time} NOT NULL
    )"#,
    "CREATE INDEX passkey_ceremony_address ON passkey_ceremony (address, ends_at)",
    "CREATE INDEX passkey_ceremony_ends ON passkey_ceremony (ends_at)",
    // The password was right, and a second factor is waited for. The token is known to the browser only.
    r#"CREATE TABLE half_open_sign_in (
        token_hash text NOT NULL PRIMARY KEY,
        user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
        failed integer NOT NULL,
        ends_at {time} NOT NULL
    )"#,
    "CREATE INDEX half_open_sign_in_user ON half_open_sign_in (user_id)",
    "CREATE INDEX half_open_sign_in_ends ON half_open_sign_in (ends_at)",
    // A new address that is not the user's yet: first the old one agrees, then the new one.
    r#"CREATE TABLE email_change (
        user_id {uuid} NOT NULL PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
        email text NOT NULL,
        created_at {time} NOT NULL,
        agreed_at {time},
        ends_at {time} NOT NULL
    )"#,
];

const DOWN: &[&str] = &[
    "DROP TABLE email_change",
    "DROP TABLE half_open_sign_in",
    "DROP TABLE passkey_ceremony",
    "DROP TABLE passkey",
    "DROP TABLE recovery_code",
    "DROP TABLE one_time_code",
    "ALTER TABLE workspace DROP COLUMN second_factor_required",
    "ALTER TABLE session DROP COLUMN confirmed_at",
];
