//! Passwords by who stored them: asked for when a member loses access.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &["CREATE INDEX credential_set_by ON credential (set_by, account_id) WHERE field = 'password'"];

const DOWN: &[&str] = &["DROP INDEX credential_set_by"];
