//! Who is told of an event, in the application and by mail, and in which words.
//!
//! From an event follow its recipients; each gets a notification and a mail, in the transaction of the event.

use crate::Error;
use crate::account::{GRANT_COUNTS, GRANT_JOINS, STRENGTH, role_of};
use crate::activity::{Details, Event, Tell, listed};
use crate::context::Change;
use crate::database::statement;
use crate::entity::notification;
use crate::mail::{self, Letter, Outgoing};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::notification::{MailDelivery, MailTopic, wants_decision};
use domain::text::one_line;
use domain::time::day_and_time;
use domain::{AccessRequestId, AccountId, MemberId, NotificationId, PartnershipId, RequestLineId};
use sea_orm::{ActiveValue::Set, EntityTrait, FromQueryResult, Value};
use uuid::Uuid;

/// Rows in one statement.
const AT_ONCE: usize = 1_000;

/// What of an event's account a member sees: it decides where a link about the event can lead them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sees {
    /// Not even that it exists.
    Nothing,
    /// The account.
    Account,
    /// The account and its members.
    Members,
}

impl Sees {
    /// From the [`STRENGTH`] of a role, where zero is no role.
    pub(crate) fn with_strength(strength: i32) -> Self {
        match role_of(strength) {
            None => Self::Nothing,
            Some(AccountRole::Collaborator) => Self::Account,
            Some(AccountRole::AccountManager | AccountRole::Owner) => Self::Members,
        }
    }
}

/// What an event is about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct About {
    pub(crate) account: Option<AccountId>,
    pub(crate) line: Option<RequestLineId>,
    pub(crate) partnership: Option<PartnershipId>,
}

/// The page of this site that an event is about, for somebody who sees that much of it.
pub(crate) fn page_about(kind: EventKind, about: About, sees: Sees, sees_partnership: bool) -> String {
    let About { account, line, partnership } = about;
    let of_account = account.filter(|_| sees != Sees::Nothing);
    if let (None, Some(partnership)) = (of_account, partnership) {
        return if sees_partnership { format!("/partners/{partnership}") } else { "/accounts".to_owned() };
    }
    let Some(account) = of_account else {
        return page_of_kind(kind).to_owned();
    };
    match kind {
        EventKind::AccessRequested
        | EventKind::RequestReminded
        | EventKind::RequestCancelled
        | EventKind::RequestExpired
            if sees == Sees::Members =>
        {
            let line = line.map_or_else(String::new, |line| format!("?line={line}#line-{line}"));
            format!("/accounts/{account}/members{line}")
        }
        EventKind::RotationTaskOpened if sees == Sees::Members => format!("/accounts/{account}/exposure"),
        _ => format!("/accounts/{account}"),
    }
}

/// Where an event leads that is about neither an account nor a partnership which the reader sees.
fn page_of_kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::MemberInvited
        | EventKind::InvitationWithdrawn
        | EventKind::MemberJoined
        | EventKind::WorkspaceRoleChanged
        | EventKind::MemberDeactivated
        | EventKind::MemberReactivated
        | EventKind::MembersExported
        | EventKind::OwnershipHandedOver => "/members",
        EventKind::NameChanged => "/settings",
        EventKind::SignInReset
        | EventKind::PasswordChanged
        | EventKind::EmailChanged
        | EventKind::SessionsEnded
        | EventKind::SecondFactorAdded
        | EventKind::SecondFactorRemoved
        | EventKind::SecondFactorReset
        | EventKind::SecondFactorRequired => "/settings/security",
        EventKind::WorkspaceFounded | EventKind::WorkspaceRenamed => "/settings/workspace",
        _ => "/accounts",
    }
}

/// Tells everyone concerned of an event. Returns how many mails were written.
pub(crate) async fn tell(change: &Change, event: &Event, sequence: i64) -> Result<usize, Error> {
    let mut recipients = recipients(change, event).await?;
    if recipients.is_empty() {
        return Ok(0);
    }
    somebody_decides(event, &mut recipients);
    let transaction = change.transaction();
    // A statement takes some ten thousand values, and the end of a partnership can concern many people.
    for recipients in recipients.chunks(AT_ONCE) {
        let rows = recipients.iter().map(|recipient| notification::ActiveModel {
            id: Set(NotificationId(Uuid::now_v7())),
            member_id: Set(recipient.member),
            event_sequence: Set(sequence),
            read_at: Set(None),
            in_digest: Set(recipient.delivery() == MailDelivery::Daily),
        });
        notification::Entity::insert_many(rows).exec(transaction).await?;
    }
    let at_once = recipients.iter().filter(|recipient| recipient.delivery() == MailDelivery::AtOnce);
    let mails: Vec<Outgoing> = at_once.map(|recipient| mail_to(change, event, recipient)).collect();
    let count = mails.len();
    mail::enqueue(transaction, change.now(), mails).await?;
    Ok(count)
}

