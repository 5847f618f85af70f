//! People come and go: single-use links, and what is kept of joining and leaving.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    "ALTER TABLE member ADD COLUMN joined_at {time}",
    "ALTER TABLE member ADD COLUMN deactivated_at {time}",
    "UPDATE member SET joined_at = created_at WHERE status = 'active'",
    // What a session is called in the list of one's sessions, and which browser it was begun with.
    "ALTER TABLE session ADD COLUMN public_id {uuid}",
    "ALTER TABLE session ADD COLUMN browser text NOT NULL DEFAULT ''",
    // A mail with a link that lets somebody in: its words are emptied once it has left, or never will.
    "ALTER TABLE outbox_email ADD COLUMN confidential {bool} NOT NULL DEFAULT false",
    // A link that works once. The token is known to whoever has got the link: the table has its SHA-256, in hexadecimal.
    r#"CREATE TABLE single_use_link (
        token_hash text NOT NULL PRIMARY KEY,
        purpose text NOT NULL CHECK (purpose IN (
            'set_up', 'found_workspace', 'invitation', 'reset_password', 'change_email'
        )),
        email text NOT NULL,
        user_id {uuid} REFERENCES "user" (id) ON DELETE CASCADE,
        member_id {uuid} REFERENCES member (id) ON DELETE CASCADE,
        partnership_id {uuid} REFERENCES partnership (id),
        made_by {uuid} REFERENCES member (id),
        created_at {time} NOT NULL,
        ends_at {time} NOT NULL,
        used_at {time}
    )"#,
    "CREATE INDEX single_use_link_user ON single_use_link (user_id, purpose) WHERE used_at IS NULL",
    "CREATE INDEX single_use_link_member ON single_use_link (member_id, purpose) WHERE used_at IS NULL",
    "CREATE INDEX single_use_link_partnership ON single_use_link (partnership_id)",
    "CREATE INDEX single_use_link_ends ON single_use_link (ends_at)",
];

const DOWN: &[&str] = &[
    "DROP TABLE single_use_link",
    "ALTER TABLE outbox_email DROP COLUMN confidential",
    "ALTER TABLE session DROP COLUMN browser",
    "ALTER TABLE session DROP COLUMN public_id",
    "ALTER TABLE member DROP COLUMN deactivated_at",
    "ALTER TABLE member DROP COLUMN joined_at",
];
