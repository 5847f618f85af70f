//! Activity as a list of its own: by member, by kind and by time.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    "CREATE INDEX activity_event_actor ON activity_event (actor_id, sequence)",
    "CREATE INDEX activity_event_subject ON activity_event (subject_id, sequence)",
    "CREATE INDEX activity_event_host_kind ON activity_event (host_workspace_id, kind, sequence)",
    "CREATE INDEX activity_event_guest_kind ON activity_event (guest_workspace_id, kind, sequence)",
    "CREATE INDEX activity_event_at ON activity_event (at, sequence)",
];

const DOWN: &[&str] = &[
    "DROP INDEX activity_event_at",
    "DROP INDEX activity_event_guest_kind",
    "DROP INDEX activity_event_host_kind",
    "DROP INDEX activity_event_subject",
    "DROP INDEX activity_event_actor",
];