/// Somebody who is told.
#[derive(Debug, FromQueryResult)]
struct Recipient {
    member: MemberId,
    name: String,
    email: String,
    /// Whether they are told because they decide.
    decides: bool,
    /// Of the role they have, or of one that shows as much.
    strength: i32,
    /// Whether they look after the event's partnership.
    sees_partnership: bool,
    /// Whether they are of the workspace in which it happened.
    of_host: bool,
    /// How they want the mail, if they have chosen.
    chosen: Option<MailDelivery>,
}

impl Recipient {
    fn delivery(&self) -> MailDelivery {
        self.chosen.unwrap_or(MailDelivery::AtOnce)
    }
}

/// What waits for a decision is mailed to somebody: when none of those who decide wants the mail, all get it.
fn somebody_decides(event: &Event, recipients: &mut [Recipient]) {
    if !wants_decision(event.kind) {
        return;
    }
    let of_account = event.account.is_some();
    let mut deciders: Vec<_> = recipients.iter_mut().filter(|recipient| recipient.decides || !of_account).collect();
    if deciders.iter().all(|recipient| recipient.delivery() == MailDelivery::Never) {
        deciders.iter_mut().for_each(|recipient| recipient.chosen = None);
    }
}

/// Owners are told of requests; requester, teammate and the other owners of what became of them; a member of what
/// happened to their own access. Nobody is told of what they did themselves, and nobody who cannot act is told.
async fn recipients(change: &Change, event: &Event) -> Result<Vec<Recipient>, Error> {
    let tell = event.tell.as_deref().unwrap_or_default();
    let (owners, requester, subject) = match event.kind {
        _ if event.tell.is_some() => (tell.contains(&Tell::Owners), false, false),
        EventKind::AccessRequested => (true, false, false),
        EventKind::RequestAccepted | EventKind::RequestDeclined => (true, true, true),
        EventKind::RequestCancelled | EventKind::RequestExpired => (true, true, false),
        EventKind::RoleChanged | EventKind::AccessRemoved | EventKind::AccessEnded => (false, false, true),
        _ => return Ok(Vec::new()),
    };
    let admins_of: Vec<Value> = tell
        .iter()
        .filter_map(|tell| if let Tell::Admins(workspace) = tell { Some((*workspace).into()) } else { None })
        .collect();
    let named: Vec<Value> = tell
        .iter()
        .filter_map(|tell| if let Tell::Member(member) = tell { Some((*member).into()) } else { None })
        .collect();
    // One question for all: active owners (host Admins where there is none), the requester, the subject; and how each
    // wants the mail.
    let topic = |decides| MailTopic::of(event.kind, decides).map_or("", MailTopic::word);
    let sql = format!(
        r#"
        WITH owner AS (
            SELECT DISTINCT g.member_id AS id FROM access_grant g JOIN member m ON m.id = g.member_id
            WHERE g.account_id = $2 AND g.role = 'owner' AND g.state = 'active'
              AND (g.ends_at IS NULL OR g.ends_at > $1) AND m.status = 'active'
        ), decider AS (
            SELECT id FROM owner
            UNION
            SELECT m.id FROM member m
            WHERE m.workspace_id = $3 AND m.status = 'active' AND m.role IN ('admin', 'owner')
              AND NOT EXISTS (SELECT 1 FROM owner)
        )
        SELECT told.*, c.delivery AS chosen
        FROM (
        SELECT m.id AS member, u.name, u.email, EXISTS (SELECT 1 FROM decider d WHERE d.id = m.id) AS decides,
               CASE WHEN EXISTS (SELECT 1 FROM account a WHERE a.id = $2 AND a.deleted_at IS NOT NULL) THEN 0
                    WHEN m.workspace_id = $3 AND m.role IN ('admin', 'owner') THEN 2 ELSE COALESCE((
                   SELECT MAX({STRENGTH}) FROM access_grant g {GRANT_JOINS}
                   WHERE g.account_id = $2 AND g.member_id = m.id AND {GRANT_COUNTS}), 0) END AS strength,
               m.workspace_id = $3 AS of_host,
               EXISTS (SELECT 1 FROM partnership sp WHERE sp.id = $10
                       AND (sp.owner_member_id = m.id OR (m.role IN ('admin', 'owner')
                            AND m.workspace_id IN (sp.host_workspace_id, sp.guest_workspace_id)))) AS sees_partnership
        FROM member m JOIN "user" u ON u.id = m.user_id
        WHERE m.status = 'active' AND m.id <> $4 AND (
            ($5 AND m.id IN (SELECT id FROM decider))
            OR ($6 AND m.id IN (SELECT requester_id FROM access_request WHERE id = $7))
            OR ($8 AND m.id = $9)
            {TOLD_BY_NAME}
        )) told
        LEFT JOIN mail_choice c ON c.member_id = told.member
            AND c.topic = CASE WHEN told.decides THEN '{of_deciders}' ELSE '{of_others}' END
        ORDER BY told.member"#,
        of_deciders = topic(true),
        of_others = topic(false),
        TOLD_BY_NAME = told_by_name(admins_of.len(), named.len())
    );
    let nobody = MemberId(Uuid::nil());
    let mut values = vec![
        change.now().into(),
        event.account.unwrap_or(AccountId(Uuid::nil())).into(),
        event.host.into(),
        event.actor.unwrap_or(nobody).into(),
        owners.into(),
        requester.into(),
        event.request.unwrap_or(AccessRequestId(Uuid::nil())).into(),
        subject.into(),
        event.subject.unwrap_or(nobody).into(),
        event.partnership.unwrap_or(PartnershipId(Uuid::nil())).into(),
    ];
    values.extend(admins_of);
    values.extend(named);
    let transaction = change.transaction();
    Ok(Recipient::find_by_statement(statement(transaction, &sql, values)).all(transaction).await?)
}

