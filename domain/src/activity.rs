//! Activity: what happened, for those it concerns.

use crate::{Moment, Problem, word::words};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
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
        /// An owner had a password shown.
        PasswordShown = "password_shown",
        /// A member copied a password.
        PasswordCopied = "password_copied",
        /// A member copied a user name.
        UsernameCopied = "username_copied",
        /// A member was given a one-time code.
        OneTimeCodeGiven = "one_time_code_given",
        /// A member had a custom field shown, or copied it.
        FieldShown = "field_shown",
        /// An owner stored a password of an account.
        PasswordStored = "password_stored",
        /// An owner took an account's password away.
        PasswordRemoved = "password_removed",
        /// An owner stored what one-time codes are made of.
        OneTimeCodeStored = "one_time_code_stored",
        /// An owner took away what one-time codes are made of.
        OneTimeCodeRemoved = "one_time_code_removed",
        /// An owner added, changed or took away a custom field.
        FieldChanged = "field_changed",
        /// An owner let others copy the password, or no longer.
        CopyingChanged = "copying_changed",
        /// Somebody who has seen a password has lost access.
        RotationTaskOpened = "rotation_task_opened",
        /// A user signed in.
        SignedIn = "signed_in",
        /// A user signed out.
        SignedOut = "signed_out",
        /// An owner gave a member of the own workspace access.
        AccessGiven = "access_given",
        /// A member gave back their own access.
        AccessGivenBack = "access_given_back",
        /// An owner confirmed guests' access to a restored account.
        AccessConfirmed = "access_confirmed",
        /// A member's access ends soon.
        AccessEndsSoon = "access_ends_soon",
        /// A line was taken back by who asked.
        RequestWithdrawn = "request_withdrawn",
        /// The owners were reminded of a request.
        RequestReminded = "request_reminded",
        /// An account was added.
        AccountAdded = "account_added",
        /// An account's details were changed.
        AccountChanged = "account_changed",
        /// An account was deleted.
        AccountDeleted = "account_deleted",
        /// A deleted account was restored.
        AccountRestored = "account_restored",
        /// Accounts were imported from a file.
        AccountsImported = "accounts_imported",
        /// An account without an owner got one.
        OwnerAssigned = "owner_assigned",
        /// The last owner of an account can no longer act.
        OwnerLost = "owner_lost",
        /// An account was offered through a partnership.
        AccountShared = "account_shared",
        /// An account is no longer offered through a partnership.
        SharingStopped = "sharing_stopped",
        /// A partnership was proposed.
        PartnershipProposed = "partnership_proposed",
        /// Somebody put a proposal that came as a link before their workspace. The host does not see it.
        PartnershipReceived = "partnership_received",
        /// The host's Admin approved a proposal.
        PartnershipApproved = "partnership_approved",
        /// The guest's Admin accepted a partnership.
        PartnershipAccepted = "partnership_accepted",
        /// An Admin of either side said no.
        PartnershipDeclined = "partnership_declined",
        /// A proposal was taken back.
        PartnershipWithdrawn = "partnership_withdrawn",
        /// Whoever has to decide was reminded.
        PartnershipReminded = "partnership_reminded",
        /// Nobody answered a proposal in time.
        PartnershipLapsed = "partnership_lapsed",
        /// A side suspended the partnership.
        PartnershipSuspended = "partnership_suspended",
        /// The side that had suspended it resumed the partnership.
        PartnershipResumed = "partnership_resumed",
        /// A side took the partnership down.
        PartnershipRemoved = "partnership_removed",
        /// The partnership has come to its end date.
        PartnershipEnded = "partnership_ended",
        /// The end date was set, moved or taken away.
        PartnershipEndSet = "partnership_end_set",
        /// Somebody else looks after the partnership now.
        PartnershipOwnerNamed = "partnership_owner_named",
        /// The host changed what a guest may ask for.
        PolicyChanged = "policy_changed",
        /// A workspace was founded.
        WorkspaceFounded = "workspace_founded",
        /// A workspace got another name.
        WorkspaceRenamed = "workspace_renamed",
        /// The workspace has another Owner.
        OwnershipHandedOver = "ownership_handed_over",
        /// Somebody was invited.
        MemberInvited = "member_invited",
        /// An invitation was taken back.
        InvitationWithdrawn = "invitation_withdrawn",
        /// Somebody who was invited has joined.
        MemberJoined = "member_joined",
        /// A member's role in the workspace was changed.
        WorkspaceRoleChanged = "workspace_role_changed",
        /// A member was put out.
        MemberDeactivated = "member_deactivated",
        /// A member was let in again.
        MemberReactivated = "member_reactivated",
        /// The list of members was downloaded.
        MembersExported = "members_exported",
        /// An Admin reset a member's sign-in.
        SignInReset = "sign_in_reset",
        /// A user has another name.
        NameChanged = "name_changed",
        /// A user has another password.
        PasswordChanged = "password_changed",
        /// A user has another email address.
        EmailChanged = "email_changed",
        /// A user ended sessions elsewhere.
        SessionsEnded = "sessions_ended",
        /// A user set up a second factor.
        SecondFactorAdded = "second_factor_added",
        /// A user took a second factor away.
        SecondFactorRemoved = "second_factor_removed",
        /// An Admin took a member's second factors away.
        SecondFactorReset = "second_factor_reset",
        /// The workspace requires a second factor, or no longer.
        SecondFactorRequired = "second_factor_required",
        /// Activity was downloaded.
        ActivityExported = "activity_exported",
        /// Old activity was removed, as the operator has set.
        ActivityRemoved = "activity_removed",
        /// A member was refused something on what they see.
        AttemptRefused = "attempt_refused",
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
            Self::PasswordShown => "Password shown",
            Self::PasswordCopied => "Password copied",
            Self::UsernameCopied => "Username copied",
            Self::OneTimeCodeGiven => "One-time code given",
            Self::FieldShown => "Field shown",
            Self::PasswordStored => "Password stored",
            Self::PasswordRemoved => "Password removed",
            Self::OneTimeCodeStored => "One-time codes set up",
            Self::OneTimeCodeRemoved => "One-time codes removed",
            Self::FieldChanged => "Field changed",
            Self::CopyingChanged => "Copying changed",
            Self::RotationTaskOpened => "Password to change",
            Self::SignedIn => "Signed in",
            Self::SignedOut => "Signed out",
            Self::AccessGiven => "Access given",
            Self::AccessGivenBack => "Access given back",
            Self::AccessConfirmed => "Access confirmed",
            Self::AccessEndsSoon => "Access ends soon",
            Self::RequestWithdrawn => "Request withdrawn",
            Self::RequestReminded => "Request reminded",
            Self::AccountAdded => "Account added",
            Self::AccountChanged => "Account changed",
            Self::AccountDeleted => "Account deleted",
            Self::AccountRestored => "Account restored",
            Self::AccountsImported => "Accounts imported",
            Self::OwnerAssigned => "Owner assigned",
            Self::OwnerLost => "Owner lost",
            Self::AccountShared => "Account shared",
            Self::SharingStopped => "Sharing stopped",
            Self::PartnershipProposed => "Partnership proposed",
            Self::PartnershipReceived => "Partnership request received",
            Self::PartnershipApproved => "Partnership approved",
            Self::PartnershipAccepted => "Partnership accepted",
            Self::PartnershipDeclined => "Partnership declined",
            Self::PartnershipWithdrawn => "Partnership withdrawn",
            Self::PartnershipReminded => "Partnership reminded",
            Self::PartnershipLapsed => "Partnership lapsed",
            Self::PartnershipSuspended => "Partnership suspended",
            Self::PartnershipResumed => "Partnership resumed",
            Self::PartnershipRemoved => "Partnership removed",
            Self::PartnershipEnded => "Partnership ended",
            Self::PartnershipEndSet => "Partnership end set",
            Self::PartnershipOwnerNamed => "Partnership owner named",
            Self::PolicyChanged => "Policy changed",
            Self::WorkspaceFounded => "Workspace founded",
            Self::WorkspaceRenamed => "Workspace renamed",
            Self::OwnershipHandedOver => "Ownership handed over",
            Self::MemberInvited => "Member invited",
            Self::InvitationWithdrawn => "Invitation withdrawn",
            Self::MemberJoined => "Member joined",
            Self::WorkspaceRoleChanged => "Workspace role changed",
            Self::MemberDeactivated => "Member deactivated",
            Self::MemberReactivated => "Member reactivated",
            Self::MembersExported => "Members exported",
            Self::SignInReset => "Sign-in reset",
            Self::NameChanged => "Name changed",
            Self::PasswordChanged => "Password changed",
            Self::EmailChanged => "Email address changed",
            Self::SessionsEnded => "Sessions ended",
            Self::SecondFactorAdded => "Second factor added",
            Self::SecondFactorRemoved => "Second factor removed",
            Self::SecondFactorReset => "Second factor reset",
            Self::SecondFactorRequired => "Second factor required",
            Self::ActivityExported => "Activity exported",
            Self::ActivityRemoved => "Activity removed",
            Self::AttemptRefused => "Attempt refused",
        }
    }

    /// Whether somebody may have lost access to an account with it.
    pub const fn may_end_access(self) -> bool {
        matches!(
            self,
            Self::AccessRemoved
                | Self::AccessEnded
                | Self::AccessGivenBack
                | Self::AccountRestored
                | Self::SharingStopped
                | Self::PartnershipRemoved
                | Self::PartnershipEnded
                | Self::MemberDeactivated
        )
    }

    /// Whether it changes what every member of the workspaces it concerns may have on their screen, and not only those
    /// who are told of it.
    pub const fn is_for_whole_workspaces(self) -> bool {
        matches!(
            self,
            Self::AccountDeleted
                | Self::AccountRestored
                | Self::CopyingChanged
                | Self::FieldChanged
                | Self::PasswordRemoved
                | Self::PasswordStored
                | Self::OneTimeCodeRemoved
                | Self::OneTimeCodeStored
                | Self::AccountShared
                | Self::SharingStopped
                | Self::PartnershipProposed
                | Self::PartnershipReceived
                | Self::PartnershipApproved
                | Self::PartnershipAccepted
                | Self::PartnershipDeclined
                | Self::PartnershipWithdrawn
                | Self::PartnershipReminded
                | Self::PartnershipLapsed
                | Self::PartnershipSuspended
                | Self::PartnershipResumed
                | Self::PartnershipRemoved
                | Self::PartnershipEnded
                | Self::PartnershipEndSet
                | Self::PartnershipOwnerNamed
                | Self::PolicyChanged
                | Self::WorkspaceRenamed
                | Self::OwnershipHandedOver
                | Self::MemberInvited
                | Self::InvitationWithdrawn
                | Self::MemberJoined
                | Self::WorkspaceRoleChanged
                | Self::MemberDeactivated
                | Self::MemberReactivated
                | Self::NameChanged
                | Self::SecondFactorRequired
        )
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
    /// The label of the account it happened to; empty when it is about none.
    pub account: String,
    /// That account's app.
    pub app: String,
    /// Who did it; nobody for what happens by itself.
    pub member: Option<String>,
    /// The company of who did it.
    pub company: Option<String>,
    /// The network address it was done from; this and what follows is empty when it is not known, or not for the reader.
    pub address: String,
    /// The place of that address.
    pub location: String,
    /// The operating system.
    pub os: String,
    /// The device.
    pub device: String,
}

