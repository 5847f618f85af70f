//! Grants: one member's role on one account, from one source.

use crate::{Moment, word::words};

words! {
    /// Whether a grant counts.
    GrantState {
        /// Counts, until its end.
        Active = "active",
        /// Kept, and does not count.
        Suspended = "suspended",
        /// Taken back.
        Revoked = "revoked",
        /// Has come to its end.
        Expired = "expired",
    }
}

words! {
    /// Where a grant comes from.
    GrantSource {
        /// Added the account, or was made Owner.
        Owner = "owner",
        /// Given by an owner within the workspace.
        Direct = "direct",
        /// Came with the share.
        Share = "share",
        /// Was requested and accepted.
        Request = "request",
    }
}

impl GrantSource {
    /// The word people read under "Shared via".
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Ownership",
            Self::Direct => "Added by an owner",
            Self::Share => "Partnership",
            Self::Request => "Request",
        }
    }
}

words! {
    /// Why a grant was revoked.
    RevokeReason {
        /// An owner, the partnership owner or a host Admin took it back.
        Removed = "removed",
        /// The holder gave it back.
        GivenBack = "given_back",
        /// Another grant took its place.
        Replaced = "replaced",
        /// The holder was deactivated.
        MemberDeactivated = "member_deactivated",
        /// The partnership is over.
        PartnershipOver = "partnership_over",
        /// The account is no longer offered.
        Unshared = "unshared",
        /// The account was deleted.
        AccountDeleted = "account_deleted",
    }
}

/// Whether access with this end is over. The end itself is outside: at that moment access is over.
pub fn has_ended(ends_at: Option<Moment>, now: Moment) -> bool {
    ends_at.is_some_and(|end| end <= now)
}

/// The later of two ends, where `None` is no end.
pub fn later_end(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    Some(one?.max(other?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_is_over_at_its_end_and_not_a_microsecond_before() {
        let end: Moment = "2026-03-12T14:05:00Z".parse().expect("well-formed");
        assert!(!has_ended(Some(end), end - chrono::TimeDelta::microseconds(1)));
        assert!(has_ended(Some(end), end));
        assert!(!has_ended(None, end));
    }

    #[test]
    fn no_end_is_later_than_any_end() {
        let end: Moment = "2026-03-12T14:05:00Z".parse().expect("well-formed");
        assert_eq!(later_end(Some(end), None), None);
        assert_eq!(
            later_end(Some(end), Some(end + chrono::TimeDelta::days(1))),
            Some(end + chrono::TimeDelta::days(1))
        );
    }
}
