//! The invitations that a workspace has sent in a day are counted.

crate::dialect::in_sql!(UP, DOWN);

const UP: &[&str] =
    &["CREATE INDEX single_use_link_invitations ON single_use_link (made_by, created_at) WHERE purpose = 'invitation'"];

const DOWN: &[&str] = &["DROP INDEX single_use_link_invitations"];
