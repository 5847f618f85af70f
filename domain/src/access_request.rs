//! Access requests: what an account manager asks, person by person, and what an owner answers.

use crate::access_grant::has_ended;
use crate::account::{AccountHeaderView, AccountRole, WaitingGuest};
use crate::account_share::AccountShareView;
use crate::member::PickedMember;
use crate::partnership::PartnershipPolicy;
use crate::text;
use crate::time::{Moment, day, day_and_time};
use crate::word::words;
use crate::{AccessRequestId, AccountId, Denial, IdempotencyKey, MemberId, Problem, RequestLineId};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

mod list;

pub use list::{
    AskedBefore, DecidedSelection, Decision, ExtensionFormView, LineToDecideView, MOST_SELECTED, RequestState,
    SentLineView, SentRequestView, SentView, ToDecideView,
};

/// People in one request.
pub const MOST_MEMBERS: usize = 100;
/// Suggestions shown for what is typed.
pub const MOST_SUGGESTIONS: usize = 10;

words! {
    /// Where one person's line in a request stands. Everything but `Pending` is final.
    LineState {
        /// Waits for an owner.
        Pending = "pending",
        /// An owner said yes.
        Accepted = "accepted",
        /// An owner said no.
        Declined = "declined",
        /// The requester took it back.
        Withdrawn = "withdrawn",
        /// Nobody decided in time.
        Expired = "expired",
        /// What it was built on is gone: see [`CancelReason`].
        Cancelled = "cancelled",
        /// There was nothing left to add.
        Superseded = "superseded",
    }
}

impl LineState {
    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Accepted => "Accepted",
            Self::Declined => "Declined",
            Self::Withdrawn => "Withdrawn",
            Self::Expired => "Expired",
            Self::Cancelled => "Cancelled",
            Self::Superseded => "No longer needed",
        }
    }
}

words! {
    /// Why a line was cancelled.
    CancelReason {
        /// The requester is no longer an account manager of the account.
        RequesterLostRight = "requester_lost_right",
        /// The person was deactivated.
        MemberRemoved = "member_removed",
        /// The partnership is over.
        PartnershipRemoved = "partnership_removed",
        /// The account is no longer offered.
        AccountUnshared = "account_unshared",
        /// The account was deleted.
        AccountDeleted = "account_deleted",
    }
}

/// How long access is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessEnd {
    /// No end.
    Never,
    /// This many days, counted from acceptance.
    Days(u16),
    /// To the end of this day, UTC.
    On(NaiveDate),
}

impl AccessEnd {
    /// The durations offered, in days.
    pub const DAYS: [u16; 4] = [1, 7, 30, 90];

    /// The moment at which access accepted `now` is over.
    pub fn moment(self, now: Moment) -> Option<Moment> {
        match self {
            Self::Never => None,
            Self::Days(days) => Some(now + TimeDelta::days(i64::from(days))),
            Self::On(date) => Some(end_of(date)),
        }
    }

    /// Whether the policy allows access this long, if it starts `now`.
    pub fn fits(self, policy: &PartnershipPolicy, now: Moment) -> bool {
        match (policy.longest_days, self.moment(now)) {
            (None, _) => true,
            (Some(_), None) => false,
            // A day given as a date ends at midnight: the last day counts whole.
            (Some(days), Some(end)) => end <= end_of((now + TimeDelta::days(i64::from(days))).date_naive()),
        }
    }

    /// "no end", "7 days", "until 12 March 2026".
    pub fn told(self) -> String {
        match self {
            Self::Never => "no end".to_owned(),
            Self::Days(1) => "1 day".to_owned(),
            Self::Days(days) => format!("{days} days"),
            Self::On(date) => format!("until {}", day(date)),
        }
    }

