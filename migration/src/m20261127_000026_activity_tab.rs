//! What happened to an account and concerns a guest company, in order, however much else happened to it.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] =
    &["CREATE INDEX activity_event_account_guest ON activity_event (account_id, guest_workspace_id, sequence)"];

const DOWN: &[&str] = &["DROP INDEX activity_event_account_guest"];
