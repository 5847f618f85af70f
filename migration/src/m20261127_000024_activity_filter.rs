//! Activity narrowed down by two things at once. Where nothing fits both, an index of one gives all of its events to look at.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    "CREATE INDEX activity_event_account_kind ON activity_event (account_id, kind, sequence)",
    "CREATE INDEX activity_event_actor_kind ON activity_event (actor_id, kind, sequence)",
    "CREATE INDEX activity_event_actor_account ON activity_event (actor_id, account_id, sequence)",
];

const DOWN: &[&str] = &[
    "DROP INDEX activity_event_actor_account",
    "DROP INDEX activity_event_actor_kind",
    "DROP INDEX activity_event_account_kind",
];