    /// [`AccessEnd::told`] as a choice of its own: "No end", "7 days", "Until 12 March 2026".
    pub fn label(self) -> String {
        let told = self.told();
        let mut letters = told.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    /// The value of the choice in a form: `never`, a number of days, or `date`.
    pub fn choice(self) -> String {
        match self {
            Self::Never => "never".to_owned(),
            Self::Days(days) => days.to_string(),
            Self::On(_) => "date".to_owned(),
        }
    }

    /// Reads the two fields of a form: the choice, and the date (`YYYY-MM-DD`) when the choice is `date`.
    ///
    /// # Errors
    ///
    /// A problem on `access_end` or `access_end_date`: an unknown choice, no date, or a day before `now`.
    pub fn from_form(choice: &str, date: &str, now: Moment) -> Result<Self, Problem> {
        match choice {
            "never" => Ok(Self::Never),
            "date" => {
                let date: NaiveDate = date
                    .trim()
                    .parse()
                    .map_err(|_| Problem::new("access_end_date", "Enter the day on which access ends."))?;
                if date < now.date_naive() {
                    return Err(Problem::new("access_end_date", "Choose a day that has not passed."));
                }
                if date > now.date_naive() + Days::new(3_660) {
                    return Err(Problem::new("access_end_date", "Choose a day within the next ten years, or no end."));
                }
                Ok(Self::On(date))
            }
            days => match days.parse() {
                Ok(days) if Self::DAYS.contains(&days) => Ok(Self::Days(days)),
                _ => Err(Problem::new("access_end", "Choose when access ends.")),
            },
        }
    }
}

/// Midnight after a day, UTC.
fn end_of(date: NaiveDate) -> Moment {
    let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
    next.and_time(NaiveTime::MIN).and_utc()
}

/// A request as the form sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestForm {
    /// Made with the form: sending twice makes one request.
    pub key: IdempotencyKey,
    /// The people, in the order they were picked.
    #[serde(default)]
    pub members: Vec<MemberId>,
    /// The role's word.
    #[serde(default)]
    pub role: String,
    /// [`AccessEnd::choice`].
    #[serde(default)]
    pub access_end: String,
    /// The day, `YYYY-MM-DD`, when the choice is `date`.
    #[serde(default)]
    pub access_end_date: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// A request that has passed every rule that needs no database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedAccess {
    /// The people, each once.
    pub members: Vec<MemberId>,
    /// The role.
    pub role: AccountRole,
    /// How long.
    pub end: AccessEnd,
    /// Why; may be empty where the policy allows it.
    pub reason: String,
}

impl RequestForm {
    /// Checks the form against the partnership's policy.
    ///
    /// # Errors
    ///
    /// Every problem, in the order of the form's fields: `members`, `role`, `access_end`, `access_end_date`, `reason`.
    pub fn check(&self, policy: &PartnershipPolicy, now: Moment) -> Result<AskedAccess, Vec<Problem>> {
        let members = self.check_members();
        let role = self.check_role(policy);
        let end = AccessEnd::from_form(&self.access_end, &self.access_end_date, now).and_then(|end| {
            if end.fits(policy, now) { Ok(end) } else { Err(Problem::new("access_end", longest_access(policy))) }
        });
        let reason = text::prose("reason", "reason", &self.reason).and_then(|reason| {
            if reason.is_empty() && policy.reason_required {
                return Err(Problem::new("reason", "Enter a reason: this partnership asks for one."));
            }
            let shortest = policy.shortest_reason_asked();
            if reason.chars().count() < shortest.into() {
                let text = format!("Say more: this partnership asks for a reason of at least {shortest} characters.");
                return Err(Problem::new("reason", text));
            }
            Ok(reason)
        });
        match (members, role, end, reason) {
            (Ok(members), Ok(role), Ok(end), Ok(reason)) => Ok(AskedAccess { members, role, end, reason }),
            (members, role, end, reason) => {
                Err([members.err(), role.err(), end.err(), reason.err()].into_iter().flatten().collect())
            }
        }
    }

    fn check_members(&self) -> Result<Vec<MemberId>, Problem> {
        let mut members = Vec::with_capacity(self.members.len().min(MOST_MEMBERS));
        for member in &self.members {
            if !members.contains(member) {
                members.push(*member);
            }
            if members.len() > MOST_MEMBERS {
                return Err(Problem::new(
                    "members",
                    "Pick at most 100 members for one request. Send another request for the others.",
                ));
            }
        }
        if members.is_empty() { Err(Problem::new("members", "Pick at least one member")) } else { Ok(members) }
    }

