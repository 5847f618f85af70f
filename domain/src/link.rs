//! Links that work once: what lets somebody in who has no session, or proves that an address is theirs.

use crate::word::words;
use chrono::TimeDelta;

words! {
    /// What a single-use link is for.
    LinkPurpose {
        /// Founds the first workspace of an installation.
        SetUp = "set_up",
        /// Founds a further workspace.
        FoundWorkspace = "found_workspace",
        /// Joins a workspace.
        Invitation = "invitation",
        /// Sets a new password.
        ResetPassword = "reset_password",
        /// Confirms a new email address.
        ChangeEmail = "change_email",
    }
}

impl LinkPurpose {
    /// How long such a link works.
    pub const fn lasts(self) -> TimeDelta {
        match self {
            Self::SetUp | Self::ChangeEmail => TimeDelta::days(1),
            Self::Invitation => TimeDelta::days(7),
            Self::FoundWorkspace => TimeDelta::days(14),
            Self::ResetPassword => TimeDelta::hours(1),
        }
    }
}
