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

impl PartnershipState {
    /// The states in which there can be only one partnership from a host to a guest.
    pub const LIVE: [Self; 4] = [Self::Proposed, Self::AwaitingGuest, Self::Active, Self::Suspended];

    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Proposed => "Waits for approval",
            Self::AwaitingGuest => "Waits for the partner",
            Self::Active => "Active",
            Self::Suspended => "Suspended",
            Self::Declined => "Declined",
            Self::Withdrawn => "Withdrawn",
            Self::Lapsed => "Not answered in time",
            Self::Removed => "Removed",
            Self::Ended => "Ended",
        }
    }

    /// Whether nothing can happen to it any more.
    pub fn is_final(self) -> bool {
        !Self::LIVE.contains(&self)
    }

    /// Whether it is agreed upon: accounts can be shared through it, even if they cannot be used at the moment.
    pub const fn is_in_force(self) -> bool {
        matches!(self, Self::Active | Self::Suspended)
    }
}

/// Days until a proposal that nobody answers lapses.
pub const OPEN_PROPOSAL_DAYS: i64 = 14;

/// The version of the terms that a guest's Admin agrees to. A change of their words is a new version.
pub const TERMS_VERSION: i32 = 1;

/// The terms, a paragraph each.
pub const TERMS: [&str; 4] = [
    "The host keeps control of every account it shares, and can end access at any time.",
    "Your company uses shared accounts only for the work they were shared for, and passes no password on outside Latchkey.",
    "Your Admins keep the list of your members current, and deactivate whoever leaves.",
    "Both companies see who had access, who used it, and who decided about it.",
];

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
    /// The fewest characters of a reason that is required.
    #[serde(default)]
    pub shortest_reason: u16,
    /// Days after a decline in which the same person cannot be asked for again.
    #[serde(default)]
    pub cool_down_days: u16,
}

impl Default for PartnershipPolicy {
    fn default() -> Self {
        Self {
            highest_role: AccountRole::AccountManager,
            longest_days: None,
            reason_required: false,
            open_days: 14,
            shortest_reason: 0,
            cool_down_days: 0,
        }
    }
}