    fn check_role(&self, policy: &PartnershipPolicy) -> Result<AccountRole, Problem> {
        let role: AccountRole = self.role.parse().map_err(|_| Problem::new("role", "Choose a role."))?;
        match why_not_role(role, policy) {
            None => Ok(role),
            Some(reason) => Err(Problem::new("role", reason)),
        }
    }
}

/// Why a role cannot be asked for under this policy.
pub fn why_not_role(role: AccountRole, policy: &PartnershipPolicy) -> Option<String> {
    if role == AccountRole::Owner {
        Some("A guest cannot become an owner of a partner's account.".to_owned())
    } else if role > policy.highest_role {
        Some(format!("The partnership allows requests up to the role {}.", policy.highest_role.label()))
    } else {
        None
    }
}

fn longest_access(policy: &PartnershipPolicy) -> String {
    match policy.longest_days {
        Some(1) => "The partnership allows access for at most 1 day.".to_owned(),
        Some(days) => format!("The partnership allows access for at most {days} days."),
        None => "Choose when access ends.".to_owned(),
    }
}

/// What is known about a person somebody wants to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Whether the requester asks for themselves.
    pub is_requester: bool,
    /// The highest role on the account that counts now.
    pub role: Option<AccountRole>,
    /// When the access with that role ends.
    pub ends_at: Option<Moment>,
    /// A line that waits already.
    pub pending: Option<PendingSince>,
    /// A decline that is too fresh for another request.
    pub cool_down: Option<CoolDown>,
}

/// After a decline the host's policy can let some days pass before the same person is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoolDown {
    /// When it was declined.
    pub declined_at: Moment,
    /// When the person can be asked for again.
    pub until: Moment,
}

/// Who asked for a person already, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingSince {
    /// The requester's name.
    pub by: String,
    /// When the request was sent.
    pub at: Moment,
}

/// Why nobody can ask for this person with this role, or `None` when they can.
///
/// Asking for oneself is refused, except to extend one's own access before it ends. Whoever has the role already, or a
/// higher one, is refused; a lower role is a raise.
pub fn why_not_ask(candidate: &Candidate, role: AccountRole) -> Option<String> {
    if let Some(pending) = &candidate.pending {
        return Some(format!("Already requested by {} on {}", pending.by, day(pending.at.date_naive())));
    }
    let extends = candidate.ends_at.is_some() && candidate.role.is_some_and(|own| role <= own);
    if candidate.is_requester && !extends {
        return Some("You cannot request access for yourself".to_owned());
    }
    if let Some(held) = candidate.role.filter(|held| *held >= role && !candidate.is_requester) {
        return Some(format!("Already has access as {}", held.label()));
    }
    candidate.cool_down.map(|CoolDown { declined_at, until }| {
        format!("Declined on {}. Can be requested again from {}", day(declined_at.date_naive()), day_and_time(until))
    })
}

/// Whether somebody who has this role on the account now may ask for a role there, for others or for themselves. For
/// themselves whoever has access may, to extend it: with the role they have.
pub fn may_ask(held: Option<AccountRole>, asked: AccountRole, for_oneself: bool) -> bool {
    match held {
        Some(AccountRole::AccountManager) => true,
        Some(held) => for_oneself && asked <= held,
        None => false,
    }
}

/// A role that a member's live grants give on an account. Different roles can end at different times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The role.
    pub role: AccountRole,
    /// When the last grant of this role ends; `None` is no end.
    pub ends_at: Option<Moment>,
}

/// Whether a new grant would add nothing to what the member has: a role as high lasts as long already.
pub fn adds_nothing(held: &[Held], role: AccountRole, ends_at: Option<Moment>) -> bool {
    held.iter().any(|held| {
        held.role >= role
            && match (held.ends_at, ends_at) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(held), Some(new)) => held >= new,
            }
    })
}

