//! Partnerships: the links from a host to a guest workspace.

use crate::account::AccountRole;
use crate::word::words;
use serde::{Deserialize, Serialize};

words! {
    /// Where a partnership stands.
    PartnershipState {
        /// Waits for the host's Admin.
        Proposed = "proposed",
        /// Waits for the guest's Admin.
        AwaitingGuest = "awaiting_guest",
        /// In force.
        Active = "active",
        /// Grants unusable but kept, no new requests, pending lines wait.
        Suspended = "suspended",
        /// Somebody said no.
        Declined = "declined",
        /// The proposer took it back.
        Withdrawn = "withdrawn",
        /// Nobody answered in time.
        Lapsed = "lapsed",
        /// Taken down by one side.
        Removed = "removed",
        /// Has come to its end date.
        Ended = "ended",
    }
}

words! {
    /// Whether an account is offered through a partnership.
    ShareState {
        /// Offered.
        Active = "active",
        /// No longer offered.
        Stopped = "stopped",
    }
}

/// What a host allows a guest to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnershipPolicy {
    /// The highest role a request can ask for.
    pub highest_role: AccountRole,
    /// The longest access in days; `None` is without limit.
    pub longest_days: Option<u16>,
    /// Whether a request needs a reason.
    pub reason_required: bool,
    /// Days a request stays open.
    pub open_days: u16,
}

impl Default for PartnershipPolicy {
    fn default() -> Self {
        Self { highest_role: AccountRole::AccountManager, longest_days: None, reason_required: false, open_days: 14 }
    }
}
