//! Activity: what happened, written once and never changed, and told in sentences made from this one source.

pub mod delivery;
mod export;
mod list;
pub mod record;
mod retention;
pub(crate) mod seal;
pub mod stamp;
mod table;
pub mod verify;

pub(crate) use list::Question;

use crate::activity::record::Bytes;
use crate::activity::stamp::Stamp;
use crate::database::statement;
use crate::entity::activity_event;
use crate::{Ctx, Error};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::time::day_and_time;
use domain::workspace::WorkspaceRole;
use domain::{AccessRequestId, AccountId, MemberId, Moment, PartnershipId, RequestLineId, WorkspaceId};
use sea_orm::{ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ConnectionTrait, FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What happened, before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    /// Who did it; none for what happens by itself.
    pub(crate) actor: Option<MemberId>,
    /// Whom it was done to.
    pub(crate) subject: Option<MemberId>,
    pub(crate) account: Option<AccountId>,
    /// The workspace it happened in: of an account, the one that owns it.
    pub(crate) host: WorkspaceId,
    /// The other workspace it concerns.
    pub(crate) guest: Option<WorkspaceId>,
    pub(crate) request: Option<AccessRequestId>,
    pub(crate) line: Option<RequestLineId>,
    pub(crate) partnership: Option<PartnershipId>,
    /// Who is told, where the kind alone does not say it.
    pub(crate) tell: Option<Vec<Tell>>,
    pub(crate) details: Details,
}

/// Who is told of an event. Whoever did it never is, nor is anybody who cannot act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tell {
    /// The Admins and the Owner of a workspace.
    Admins(WorkspaceId),
    /// A member.
    Member(MemberId),
    /// The account's active owners; the host's Admins where there is none.
    Owners,
}

impl Event {
    pub(crate) fn new(kind: EventKind, host: WorkspaceId) -> Self {
        Self {
            kind,
            actor: None,
            subject: None,
            account: None,
            host,
            guest: None,
            request: None,
            line: None,
            partnership: None,
            tell: None,
            details: Details::default(),
        }
    }
}

/// The names and terms of an event as they were when it happened. Secrets are never among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Details {
    /// Who did it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) actor: String,
    /// Their company.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) company: String,
    /// Whom it was done to, or for whom it was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) members: Vec<String>,
    /// The account's label.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<AccountRole>,
    /// How long was asked for, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) end: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ends_at: Option<Moment>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) reason: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
    /// Why something ended without a decision, as a clause: "… is no longer an account manager".
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) because: String,
    /// The other company of a partnership: its name, or until it has accepted what was typed for it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) partner: String,
    /// A role in a workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workspace_role: Option<WorkspaceRole>,
    /// How many, where only their number is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u32>,
    /// Up to which number of the company's own record events were removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) through: Option<i64>,
    /// Up to which position of the whole record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<i64>,
    /// The sealing key's signature over both: whoever can write events alone cannot say that others were removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proof: Option<Bytes<64>>,
}

