//! Mail on its way.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    r#"CREATE TABLE outbox_email (
        id {uuid} NOT NULL PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('waiting', 'sent', 'undeliverable')),
        recipient_id {uuid} REFERENCES member (id),
        to_name text NOT NULL,
        to_address text NOT NULL,
        subject text NOT NULL,
        text_body text NOT NULL,
        html_body text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        due_at {time} NOT NULL,
        leased_until {time},
        last_error text,
        created_at {time} NOT NULL,
        finished_at {time},
        CHECK ((state = 'waiting') = (finished_at IS NULL))
    )"#,
    "CREATE INDEX outbox_email_due ON outbox_email (due_at) WHERE state = 'waiting'",
    "CREATE INDEX outbox_email_sent ON outbox_email (finished_at) WHERE state = 'sent'",
];

const DOWN: &[&str] = &["DROP TABLE outbox_email"];
