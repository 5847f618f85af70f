//! Grants: one member's role on one account, from one source.

use crate::{Moment, word::words};
use chrono::TimeDelta;

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

/// Days before an end of access at which its holder and the account's owners are told of it, the earliest first.
pub const WARNED_DAYS: [i32; 2] = [7, 1];

/// The warning that is due for an end of access which is still to come: how many days before. `warned` is the latest that
/// was given.
pub fn warning_due(ends_at: Moment, warned: Option<i32>, now: Moment) -> Option<i32> {
    let reached = |days: &&i32| ends_at - TimeDelta::days(i64::from(**days)) <= now;
    let due = WARNED_DAYS.iter().rev().find(reached).copied()?;
    (ends_at > now && warned.is_none_or(|warned| due < warned)).then_some(due)
}

/// The warning that access needs no more because it is so short from the beginning: nobody is told after a day that a week
/// is left of a week.
pub fn warned_from_start(ends_at: Option<Moment>, now: Moment) -> Option<i32> {
    warning_due(ends_at?, None, now)
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
    fn an_end_is_warned_of_a_week_and_a_day_before() {
        let end: Moment = "2026-03-12T14:05:00Z".parse().expect("well-formed");
        let hours = |hours| end - TimeDelta::hours(hours);
        for (now, warned, due) in [
            (hours(8 * 24), None, None),
            (hours(7 * 24), None, Some(7)),
            (hours(6 * 24), Some(7), None),
            (hours(24), Some(7), Some(1)),
            (hours(24), None, Some(1)),
            (hours(1), Some(1), None),
            (end, Some(7), None),
        ] {
            assert_eq!(warning_due(end, warned, now), due, "{now} {warned:?}");
        }
    }

    #[test]
    fn access_for_a_week_is_not_warned_of_on_its_first_day() {
        let now: Moment = "2026-03-12T14:05:00Z".parse().expect("well-formed");
        let days = |days| Some(now + TimeDelta::days(days));
        assert_eq!(
            [None, days(1), days(7), days(8)].map(|end| warned_from_start(end, now)),
            [None, Some(1), Some(7), None]
        );
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
