//! The vault: keys, the secrets of accounts, who was handed them, and what follows when somebody has seen one and leaves.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    // Key-encryption keys by their ids. The keys themselves are never here; the proof shows whether one is the right one.
    r#"CREATE TABLE vault_key (
        id text NOT NULL PRIMARY KEY,
        proof {bytes} NOT NULL,
        state text NOT NULL CHECK (state IN ('current', 'leaving', 'retired')),
        created_at {time} NOT NULL
    )"#,
    "CREATE UNIQUE INDEX vault_key_current ON vault_key (state) WHERE state = 'current'",
    // The key of one account, encrypted by a key-encryption key.
    r#"CREATE TABLE data_key (
        account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
        vault_key_id text NOT NULL REFERENCES vault_key (id),
        sealed {bytes} NOT NULL
    )"#,
    "CREATE INDEX data_key_vault_key ON data_key (vault_key_id, account_id)",
    // Secrets of the installation itself, encrypted by a key-encryption key.
    r#"CREATE TABLE installation_secret (
        name text NOT NULL PRIMARY KEY,
        vault_key_id text NOT NULL REFERENCES vault_key (id),
        sealed {bytes} NOT NULL
    )"#,
    // A field is a word ('password', 'one_time_code', 'note') or the id of a custom field. Without a value it was taken away.
    r#"CREATE TABLE credential (
        account_id {uuid} NOT NULL REFERENCES account (id),
        field text NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        sealed {bytes},
        set_by {uuid} REFERENCES member (id),
        set_at {time} NOT NULL,
        PRIMARY KEY (account_id, field, version)
    )"#,
    r#"CREATE TABLE custom_field (
        id {uuid} NOT NULL PRIMARY KEY,
        account_id {uuid} NOT NULL REFERENCES account (id),
        position integer NOT NULL,
        kind text NOT NULL CHECK (kind IN ('url', 'short_text', 'long_text', 'hidden')),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100)
    )"#,
    "CREATE INDEX custom_field_account ON custom_field (account_id, position, id)",
    // The times in which collaborators and account managers could not copy the password. At most one is open.
    r#"CREATE TABLE copying_pause (
        id {uuid} NOT NULL PRIMARY KEY,
        account_id {uuid} NOT NULL REFERENCES account (id),
        since {time} NOT NULL,
        until {time}
    )"#,
    "CREATE UNIQUE INDEX copying_pause_open ON copying_pause (account_id) WHERE until IS NULL",
    "CREATE INDEX copying_pause_account ON copying_pause (account_id)",
    r#"CREATE TABLE reveal (
        id {uuid} NOT NULL PRIMARY KEY,
        account_id {uuid} NOT NULL REFERENCES account (id),
        member_id {uuid} NOT NULL REFERENCES member (id),
        field text NOT NULL,
        version integer NOT NULL,
        way text NOT NULL CHECK (way IN ('shown', 'copied')),
        at {time} NOT NULL
    )"#,
    "CREATE INDEX reveal_field ON reveal (account_id, field, version, member_id)",
    "CREATE INDEX reveal_member ON reveal (member_id, account_id)",
    r#"CREATE TABLE rotation_task (
        id {uuid} NOT NULL PRIMARY KEY,
        account_id {uuid} NOT NULL REFERENCES account (id),
        version integer NOT NULL,
        opened_at {time} NOT NULL,
        closed_at {time}
    )"#,
    "CREATE UNIQUE INDEX rotation_task_open ON rotation_task (account_id) WHERE closed_at IS NULL",
    // Notes become secrets. This text is taken into the vault, and emptied, when the program has its key.
    "ALTER TABLE account RENAME COLUMN note TO open_note",
    "CREATE INDEX account_open_note ON account (id) WHERE open_note <> ''",
];

const DOWN: &[&str] = &[
    "DROP INDEX account_open_note",
    "ALTER TABLE account RENAME COLUMN open_note TO note",
    "DROP TABLE rotation_task",
    "DROP TABLE reveal",
    "DROP TABLE copying_pause",
    "DROP TABLE custom_field",
    "DROP TABLE credential",
    "DROP TABLE installation_secret",
    "DROP TABLE data_key",
    "DROP TABLE vault_key",
];