/// SQL: the Admins of so many workspaces and so many members, whose ids are `$11` and so on.
fn told_by_name(workspaces: usize, members: usize) -> String {
    const FIRST: usize = 11;
    let places = |from: usize, count: usize| {
        (from..from + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
    };
    let mut sql = String::new();
    if workspaces > 0 {
        let places = places(FIRST, workspaces);
        sql += &format!(" OR (m.workspace_id IN ({places}) AND m.role IN ('admin', 'owner'))");
    }
    if members > 0 {
        sql += &format!(" OR m.id IN ({})", places(FIRST + workspaces, members));
    }
    sql
}

fn mail_to(change: &Change, event: &Event, recipient: &Recipient) -> Outgoing {
    let details = &event.details;
    let sees = Sees::with_strength(recipient.strength);
    let about = About { account: event.account, line: event.line, partnership: event.partnership };
    let page = change.services().link(&page_about(event.kind, about, sees, recipient.sees_partnership));
    let sentence = details.sentence(event.kind);
    let mut paragraphs = vec![sentence.clone()];
    paragraphs.extend(what_next(event, recipient));
    let letter = Letter {
        subject: subject(event),
        preheader: sentence,
        heading: heading(event.kind).to_owned(),
        greeting_name: one_line(&recipient.name),
        paragraphs,
        facts: facts(event.kind, details),
        button: Some(("Open in Latchkey".to_owned(), page)),
        footer: why_and_choice(event, recipient),
    };
    let (subject, text, html) = mail::render(&letter);
    Outgoing {
        recipient: Some(recipient.member),
        to_name: one_line(&recipient.name),
        to_address: recipient.email.clone(),
        subject,
        text,
        html,
        confidential: false,
    }
}

/// Why somebody gets the mail, and where they choose which they get.
fn why_and_choice(event: &Event, recipient: &Recipient) -> String {
    let why = footer(event, recipient);
    if MailTopic::of(event.kind, false).is_none() {
        return why.to_owned();
    }
    format!("{why} Choose which mails you get in Latchkey under Settings, Notifications.")
}

/// Why somebody gets the mail.
fn footer(event: &Event, recipient: &Recipient) -> &'static str {
    if event.account.is_some() || (event.partnership.is_some() && !recipient.sees_partnership) {
        "You get this mail because it concerns an account that you use or own in Latchkey. Opening the link changes \
         nothing."
    } else if event.partnership.is_some() {
        "You get this mail because you look after partnerships of your company in Latchkey. Opening the link changes \
         nothing."
    } else {
        "You get this mail because it concerns your membership of a workspace in Latchkey. Opening the link changes \
         nothing."
    }
}

fn heading(kind: EventKind) -> &'static str {
    match kind {
        EventKind::AccessRequested => "Access requested",
        other => other.label(),
    }
}

