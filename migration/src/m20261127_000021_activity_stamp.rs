//! Where what somebody did came from: network address, operating system, device and place.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    "ALTER TABLE activity_event ADD COLUMN address text NOT NULL DEFAULT ''",
    "ALTER TABLE activity_event ADD COLUMN os text NOT NULL DEFAULT ''",
    "ALTER TABLE activity_event ADD COLUMN device text NOT NULL DEFAULT ''",
    "ALTER TABLE activity_event ADD COLUMN location text NOT NULL DEFAULT ''",
];

const DOWN: &[&str] = &[
    "ALTER TABLE activity_event DROP COLUMN location",
    "ALTER TABLE activity_event DROP COLUMN device",
    "ALTER TABLE activity_event DROP COLUMN os",
    "ALTER TABLE activity_event DROP COLUMN address",
];
