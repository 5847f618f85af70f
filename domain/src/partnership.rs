//! Partnerships: the links from a host to a guest workspace.

use crate::account::AccountRole;
use crate::member::PickedMember;
use crate::policy::{PartnershipAct, Side};
use crate::word::words;
use crate::workspace::WorkspaceBadge;
use crate::{Moment, PartnershipId, Problem, text};
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

/// Hours between two reminders of one proposal.
pub const REMINDER_HOURS: i64 = 24;

/// Proposals that a workspace can make in a day: each writes to an address outside.
pub const MOST_PROPOSALS_A_DAY: u64 = 100;

/// Characters that a typed workspace ID may have.
pub const LONGEST_WORKSPACE_ID: usize = 64;

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

impl PartnershipPolicy {
    /// The fewest characters of a reason; none where no reason is required.
    pub fn shortest_reason_asked(&self) -> u16 {
        if self.reason_required { self.shortest_reason } else { 0 }
    }
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

/// Days that a policy can give for access, at most: ten years.
pub const LONGEST_POLICY_DAYS: u16 = 3_650;
/// Days that a policy can keep a request open, at most.
pub const LONGEST_OPEN_DAYS: u16 = 90;
/// Characters of a reason that a policy can ask for, at most.
pub const LONGEST_SHORTEST_REASON: u16 = 500;
/// Days of cool-down that a policy can set, at most.
pub const LONGEST_COOL_DOWN_DAYS: u16 = 365;

/// A proposal as the form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalForm {
    /// The partner's workspace ID; empty to invite a company that is not here yet.
    #[serde(default)]
    pub workspace_id: String,
    /// Somebody at the partner.
    #[serde(default)]
    pub contact_email: String,
    /// Why, for the own Admins.
    #[serde(default)]
    pub reason: String,
}

/// A proposal that has passed every rule that needs no database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The workspace ID that was typed, if any, in small letters.
    pub workspace_id: Option<String>,
    /// Somebody at the partner.
    pub contact_email: String,
    /// Why; empty where none is asked for.
    pub reason: String,
}

impl ProposalForm {
    /// Checks the form. Whose proposal goes to the partner at once is not asked for a reason.
    ///
    /// # Errors
    ///
    /// Every problem, in the order of the form's fields: `workspace_id`, `contact_email`, `reason`.
    pub fn check(&self, asks_reason: bool) -> Result<Proposal, Vec<Problem>> {
        let workspace_id = typed_workspace_id(&self.workspace_id);
        let contact_email = text::email("contact_email", &self.contact_email);
        let reason = if asks_reason { self.check_reason() } else { Ok(String::new()) };
        match (workspace_id, contact_email, reason) {
            (Ok(workspace_id), Ok(contact_email), Ok(reason)) => Ok(Proposal { workspace_id, contact_email, reason }),
            (workspace_id, contact_email, reason) => {
                Err([workspace_id.err(), contact_email.err(), reason.err()].into_iter().flatten().collect())
            }
        }
    }

    fn check_reason(&self) -> Result<String, Problem> {
        let reason = text::prose("reason", "reason", &self.reason)?;
        if reason.is_empty() {
            return Err(Problem::new("reason", "Enter a reason: your Admins decide by it."));
        }
        Ok(reason)
    }
}

/// A workspace ID as somebody typed or pasted it: in small letters, with hyphens where there were spaces or dashes. Whether
/// it is anybody's is not told.
fn typed_workspace_id(typed: &str) -> Result<Option<String>, Problem> {
    let groups = typed.split(|c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}'));
    let id = groups.filter(|group| !group.is_empty()).collect::<Vec<_>>().join("-").to_lowercase();
    if id.is_empty() {
        return Ok(None);
    }
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && id.len() <= LONGEST_WORKSPACE_ID;
    if plain {
        Ok(Some(id))
    } else {
        Err(Problem::new(
            "workspace_id",
            "Enter the workspace ID as your partner sees it under Partners: letters, digits and hyphens.",
        ))
    }
}

/// The policy as its form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyForm {
    /// The role's word.
    #[serde(default)]
    pub highest_role: String,
    /// Days; empty for no limit.
    #[serde(default)]
    pub longest_days: String,
    /// Ticked or not.
    #[serde(default)]
    pub reason_required: Option<String>,
    /// Characters; empty for none.
    #[serde(default)]
    pub shortest_reason: String,
    /// Days.
    #[serde(default)]
    pub open_days: String,
    /// Days; empty for none.
    #[serde(default)]
    pub cool_down_days: String,
}

