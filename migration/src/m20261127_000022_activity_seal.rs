//! What makes the record of activity tamper-evident: the place of each event in it, and signed checkpoints over batches.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    // One row: the public half of the key that signs. The vault keeps the other.
    r#"CREATE TABLE activity_key (
        id text NOT NULL PRIMARY KEY,
        public_key text NOT NULL,
        created_at {time} NOT NULL
    )"#,
    r#"CREATE TABLE activity_checkpoint (
        number bigint NOT NULL PRIMARY KEY,
        first_position bigint NOT NULL UNIQUE,
        last_position bigint NOT NULL UNIQUE,
        at {time} NOT NULL,
        root text NOT NULL,
        previous text NOT NULL,
        key_id text NOT NULL,
        signature text NOT NULL,
        highest_sequence bigint NOT NULL,
        CHECK (number > 0 AND first_position > 0 AND last_position >= first_position)
    )"#,
    // Which sequence was sealed some time ago.
    "CREATE INDEX activity_checkpoint_at ON activity_checkpoint (at)",
    r#"CREATE TABLE activity_seal (
        position bigint NOT NULL PRIMARY KEY,
        event_sequence bigint NOT NULL UNIQUE REFERENCES activity_event (sequence),
        salt text NOT NULL,
        leaf text NOT NULL,
        CHECK (position > 0)
    )"#,
    // The number of an event in a company's own record.
    r#"CREATE TABLE activity_number (
        workspace_id {uuid} NOT NULL REFERENCES workspace (id),
        number bigint NOT NULL,
        position bigint NOT NULL REFERENCES activity_seal (position),
        PRIMARY KEY (workspace_id, number),
        UNIQUE (position, workspace_id),
        CHECK (number > 0)
    ) {clustered}"#,
    // The last checkpoint that was delivered elsewhere, by way of delivery.
    r#"CREATE TABLE activity_delivery (
        way text NOT NULL PRIMARY KEY,
        checkpoint bigint NOT NULL
    )"#,
];

const DOWN: &[&str] = &[
    "DROP TABLE activity_delivery",
    "DROP TABLE activity_number",
    "DROP TABLE activity_seal",
    "DROP TABLE activity_checkpoint",
    "DROP TABLE activity_key",
];
