//! Activity: what happened, for those it concerns.

use crate::{Moment, word::words};
use serde::{Deserialize, Serialize};

words! {
    /// What happened.
    EventKind {
        /// A request was sent.
        AccessRequested = "access_requested",
        /// A line was accepted.
        RequestAccepted = "request_accepted",
        /// A line was declined.
        RequestDeclined = "request_declined",
        /// A line ended without a decision.
        RequestCancelled = "request_cancelled",
        /// A line was not decided in time.
        RequestExpired = "request_expired",
        /// A member's role on an account was changed.
        RoleChanged = "role_changed",
        /// A member's access was removed.
        AccessRemoved = "access_removed",
        /// A member's access has come to its end.
        AccessEnded = "access_ended",
        /// A member opened an account's log-in.
        LoggedIn = "logged_in",
        /// A user signed in.
        SignedIn = "signed_in",
        /// A user signed out.
        SignedOut = "signed_out",
    }
}

impl EventKind {
    /// The name in lists and filters.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AccessRequested => "Access requested",
            Self::RequestAccepted => "Request accepted",
            Self::RequestDeclined => "Request declined",
            Self::RequestCancelled => "Request cancelled",
            Self::RequestExpired => "Request expired",
            Self::RoleChanged => "Role changed",
            Self::AccessRemoved => "Access removed",
            Self::AccessEnded => "Access ended",
            Self::LoggedIn => "Logged in",
            Self::SignedIn => "Signed in",
            Self::SignedOut => "Signed out",
        }
    }
}

/// One line of an activity table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityRow {
    /// When.
    pub at: Moment,
    /// The event's name.
    pub event: String,
    /// What happened, in a sentence.
    pub sentence: String,
    /// Who did it; nobody for what happens by itself.
    pub member: Option<String>,
    /// The company of who did it.
    pub company: Option<String>,
}

/// A page of activity, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityListView {
    /// The events.
    pub rows: Vec<ActivityRow>,
    /// Where the next page starts.
    pub next: Option<String>,
}