impl Details {
    /// What happened, for people.
    pub(crate) fn sentence(&self, kind: EventKind) -> String {
        let Self { actor, label, company, partner, .. } = self;
        let members = listed(&self.members);
        let role = self.role.map_or("", AccountRole::label);
        match kind {
            EventKind::AccessRequested => format!("{actor} requests access to {label} for {members}, as {role}."),
            EventKind::RequestAccepted => {
                let until = self.ends_at.map_or_else(String::new, |end| format!(", until {}", day_and_time(end)));
                format!("{actor} accepted the request for {members}: access to {label} as {role}{until}.")
            }
            EventKind::RequestDeclined => {
                format!("{actor} declined the request for {members} to have access to {label}.")
            }
            EventKind::RequestCancelled => {
                format!("The request for {members} to have access to {label} was cancelled: {}.", self.because)
            }
            EventKind::RequestExpired => {
                format!("The request for {members} to have access to {label} was not decided in time.")
            }
            EventKind::RoleChanged => format!("{actor} changed the role of {members} on {label} to {role}."),
            EventKind::AccessRemoved => format!("{actor} removed the access of {members} to {label}."),
            EventKind::AccessEnded => format!("The access of {members} to {label} has ended."),
            EventKind::LoggedIn => format!("{actor} logged in to {label}."),
            EventKind::PasswordShown => format!("{actor} had the password of {label} shown."),
            EventKind::PasswordCopied => format!("{actor} copied the password of {label}."),
            EventKind::UsernameCopied => format!("{actor} copied the username of {label}."),
            EventKind::OneTimeCodeGiven => format!("{actor} was given a one-time code for {label}."),
            EventKind::FieldShown => format!("{actor} was given the field {} of {label}.", self.because),
            EventKind::PasswordStored if self.because.is_empty() => {
                format!("{actor} stored a new password of {label}.")
            }
            EventKind::PasswordStored => {
                format!("{actor} stored a new password of {label}, in place of one {}.", self.because)
            }
            EventKind::PasswordRemoved => format!("{actor} took away the password of {label}."),
            EventKind::OneTimeCodeStored => format!("{actor} set up one-time codes for {label}."),
            EventKind::OneTimeCodeRemoved => format!("{actor} took away the one-time codes of {label}."),
            EventKind::FieldChanged => format!("{actor} changed the field {} of {label}.", self.because),
            EventKind::CopyingChanged => {
                format!("{actor} changed who can copy the password of {label}: {}.", self.because)
            }
            EventKind::RotationTaskOpened => crate::credential::to_change(self),
            EventKind::SignedIn => format!("{actor} signed in."),
            EventKind::SignedOut => format!("{actor} signed out."),
            EventKind::AccessGiven => format!("{actor} gave {members} access to {label} as {role}."),
            EventKind::AccessGivenBack => format!("{actor} gave back their own access to {label}."),
            EventKind::AccessConfirmed => format!("{actor} confirmed the access of {members} to {label}."),
            EventKind::AccessEndsSoon => {
                let end = self.ends_at.map_or_else(|| "soon".to_owned(), |end| format!("on {}", day_and_time(end)));
                format!("The access of {members} to {label} ends {end}.")
            }
            EventKind::RequestWithdrawn => {
                format!("{actor} withdrew the request for {members} to have access to {label}.")
            }
            EventKind::RequestReminded => {
                format!("{actor} reminds of the request for {members} to have access to {label}.")
            }
            EventKind::AccountAdded => format!("{actor} added the account {label}."),
            EventKind::AccountChanged => format!("{actor} changed the details of {label}."),
            EventKind::AccountDeleted => format!("{actor} deleted the account {label}."),
            EventKind::AccountRestored => format!("{actor} restored the account {label}."),
            EventKind::AccountsImported => match self.count {
                Some(1) => format!("{actor} imported one account."),
                count => format!("{actor} imported {} accounts.", count.unwrap_or_default()),
            },
            EventKind::OwnerAssigned => format!("{actor} made {members} Owner of {label}."),
            EventKind::OwnerLost => format!("{label} has no owner any more."),
            EventKind::AccountShared if self.members.is_empty() => {
                format!("{actor} shared {label} with {partner}.")
            }
            EventKind::AccountShared => {
                format!("{actor} shared {label} with {partner}, for {members} as {role}.")
            }
            EventKind::SharingStopped if actor.is_empty() => {
                format!("{label} is no longer shared with {partner}: the time it was shared for is over.")
            }
            EventKind::SharingStopped => format!("{actor} stopped sharing {label} with {partner}."),
            EventKind::PartnershipProposed => format!("{actor} of {company} proposed a partnership with {partner}."),
            EventKind::PartnershipReceived => {
                format!("{actor} received a request of {partner} for a partnership with {company}.")
            }
            EventKind::PartnershipApproved => {
                format!("{actor} of {company} approved the partnership with {partner}.")
            }
            EventKind::PartnershipAccepted => {
                format!("{actor} of {company} accepted the partnership with {partner}.")
            }
            // Who has declined at the guest is not told: the company alone, by what the host calls it.
            EventKind::PartnershipDeclined if actor.is_empty() => {
                upper_first(&format!("{company} declined the partnership with {partner}."))
            }
            EventKind::PartnershipDeclined => {
                format!("{actor} of {company} declined the partnership with {partner}.")
            }
            EventKind::PartnershipWithdrawn => {
                format!("{actor} of {company} withdrew the proposal of a partnership with {partner}.")
            }
            EventKind::PartnershipReminded => {
                format!("{actor} of {company} reminds of the proposed partnership with {partner}.")
            }
            EventKind::PartnershipLapsed => {
                format!("The partnership of {company} with {partner} was not answered in time.")
            }
            EventKind::PartnershipSuspended => {
                format!("{actor} of {company} suspended the partnership with {partner}.")
            }
            EventKind::PartnershipResumed => format!("{actor} of {company} resumed the partnership with {partner}."),
            EventKind::PartnershipRemoved => format!("{actor} of {company} removed the partnership with {partner}."),
            EventKind::PartnershipEnded => {
                format!("The partnership of {company} with {partner} has come to its end.")
            }
            EventKind::PartnershipEndSet => {
                let end = self.ends_at.map_or_else(
                    || "has no end date any more".to_owned(),
                    |end| format!("now ends on {}", day_and_time(end)),
                );
                format!("{actor} of {company} set the end: the partnership with {partner} {end}.")
            }
            EventKind::PartnershipOwnerNamed => {
                format!("{actor} named {members} partnership owner for {partner}.")
            }
            EventKind::PolicyChanged => {
                format!("{actor} of {company} changed the policy of the partnership with {partner}.")
            }
            EventKind::WorkspaceFounded => format!("{actor} founded the workspace {label}."),
            EventKind::WorkspaceRenamed => format!("{actor} renamed the workspace to {label}."),
            EventKind::OwnershipHandedOver => {
                format!("{actor} handed over the ownership of the workspace to {members}.")
            }
            EventKind::MemberInvited => format!("{actor} invited {members}."),
            EventKind::InvitationWithdrawn => format!("{actor} withdrew the invitation of {members}."),
            EventKind::MemberJoined => format!("{actor} joined the workspace."),
            EventKind::WorkspaceRoleChanged => {
                let role = self.workspace_role.map_or("", WorkspaceRole::label);
                format!("{actor} changed the workspace role of {members} to {role}.")
            }
            EventKind::MemberDeactivated => format!("{actor} deactivated {members}."),
            EventKind::MemberReactivated => format!("{actor} reactivated {members}."),
            EventKind::MembersExported => format!("{actor} downloaded the list of members."),
            EventKind::SignInReset => format!("{actor} reset the sign-in of {members}."),
            EventKind::NameChanged => format!("{members} is called {actor} now."),
            EventKind::PasswordChanged => format!("{actor} set a new password."),
            EventKind::EmailChanged => format!("{actor} has a new email address."),
            EventKind::SessionsEnded => format!("{actor} ended sessions in other browsers."),
            EventKind::SecondFactorAdded => format!("{actor} set up a second factor: {label}."),
            EventKind::SecondFactorRemoved => format!("{actor} took away a second factor: {label}."),
            EventKind::SecondFactorReset => format!("{actor} reset the second factors of {members}."),
            EventKind::SecondFactorRequired => format!("{actor} changed the sign-in rules: {}.", self.because),
            EventKind::ActivityExported if label.is_empty() => format!("{actor} downloaded the activity."),
            EventKind::ActivityExported => format!("{actor} downloaded the activity of {label}."),
            EventKind::ActivityRemoved => match self.count {
                Some(1) => "One event was removed, as it was older than activity is kept.".to_owned(),
                count => {
                    let count = count.unwrap_or_default();
                    format!("{count} events were removed, as they were older than activity is kept.")
                }
            },
            EventKind::AttemptRefused => {
                let about = match (label.as_str(), partner.as_str()) {
                    ("", "") => String::new(),
                    ("", partner) => format!(" (the partnership with {partner})"),
                    (label, _) => format!(" ({label})"),
                };
                let because = self.because.trim_end_matches('.');
                format!("{actor} tried to {}{about}, and was refused: {because}.", self.note)
            }
        }
    }
}

