//! Activity, append-only, and the notifications made from it.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    r#"CREATE TABLE activity_event (
        sequence {sequence},
        at {time} NOT NULL,
        kind text NOT NULL,
        actor_id {uuid} REFERENCES member (id),
        subject_id {uuid} REFERENCES member (id),
        account_id {uuid} REFERENCES account (id),
        host_workspace_id {uuid} NOT NULL REFERENCES workspace (id),
        guest_workspace_id {uuid} REFERENCES workspace (id),
        access_request_id {uuid} REFERENCES access_request (id),
        request_line_id {uuid} REFERENCES request_line (id),
        details text NOT NULL
    )"#,
    "CREATE INDEX activity_event_account ON activity_event (account_id, sequence)",
    "CREATE INDEX activity_event_host ON activity_event (host_workspace_id, sequence)",
    "CREATE INDEX activity_event_guest ON activity_event (guest_workspace_id, sequence)",
    r#"CREATE TABLE notification (
        id {uuid} NOT NULL PRIMARY KEY,
        member_id {uuid} NOT NULL REFERENCES member (id),
        event_sequence bigint NOT NULL REFERENCES activity_event (sequence),
        read_at {time},
        UNIQUE (member_id, event_sequence)
    )"#,
    "CREATE INDEX notification_unread ON notification (member_id) WHERE read_at IS NULL",
    "CREATE INDEX notification_event ON notification (event_sequence)",
];

const DOWN: &[&str] = &["DROP TABLE notification", "DROP TABLE activity_event"];
