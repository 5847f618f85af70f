//! Versions of a secret that say that it was taken away are told from those whose value is too old to be kept.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] = &[
    "ALTER TABLE credential ADD COLUMN removed BOOLEAN NOT NULL DEFAULT FALSE",
    // Of a password the latest ten versions had kept what they had, and of everything else the latest.
    "UPDATE credential SET removed = TRUE
     WHERE sealed IS NULL AND (field <> 'password' OR version > (
         SELECT MAX(c.version) FROM credential c
         WHERE c.account_id = credential.account_id AND c.field = 'password') - 10)",
];

const DOWN: &[&str] = &["ALTER TABLE credential DROP COLUMN removed"];