/// "Ann", "Ann and Ben", "Ann, Ben and 3 others".
pub(crate) fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [one, other, third] => format!("{one}, {other} and {third}"),
        [one, other, rest @ ..] => format!("{one}, {other} and {} others", rest.len()),
    }
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Adds to whoever is named in these events, and without a company, which one is theirs.
pub(crate) async fn name_companies(connection: &impl ConnectionTrait, events: &mut [Event]) -> Result<(), Error> {
    #[derive(FromQueryResult)]
    struct Row {
        member: MemberId,
        company: String,
    }
    let lacking =
        |event: &Event| event.actor.filter(|_| event.details.company.is_empty() && !event.details.actor.is_empty());
    let members: BTreeSet<MemberId> = events.iter().filter_map(lacking).collect();
    if members.is_empty() {
        return Ok(());
    }
    let places: Vec<String> = (1..=members.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT m.id AS member, w.name AS company FROM member m JOIN workspace w ON w.id = m.workspace_id
         WHERE m.id IN ({})",
        places.join(", ")
    );
    let values = members.into_iter().map(Value::from);
    let rows = Row::find_by_statement(statement(connection, &sql, values)).all(connection).await?;
    for event in events {
        if let Some(row) = rows.iter().find(|row| Some(row.member) == lacking(event)) {
            event.details.company.clone_from(&row.company);
        }
    }
    Ok(())
}

