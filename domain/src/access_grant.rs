//! Grants: one member's role on one account, from one source.

use crate::access_request::{MOST_MEMBERS, RefusedMember};
use crate::account::{AccountHeaderView, AccountRole};
use crate::member::{MemberSuggestion, PickedMember};
use crate::policy::{Side, roles_for};
use crate::{MemberId, Moment, Problem, word::words};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

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

/// Whom an owner gives access within the workspace, and as what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GiveForm {
    /// The members.
    pub members: Vec<MemberId>,
    /// The role's word.
    pub role: String,
}

impl GiveForm {
    /// The members, each once, and the role.
    ///
    /// # Errors
    ///
    /// Problems on `members` and `role`.
    pub fn check(&self) -> Result<(Vec<MemberId>, AccountRole), Vec<Problem>> {
        let mut members: Vec<MemberId> = Vec::new();
        for member in &self.members {
            if !members.contains(member) {
                members.push(*member);
            }
        }
        let members = match members.len() {
            0 => Err(Problem::new("members", "Pick at least one member")),
            1..=MOST_MEMBERS => Ok(members),
            _ => Err(Problem::new("members", "Pick at most 100 members, and add the others afterwards.")),
        };
        let role = self.role.parse().ok().filter(|role| roles_for(Side::Host).contains(role));
        match (members, role.ok_or_else(|| Problem::new("role", "Choose a role."))) {
            (Ok(members), Ok(role)) => Ok((members, role)),
            (members, role) => Err([members.err(), role.err()].into_iter().flatten().collect()),
        }
    }
}

/// What the page "Add members" shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddMembersView {
    /// The account.
    pub header: AccountHeaderView,
    /// Members who match what is looked for, without those picked.
    pub found: Vec<MemberSuggestion>,
    /// Those picked.
    pub picked: Vec<PickedMember>,
}

/// What became of adding members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedMembers {
    /// The account's label.
    pub label: String,
    /// The role they have now.
    pub role: AccountRole,
    /// The names of those who were added.
    pub added: Vec<String>,
    /// Who was left as they are, and why.
    pub left: Vec<RefusedMember>,
}

impl AddedMembers {
    /// The message to the owner.
    pub fn message(&self) -> String {
        let (label, role) = (&self.label, self.role.label());
        match self.added.as_slice() {
            [] => format!("Nothing was changed on {label}."),
            [one] => format!("{one} now has access to {label} as {role}."),
            added => format!("{} members now have access to {label} as {role}.", added.len()),
        }
    }

    /// Who was left as they are, a line each.
    pub fn not_added(&self) -> Vec<String> {
        self.left.iter().map(|RefusedMember { name, reason }| format!("Not added: {name}: {reason}")).collect()
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
    fn members_of_the_workspace_become_owner_or_collaborator_and_nothing_else() {
        let form = |role: &str, count: u128| GiveForm {
            members: (0..count).map(|n| MemberId(uuid::Uuid::from_u128(n))).collect(),
            role: role.to_owned(),
        };
        for role in ["owner", "collaborator"] {
            assert!(form(role, 100).check().is_ok(), "{role}");
        }
        for (role, count, fields) in
            [("account_manager", 1, vec!["role"]), ("", 0, vec!["members", "role"]), ("owner", 101, vec!["members"])]
        {
            let problems = form(role, count).check().expect_err("refused");
            assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), fields);
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