/// What was asked in a line, and what binds its acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The role that was asked for.
    pub role: AccountRole,
    /// The end that was asked for.
    pub end: AccessEnd,
}

/// What an owner accepts a line with; each absent part is as it was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AcceptWith {
    /// A role, never higher than asked.
    pub role: Option<AccountRole>,
    /// An end, never later than asked.
    pub end: Option<AccessEnd>,
}

/// What a line is accepted with: role, and the moment access is over.
///
/// # Errors
///
/// [`Denial::MoreThanAsked`], [`Denial::MoreThanPolicy`] (the policy may have become stricter since), or
/// [`Denial::EndHasPassed`].
pub fn accepted_terms(
    asked: Asked,
    with: AcceptWith,
    policy: &PartnershipPolicy,
    now: Moment,
) -> Result<(AccountRole, Option<Moment>), Denial> {
    let role = with.role.unwrap_or(asked.role);
    let end = with.end.unwrap_or(asked.end);
    let ends_at = end.moment(now);
    let later_than_asked = match (asked.end.moment(now), ends_at) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(asked), Some(given)) => given > asked,
    };
    if role > asked.role || later_than_asked {
        return Err(Denial::MoreThanAsked);
    }
    if role > policy.highest_role || !end.fits(policy, now) {
        return Err(Denial::MoreThanPolicy);
    }
    if has_ended(ends_at, now) {
        return Err(Denial::EndHasPassed);
    }
    Ok((role, ends_at))
}

/// What the dialog and the page "Request share access" start with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFormView {
    /// The account it is about.
    pub account: AskedAccount,
    /// The key of this form.
    pub key: IdempotencyKey,
    /// The role picker.
    pub roles: Vec<RoleChoice>,
    /// The choices for the end of access.
    pub ends: Vec<EndChoice>,
    /// The first day that can be chosen, `YYYY-MM-DD`.
    pub first_day: String,
    /// The last day that can be chosen, `YYYY-MM-DD`, if the policy limits it.
    pub last_day: Option<String>,
    /// Whether a reason is needed.
    pub reason_required: bool,
    /// The fewest characters of a reason.
    #[serde(default)]
    pub shortest_reason: u16,
}

/// The account that access is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedAccount {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The app it is a login to.
    pub app: String,
    /// The name of the workspace it belongs to.
    pub workspace: String,
}

/// One radio button of the role picker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChoice {
    /// The role.
    pub role: AccountRole,
    /// Why it cannot be chosen, if so.
    pub blocked: Option<String>,
}

/// One choice for the end of access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndChoice {
    /// [`AccessEnd::choice`].
    pub value: String,
    /// The words people read.
    pub label: String,
    /// Whether the policy rules it out.
    pub blocked: bool,
}

/// The roles of the role picker under a policy.
pub fn role_choices(policy: &PartnershipPolicy) -> Vec<RoleChoice> {
    AccountRole::REQUESTABLE.into_iter().map(|role| RoleChoice { role, blocked: why_not_role(role, policy) }).collect()
}

/// The choices for the end of access under a policy.
pub fn end_choices(policy: &PartnershipPolicy) -> Vec<EndChoice> {
    let longest = policy.longest_days;
    let offered = |end: AccessEnd, blocked| EndChoice { value: end.choice(), label: end.label(), blocked };
    let never = offered(AccessEnd::Never, longest.is_some());
    let days = AccessEnd::DAYS
        .into_iter()
        .map(|days| offered(AccessEnd::Days(days), longest.is_some_and(|longest| days > longest)));
    let date = EndChoice { value: "date".to_owned(), label: "A date".to_owned(), blocked: false };
    std::iter::once(never).chain(days).chain(std::iter::once(date)).collect()
}

/// What became of a request that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRequest {
    /// The request.
    pub request: AccessRequestId,
    /// The account's label.
    pub label: String,
    /// Who could not be asked for, and why.
    pub refused: Vec<RefusedMember>,
}

impl SentRequest {
    /// The message to the requester.
    pub fn message(&self) -> String {
        format!("Request sent. The owners of {} have been told.", self.label)
    }

