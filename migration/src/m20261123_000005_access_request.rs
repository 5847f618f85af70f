//! Access requests, and their lines: the unit of decision.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    // How long is asked for stands in at most one of two columns: days from acceptance, or a last day. Neither: no end.
    r#"CREATE TABLE access_request (
        id {uuid} NOT NULL PRIMARY KEY,
        account_id {uuid} NOT NULL REFERENCES account (id),
        account_share_id {uuid} NOT NULL REFERENCES account_share (id),
        requester_id {uuid} NOT NULL REFERENCES member (id),
        idempotency_key {uuid} NOT NULL,
        role text NOT NULL CHECK (role IN ('collaborator', 'account_manager')),
        access_days integer CHECK (access_days > 0),
        access_last_day date,
        reason text NOT NULL,
        refused text NOT NULL,
        created_at {time} NOT NULL,
        CHECK (access_days IS NULL OR access_last_day IS NULL),
        UNIQUE (requester_id, idempotency_key)
    )"#,
    "CREATE INDEX access_request_account ON access_request (account_id)",
    r#"CREATE TABLE request_line (
        id {uuid} NOT NULL PRIMARY KEY,
        access_request_id {uuid} NOT NULL REFERENCES access_request (id),
        account_id {uuid} NOT NULL REFERENCES account (id),
        member_id {uuid} NOT NULL REFERENCES member (id),
        state text NOT NULL CHECK (state IN (
            'pending', 'accepted', 'declined', 'withdrawn', 'expired', 'cancelled', 'superseded'
        )),
        cancel_reason text CHECK (cancel_reason IN (
            'requester_lost_right', 'member_removed', 'partnership_removed', 'account_unshared', 'account_deleted'
        )),
        earlier_line_id {uuid} REFERENCES request_line (id),
        open_until {time} NOT NULL,
        decided_by {uuid} REFERENCES member (id),
        decided_at {time},
        accepted_role text CHECK (accepted_role IN ('collaborator', 'account_manager')),
        accepted_ends_at {time},
        access_grant_id {uuid} REFERENCES access_grant (id),
        note text NOT NULL,
        created_at {time} NOT NULL,
        CHECK ((state = 'pending') = (decided_at IS NULL)),
        CHECK ((state = 'cancelled') = (cancel_reason IS NOT NULL)),
        CHECK ((state IN ('accepted', 'declined')) <= (decided_by IS NOT NULL)),
        CHECK ((state = 'accepted') = (access_grant_id IS NOT NULL)),
        CHECK ((state = 'accepted') = (accepted_role IS NOT NULL))
    )"#,
    "CREATE UNIQUE INDEX request_line_one_pending ON request_line (account_id, member_id) WHERE state = 'pending'",
    "CREATE INDEX request_line_member ON request_line (account_id, member_id, created_at)",
    "CREATE INDEX request_line_request ON request_line (access_request_id)",
    "CREATE INDEX request_line_open ON request_line (open_until) WHERE state = 'pending'",
];

const DOWN: &[&str] = &["DROP TABLE request_line", "DROP TABLE access_request"];
