//! Grants that wait for an owner's word are found by their end, too.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    "CREATE INDEX access_grant_waiting_ends ON access_grant (ends_at) WHERE state = 'suspended' AND ends_at IS NOT NULL",
];

const DOWN: &[&str] = &["DROP INDEX access_grant_waiting_ends"];