    /// Who could not be asked for, a line each.
    pub fn not_requested(&self) -> Vec<String> {
        self.refused
            .iter()
            .map(|RefusedMember { name, reason }| format!("Not requested for {name}: {reason}"))
            .collect()
    }
}

/// A person who could not be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedMember {
    /// Their name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// The Members tab of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMembersView {
    /// The top.
    pub header: AccountHeaderView,
    /// What became of the line that the address names, when it does not wait any more.
    pub told: Option<String>,
    /// Guests whose access waits since the account was restored, for those who can confirm it.
    #[serde(default)]
    pub waiting: Vec<WaitingGuest>,
    /// Lines that wait for a decision, oldest first. The line that the address names is always among them.
    pub pending: Vec<PendingLineView>,
    /// How many more lines wait than are shown.
    pub more_pending: u32,
    /// Members with access, by name.
    pub members: Vec<AccountMemberView>,
    /// Where the next page of members starts.
    pub next: Option<String>,
    /// The partners it is shared with, on the first page, for those at the host who look after that.
    pub shares: Vec<AccountShareView>,
    /// Whether the reader can add members of the own workspace.
    pub can_add: bool,
}

/// A line that waits, as it stands in the Members table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLineView {
    /// The line.
    pub line: RequestLineId,
    /// Whom it is for.
    pub member: PickedMember,
    /// Their company.
    pub workspace: String,
    /// The role that was asked for.
    pub role: AccountRole,
    /// How long: [`AccessEnd::told`].
    pub end: String,
    /// Who asked.
    pub requester: String,
    /// When.
    pub asked_at: Moment,
    /// Why; may be empty.
    pub reason: String,
    /// An earlier decline for the same person and account: "Declined by … on …", with its note.
    pub declined_before: Option<String>,
    /// What the reader can accept with; `None` when the reader does not decide.
    pub decide: Option<DecideChoices>,
    /// Why it cannot be decided now, although the reader decides.
    pub blocked: Option<String>,
}

/// What "Accept with changes" offers: never more than was asked, never more than the policy allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideChoices {
    /// The roles, the one that was asked for last.
    pub roles: Vec<AccountRole>,
    /// Shorter ends, longest first: value and label.
    pub ends: Vec<EndChoice>,
    /// The first day that can be chosen, `YYYY-MM-DD`.
    pub first_day: String,
    /// The last day that can be chosen, `YYYY-MM-DD`, if there is a limit.
    pub last_day: Option<String>,
}

/// A member with access, as they stand in the Members table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMemberView {
    /// The member.
    pub member: PickedMember,
    /// Their company.
    pub workspace: String,
    /// Whether they are guests of this account.
    pub guest: bool,
    /// The highest role that counts.
    pub role: AccountRole,
    /// Where that role comes from.
    pub via: String,
    /// When they last used the account.
    pub last_used_at: Option<Moment>,
    /// When their access ends.
    pub ends_at: Option<Moment>,
    /// Whether the partnership is suspended, so that the access waits.
    pub suspended: bool,
    /// The roles the reader can change this member to; empty when none.
    pub roles: Vec<AccountRole>,
    /// Whether the reader can remove this member's access.
    pub can_remove: bool,
}

/// What became of a decision, for the message to the decider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decided", rename_all = "snake_case")]
pub enum Decided {
    /// The member has access now.
    Accepted {
        /// The member's name.
        name: String,
        /// The account's label.
        label: String,
    },
    /// There was nothing to add.
    Superseded {
        /// The member's name.
        name: String,
        /// The account's label.
        label: String,
    },
    /// The request was declined.
    Declined {
        /// The member's name.
        name: String,
    },
}

impl Decided {
    /// The message to the decider.
    pub fn message(&self) -> String {
        match self {
            Self::Accepted { name, label } => format!("{name} now has access to {label}."),
            Self::Superseded { name, label } => {
                format!("{name} already had this access to {label}, so there was nothing to add.")
            }
            Self::Declined { name } => format!("The request for {name} was declined."),
        }
    }
}
