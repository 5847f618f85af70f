//! What the Requests page asks for, and which mails a member wants.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    // The workspace whose account it is about: what waits in a workspace is found without going through its accounts.
    "ALTER TABLE request_line ADD COLUMN host_workspace_id {uuid}",
    "UPDATE request_line SET host_workspace_id = (SELECT workspace_id FROM account WHERE account.id = account_id)",
    "CREATE INDEX request_line_waiting ON request_line (host_workspace_id) WHERE state = 'pending'",
    // What the account was called when the request was sent: for those who no longer see it.
    "ALTER TABLE access_request ADD COLUMN account_label text NOT NULL DEFAULT ''",
    "UPDATE access_request SET account_label = (SELECT label FROM account WHERE account.id = account_id)",
    // Whether it waits for the member's daily mail.
    "ALTER TABLE notification ADD COLUMN in_digest {bool} NOT NULL DEFAULT false",
    "CREATE INDEX notification_digest ON notification (member_id, event_sequence) WHERE in_digest",
    // Which mails a member wants, where they have chosen: without a row a mail is sent at once.
    r#"CREATE TABLE mail_choice (
        member_id {uuid} NOT NULL REFERENCES member (id),
        topic text NOT NULL CHECK (topic IN (
            'requests', 'answers', 'access', 'accounts', 'partnerships', 'people'
        )),
        delivery text NOT NULL CHECK (delivery IN ('at_once', 'daily', 'never')),
        PRIMARY KEY (member_id, topic)
    ) {clustered}"#,
    // When the latest daily mail was made, or before the first when it was chosen.
    r#"CREATE TABLE mail_digest (
        member_id {uuid} NOT NULL PRIMARY KEY REFERENCES member (id),
        last_at {time} NOT NULL
    ) {clustered}"#,
    "CREATE INDEX mail_digest_last ON mail_digest (last_at)",
];

const DOWN: &[&str] = &[
    "DROP TABLE mail_digest",
    "DROP TABLE mail_choice",
    "DROP INDEX notification_digest",
    "ALTER TABLE notification DROP COLUMN in_digest",
    "ALTER TABLE access_request DROP COLUMN account_label",
    "DROP INDEX request_line_waiting",
    "ALTER TABLE request_line DROP COLUMN host_workspace_id",
];