/// A page of activity, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityListView {
    /// The events.
    pub rows: Vec<ActivityRow>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// Whether the reader may download the company's record.
    pub administers: bool,
    /// For whoever may: the key that verifies it, once something is sealed.
    pub record_key: Option<String>,
}

/// What Activity is narrowed down to. Part of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityFilter {
    /// The earliest time, in UTC: a day, or a day and a time.
    #[serde(default)]
    pub from: String,
    /// The latest time; a day alone is meant as a whole.
    #[serde(default)]
    pub to: String,
    /// Events of this kind.
    #[serde(default)]
    pub event: Option<EventKind>,
    /// Parts of words of an account's label.
    #[serde(default)]
    pub account: String,
    /// Parts of words of an account's app.
    #[serde(default)]
    pub app: String,
    /// Beginnings of words of the name of who did it.
    #[serde(default)]
    pub member: String,
    /// Where the page starts: the `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// From here on.
    pub from: Option<Moment>,
    /// Up to, and not with.
    pub to: Option<Moment>,
}

impl ActivityFilter {
    /// Whether anything but the page is set.
    pub fn narrows(&self) -> bool {
        Self { after: None, ..self.clone() } != Self::default()
    }

    /// The stretch of time.
    ///
    /// # Errors
    ///
    /// Problems with `from` and `to`.
    pub fn span(&self) -> Result<Span, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut read = |field: &'static str, typed: &str, whole: TimeDelta| {
            let typed = typed.trim();
            if typed.is_empty() {
                return None;
            }
            let time = NaiveDateTime::parse_from_str(typed, "%Y-%m-%dT%H:%M")
                .or_else(|_| NaiveDateTime::parse_from_str(typed, "%Y-%m-%d %H:%M"))
                .ok()
                .and_then(|time| time.checked_add_signed(whole.min(TimeDelta::minutes(1))));
            let day = || {
                let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()?;
                day.and_time(NaiveTime::MIN).checked_add_signed(whole)
            };
            let found = time.or_else(day).filter(|time| (1970..=9_000).contains(&time.year()));
            if found.is_none() {
                let text =
                    "This is no time. Enter a day such as 2026-11-27, or a day and a time such as 2026-11-27 14:05.";
                problems.push(Problem::new(field, text));
            }
            found.map(|time| time.and_utc())
        };
        let span =
            Span { from: read("from", &self.from, TimeDelta::zero()), to: read("to", &self.to, TimeDelta::days(1)) };
        if let Span { from: Some(from), to: Some(to) } = span
            && from >= to
        {
            problems.push(Problem::new("to", "The end is before the beginning. Enter a later one."));
        }
        if problems.is_empty() { Ok(span) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str) -> Result<Span, Vec<String>> {
        let filter = ActivityFilter { from: from.to_owned(), to: to.to_owned(), ..ActivityFilter::default() };
        filter.span().map_err(|problems| problems.into_iter().map(|problem| problem.field).collect())
    }

    #[test]
    fn a_day_and_a_minute_are_meant_as_a_whole() {
        let at = |text: &str| Some(text.parse().unwrap());
        assert_eq!(span("", "").unwrap(), Span::default());
        let days = Span { from: at("2026-11-26T00:00:00Z"), to: at("2026-11-28T00:00:00Z") };
        assert_eq!(span("2026-11-26", " 2026-11-27 ").unwrap(), days);
        let times = Span { from: at("2026-11-26T08:05:00Z"), to: at("2026-11-26T08:06:00Z") };
        assert_eq!(span("2026-11-26T08:05", "2026-11-26 08:05").unwrap(), times);
    }

    #[test]
    fn what_is_no_time_is_said_of_its_field() {
        assert_eq!(span("yesterday", "").unwrap_err(), ["from"]);
        assert_eq!(span("2026-02-30", "99999-01-01").unwrap_err(), ["from", "to"]);
        assert_eq!(span("2026-11-28", "2026-11-27").unwrap_err(), ["to"]);
        // The last minute of the calendar has none after it.
        assert_eq!(span("-262143-01-01 00:00", "+262142-12-31 23:59").unwrap_err(), ["from", "to"]);
        assert_eq!(span("", "+262142-12-31").unwrap_err(), ["to"]);
    }
}