impl PolicyForm {
    /// Checks the form.
    ///
    /// # Errors
    ///
    /// Every problem, in the order of the form's fields.
    pub fn check(&self) -> Result<PartnershipPolicy, Vec<Problem>> {
        let role = match self.highest_role.parse::<AccountRole>() {
            Ok(role) if AccountRole::REQUESTABLE.contains(&role) => Ok(role),
            _ => Err(Problem::new("highest_role", "Choose the highest role.")),
        };
        let longest = number("longest_days", "days", &self.longest_days, 1, LONGEST_POLICY_DAYS);
        let shortest = number("shortest_reason", "characters", &self.shortest_reason, 0, LONGEST_SHORTEST_REASON);
        let open = number("open_days", "days", &self.open_days, 1, LONGEST_OPEN_DAYS).and_then(|days| {
            days.ok_or_else(|| Problem::new("open_days", "Enter how many days a request stays open."))
        });
        let cool_down = number("cool_down_days", "days", &self.cool_down_days, 0, LONGEST_COOL_DOWN_DAYS);
        match (role, longest, shortest, open, cool_down) {
            (Ok(highest_role), Ok(longest_days), Ok(shortest), Ok(open_days), Ok(cool_down)) => Ok(PartnershipPolicy {
                highest_role,
                longest_days,
                reason_required: self.reason_required.is_some(),
                open_days,
                shortest_reason: shortest.unwrap_or(0),
                cool_down_days: cool_down.unwrap_or(0),
            }),
            (role, longest, shortest, open, cool_down) => {
                let problems = [role.err(), longest.err(), shortest.err(), open.err(), cool_down.err()];
                Err(problems.into_iter().flatten().collect())
            }
        }
    }
}

/// A whole number between two others; none when nothing is typed.
fn number(field: &'static str, of: &str, typed: &str, least: u16, most: u16) -> Result<Option<u16>, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    match typed.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
        _ => Err(Problem::new(
            field,
            format!("Enter a number of {of} from {least} to {}.", text::thousands(most.into())),
        )),
    }
}

/// The Partners page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerListView {
    /// The own workspace ID, to be given to partners.
    pub public_id: String,
    /// What the form for a new partner asks.
    pub form: ProposalFormView,
    /// The partnerships, those that are not over first, the newest of them first.
    pub partners: Vec<PartnerView>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// What the form **Add partner** asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalFormView {
    /// Whether the own Admins decide first, and want a reason.
    pub asks_reason: bool,
    /// Whether a company that is not here yet can be invited.
    pub can_invite: bool,
}

const NOT_NAMED_YET: &str = "the workspace ";

/// What a company that has not accepted is called within a sentence: by the workspace ID that was typed for it.
pub fn not_named_yet(workspace_id: &str) -> String {
    format!("{NOT_NAMED_YET}{workspace_id}")
}

/// What a company is called where its name stands alone, as in a heading.
pub fn name_alone(name: &str) -> String {
    match name.strip_prefix(NOT_NAMED_YET) {
        Some(id) => format!("Workspace {id}"),
        None => name.to_owned(),
    }
}

/// The letter that marks a company; until it has accepted, that of its workspace ID.
pub fn initial(name: &str) -> String {
    WorkspaceBadge { name: name.strip_prefix(NOT_NAMED_YET).unwrap_or(name).to_owned() }.initial()
}

/// A partnership in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerView {
    /// The partnership.
    pub partnership: PartnershipId,
    /// The other company's name; until it has accepted, what was typed for it.
    pub name: String,
    /// The side on which the other company stands.
    pub side: Side,
    /// Where it stands.
    pub state: PartnershipState,
    /// Who has to act next, or until when it goes on, in a sentence; may be empty.
    pub next_step: String,
}

/// The top of each tab of a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerHeaderView {
    /// The partnership.
    pub partnership: PartnershipId,
    /// The other company's name; until it has accepted, what was typed for it.
    pub name: String,
    /// The side on which the other company stands.
    pub side: Side,
    /// Where it stands.
    pub state: PartnershipState,
    /// Whether accounts are shared through it, or can be: then it has the tabs for them.
    pub in_force: bool,
}

/// A partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerOverviewView {
    /// The top.
    pub header: PartnerHeaderView,
    /// The other company's workspace ID; until it has accepted, what was typed.
    pub public_id: Option<String>,
    /// The address that the proposal named.
    pub contact: String,
    /// Who looks after it at the host.
    pub owner: String,
    /// Whether they can: otherwise the host's Admins act for them.
    pub owner_is_active: bool,
    /// Why it was proposed; for the host alone.
    pub reason: Option<String>,
    /// When it was proposed.
    pub proposed_at: Moment,
    /// Until when it can be answered.
    pub lapses_at: Option<Moment>,
    /// Who agreed to which terms.
    pub agreed: Option<AgreedTerms>,
    /// When it ends.
    pub ends_at: Option<Moment>,
    /// When it came to its end, however it did.
    pub ended_at: Option<Moment>,
    /// Who has to act next, or what became of it, in a sentence.
    pub next_step: String,
    /// When a reminder can be sent again, if not now.
    pub next_reminder: Option<Moment>,
    /// Whether the reader's Admins decide on what the reader proposes, and want a reason.
    pub asks_reason: bool,
    /// What the reader can do now.
    pub acts: Vec<PartnershipAct>,
}