/// Writes an event. Returns its place in the sequence.
pub(crate) async fn append(
    connection: &impl ConnectionTrait,
    event: &Event,
    stamp: &Stamp,
    now: Moment,
) -> Result<i64, Error> {
    let row = activity_event::ActiveModel {
        sequence: NotSet,
        at: Set(now),
        kind: Set(event.kind),
        actor_id: Set(event.actor),
        subject_id: Set(event.subject),
        account_id: Set(event.account),
        host_workspace_id: Set(event.host),
        guest_workspace_id: Set(event.guest),
        access_request_id: Set(event.request),
        request_line_id: Set(event.line),
        partnership_id: Set(event.partnership),
        details: Set(serde_json::to_string(&event.details)?),
        address: Set(stamp.address.clone()),
        os: Set(stamp.os.clone()),
        device: Set(stamp.device.clone()),
        location: Set(stamp.location.clone()),
    };
    Ok(row.insert(connection).await?.sequence)
}

/// The time of the latest event.
pub(crate) async fn latest_moment(connection: &impl ConnectionTrait) -> Result<Option<Moment>, Error> {
    let sql = "SELECT at FROM activity_event ORDER BY sequence DESC LIMIT 1";
    Ok(match connection.query_one_raw(statement(connection, sql, [])).await? {
        Some(row) => Some(row.try_get("", "at")?),
        None => None,
    })
}

impl Ctx {
    /// An event in the member's own workspace.
    pub(crate) fn event(&self, kind: EventKind) -> Event {
        Event::new(kind, self.workspace())
    }

    /// Details with the member as the one who acts.
    pub(crate) fn details(&self) -> Details {
        Details { actor: self.who.frame.name.clone(), company: self.who.frame.workspace.clone(), ..Details::default() }
    }
}

#[derive(Debug, FromQueryResult)]
struct EventRow {
    sequence: i64,
    at: Moment,
    kind: EventKind,
    details: String,
    app: Option<String>,
    address: String,
    os: String,
    device: String,
    location: String,
    may_know_where: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_and_many_are_counted() {
        let names = |count: usize| (1..=count).map(|n| format!("M{n}")).collect::<Vec<_>>();
        assert_eq!(listed(&names(1)), "M1");
        assert_eq!(listed(&names(2)), "M1 and M2");
        assert_eq!(listed(&names(3)), "M1, M2 and M3");
        assert_eq!(listed(&names(100)), "M1, M2 and 98 others");
    }

    #[test]
    fn every_event_has_a_sentence() {
        let details = Details {
            actor: "Olga".to_owned(),
            members: vec!["Ann".to_owned()],
            label: "Grindhouse".to_owned(),
            role: Some(AccountRole::Collaborator),
            because: "the account was deleted".to_owned(),
            note: "change a role".to_owned(),
            company: "Harbor Coffee".to_owned(),
            partner: "Northlight Studio".to_owned(),
            workspace_role: Some(WorkspaceRole::Admin),
            count: Some(3),
            ..Details::default()
        };
        for kind in EventKind::ALL {
            let sentence = details.sentence(*kind);
            assert!(sentence.ends_with('.') && !sentence.contains("nobody"), "{kind}: {sentence}");
        }
    }
}