fn subject(event: &Event) -> String {
    let Details { actor, members, label, .. } = &event.details;
    let members = listed(members);
    one_line(&match event.kind {
        EventKind::AccessRequested => format!("{actor} requests access to {label} for {members}"),
        EventKind::RequestAccepted => format!("Accepted: access to {label} for {members}"),
        EventKind::RequestDeclined => format!("Declined: access to {label} for {members}"),
        EventKind::RequestCancelled => format!("Cancelled: request for {members} on {label}"),
        EventKind::RequestExpired => format!("Not decided in time: request for {members} on {label}"),
        EventKind::RequestWithdrawn => format!("Withdrawn: request for {members} on {label}"),
        EventKind::RequestReminded => format!("Reminder: {actor} requests access to {label} for {members}"),
        EventKind::AccessEndsSoon => format!("Access of {members} to {label} ends soon"),
        EventKind::RoleChanged => format!("New role on {label}"),
        EventKind::AccessRemoved => format!("Access to {label} removed"),
        EventKind::AccessEnded => format!("Access to {label} has ended"),
        other if !event.details.partner.is_empty() => format!("{}: {}", other.label(), event.details.partner),
        other if !label.is_empty() => format!("{}: {label}", other.label()),
        other => other.label().to_owned(),
    })
}

const READ_THE_TERMS: &str = "Open the request in Latchkey to read the terms, and to accept or decline it.";

/// What the recipient can do about it.
fn what_next(event: &Event, recipient: &Recipient) -> Option<String> {
    let told = match event.kind {
        EventKind::AccessRequested | EventKind::RequestReminded if recipient.decides => {
            "Open the request in Latchkey to accept or decline it."
        }
        EventKind::AccessEndsSoon if event.subject == Some(recipient.member) => {
            "If you still need the account, open it and extend your access before it ends."
        }
        EventKind::RequestAccepted if event.subject == Some(recipient.member) => {
            "The account is on your All accounts page now."
        }
        EventKind::RequestExpired if !recipient.decides => "You can ask again.",
        EventKind::PartnershipProposed | EventKind::PartnershipReminded if recipient.of_host => {
            "Open the proposal in Latchkey to approve or decline it."
        }
        EventKind::PartnershipProposed | EventKind::PartnershipApproved | EventKind::PartnershipReminded
            if !recipient.of_host =>
        {
            READ_THE_TERMS
        }
        EventKind::PartnershipReceived => READ_THE_TERMS,
        EventKind::PartnershipAccepted if recipient.of_host => "You can share accounts with them now.",
        EventKind::PartnershipDeclined | EventKind::PartnershipLapsed if recipient.of_host => {
            "You can send it again from the partner’s page."
        }
        EventKind::PartnershipRemoved | EventKind::PartnershipEnded if !recipient.sees_partnership => {
            "The accounts that were shared through it are no longer on your All accounts page."
        }
        EventKind::AccountDeleted if recipient.decides => {
            "It can be restored for 30 days: open “Deleted accounts” under All accounts."
        }
        EventKind::RotationTaskOpened => {
            "Change the password at the site, end the sessions that the site itself holds, and store the new password in \
             Latchkey."
        }
        EventKind::OwnerLost => "Assign an owner under “Accounts without an owner”. Until then, Admins decide.",
        EventKind::AccessRemoved | EventKind::AccessEnded => {
            "If you still need the account, ask your account manager to request access again."
        }
        _ => return None,
    };
    Some(told.to_owned())
}

/// Who, for whom, which role, until when and why, as far as the event knows.
fn facts(kind: EventKind, details: &Details) -> Vec<(String, String)> {
    let asked_by = if details.company.is_empty() {
        details.actor.clone()
    } else {
        format!("{} ({})", details.actor, details.company)
    };
    let by = match kind {
        EventKind::AccessRequested | EventKind::RequestReminded => "Requested by",
        EventKind::RequestWithdrawn => "Withdrawn by",
        EventKind::RequestAccepted => "Accepted by",
        EventKind::RequestDeclined | EventKind::PartnershipDeclined => "Declined by",
        EventKind::PartnershipProposed => "Proposed by",
        EventKind::PartnershipReceived => "Received by",
        EventKind::PartnershipApproved => "Approved by",
        EventKind::PartnershipAccepted => "Accepted by",
        _ => "Changed by",
    };
    let ends = details.ends_at.map_or_else(|| details.end.clone(), day_and_time);
    let ends = if ends.is_empty() && kind == EventKind::RequestAccepted { "no end".to_owned() } else { ends };
    [
        (by, if details.actor.is_empty() { String::new() } else { asked_by }),
        ("Account", details.label.clone()),
        (if details.members.len() == 1 { "Member" } else { "Members" }, details.members.join(", ")),
        ("Role", details.role.map_or("", AccountRole::label).to_owned()),
        (if details.partner.is_empty() { "Access ends" } else { "Ends" }, ends),
        ("Reason", details.reason.clone()),
        ("Note", details.note.clone()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