/// The guest's yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedTerms {
    /// Who.
    pub by: Option<String>,
    /// When.
    pub at: Moment,
    /// To which version of the terms.
    pub version: Option<i32>,
}

/// The Policy tab of a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerPolicyView {
    /// The top.
    pub header: PartnerHeaderView,
    /// The policy.
    pub policy: PartnershipPolicy,
    /// Whether the reader can change it.
    pub can_change: bool,
}

/// What is lost when a partnership ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnershipLoss {
    /// Accounts that are shared.
    pub accounts: u32,
    /// People of the guest with access.
    pub people: u32,
    /// Lines that wait.
    pub requests: u32,
}

impl PartnershipLoss {
    /// A line for each.
    pub fn told(self) -> [String; 3] {
        let counted = |count: u32, one: &str, many: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{} {many}", text::thousands(count as usize)),
        };
        [
            counted(self.accounts, "account is no longer shared", "accounts are no longer shared"),
            counted(self.people, "person of the guest loses access", "people of the guest lose access"),
            counted(self.requests, "pending request is cancelled", "pending requests are cancelled"),
        ]
    }
}

/// The page that says what is lost when a partner is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovePartnerView {
    /// The top.
    pub header: PartnerHeaderView,
    /// What is lost.
    pub loss: PartnershipLoss,
}

/// The page on which another partnership owner is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnershipOwnerView {
    /// The top.
    pub header: PartnerHeaderView,
    /// Who it is now.
    pub owner: String,
    /// The members found for what was typed.
    pub found: Vec<PickedMember>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(workspace_id: &str, contact_email: &str, reason: &str) -> ProposalForm {
        ProposalForm {
            workspace_id: workspace_id.to_owned(),
            contact_email: contact_email.to_owned(),
            reason: reason.to_owned(),
        }
    }

    #[test]
    fn a_workspace_id_is_read_without_regard_to_case_and_spaces() {
        let proposal = form(" NLS-4w8p ", " ann@example.com ", "x").check(true).expect("complete");
        assert_eq!(proposal.workspace_id.as_deref(), Some("nls-4w8p"));
        assert_eq!(proposal.contact_email, "ann@example.com");
        for typed in ["nls 4w8p", "NLS - 4W8P", "nls\u{2013}4w8p"] {
            let read = form(typed, "ann@example.com", "").check(false).expect("complete").workspace_id;
            assert_eq!(read.as_deref(), Some("nls-4w8p"), "{typed}");
        }
        assert_eq!(form("", "ann@example.com", "").check(false).expect("complete").workspace_id, None);
    }

    #[test]
    fn a_company_that_has_not_accepted_is_named_and_marked_by_its_id() {
        assert_eq!(name_alone(&not_named_yet("nls-4w8p")), "Workspace nls-4w8p");
        assert_eq!(initial(&not_named_yet("nls-4w8p")), "N");
        for name in ["Northlight Studio", "north@example.com"] {
            assert_eq!((name_alone(name), initial(name)), (name.to_owned(), "N".to_owned()));
        }
    }

    #[test]
    fn every_problem_of_a_proposal_is_told_at_once() {
        let problems = form("a_b", "ann", " ").check(true).expect_err("three problems");
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["workspace_id", "contact_email", "reason"]);
        assert_eq!(form("a_b", "ann", " ").check(false).expect_err("two problems").len(), 2);
    }

    #[test]
    fn a_policy_takes_whole_numbers_within_their_limits() {
        let good = PolicyForm {
            highest_role: "collaborator".to_owned(),
            longest_days: " 30 ".to_owned(),
            reason_required: Some("on".to_owned()),
            shortest_reason: "20".to_owned(),
            open_days: "7".to_owned(),
            cool_down_days: String::new(),
        };
        let policy = good.check().expect("complete");
        assert_eq!((policy.longest_days, policy.open_days, policy.cool_down_days), (Some(30), 7, 0));
        assert!(policy.reason_required);
        for (longest, shortest, open, cool) in [("0", "501", "0", "366"), ("x", "-1", "", "1.5")] {
            let bad = PolicyForm {
                highest_role: "owner".to_owned(),
                longest_days: longest.to_owned(),
                shortest_reason: shortest.to_owned(),
                open_days: open.to_owned(),
                cool_down_days: cool.to_owned(),
                reason_required: None,
            };
            assert_eq!(bad.check().expect_err("five problems").len(), 5);
        }
    }

    #[test]
    fn what_is_lost_is_counted_in_words() {
        let loss = PartnershipLoss { accounts: 1, people: 1_200, requests: 0 };
        assert_eq!(
            loss.told(),
            [
                "1 account is no longer shared",
                "1,200 people of the guest lose access",
                "0 pending requests are cancelled"
            ]
        );
    }
}
