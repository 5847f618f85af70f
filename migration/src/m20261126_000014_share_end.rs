//! Shares whose time comes are found by it.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] =
    &["CREATE INDEX account_share_ends ON account_share (ends_at) WHERE state = 'active' AND ends_at IS NOT NULL"];

const DOWN: &[&str] = &["DROP INDEX account_share_ends"];
