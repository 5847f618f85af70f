//! Shares: accounts offered through a partnership, and whom that reaches at first.

use crate::access_request::{AccessEnd, EndChoice, end_choices};
use crate::account::AccountRole;
use crate::member::PickedMember;
use crate::partnership::{PartnerHeaderView, PartnershipPolicy};
use crate::{AccountId, AccountShareId, MemberId, Moment, PartnershipId, Problem};
use serde::{Deserialize, Serialize};

/// Accounts shared at once.
pub const MOST_ACCOUNTS: usize = 100;
/// People who are given access at once.
pub const MOST_PEOPLE: usize = 100;
/// Rows on one page of a partner's accounts and members, and accounts offered for choosing.
pub const PER_PAGE: usize = 50;

/// What somebody shares, with whom, and until when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareForm {
    /// The accounts.
    pub accounts: Vec<AccountId>,
    /// The word of the highest role that members of the partner can have on them.
    pub highest_role: String,
    /// Admins of the partner who get access at once.
    pub members: Vec<MemberId>,
    /// The word of their role.
    pub role: String,
    /// [`AccessEnd::choice`].
    pub access_end: String,
    /// A day, `YYYY-MM-DD`, which counts instead of the choice.
    pub access_end_date: String,
}

/// A sharing that has passed every rule that needs no database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareTerms {
    /// The accounts, each once.
    pub accounts: Vec<AccountId>,
    /// The highest role that members of the partner can have on them.
    pub highest_role: AccountRole,
    /// Who gets access at once, and as what.
    pub people: SharePeople,
    /// When all of it ends.
    pub end: AccessEnd,
}

/// Who gets access with a share, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharePeople {
    /// The members, each once.
    pub members: Vec<MemberId>,
    /// Their role.
    pub role: AccountRole,
}

impl ShareForm {
    /// Checks the form against the partnership's policy.
    ///
    /// # Errors
    ///
    /// Every problem, in the order of the steps: `accounts`, `highest_role`, `members`, `role`, `access_end`,
    /// `access_end_date`.
    pub fn check(&self, policy: &PartnershipPolicy, now: Moment) -> Result<ShareTerms, Vec<Problem>> {
        let accounts = self.check_accounts();
        let highest = role_up_to("highest_role", &self.highest_role, policy.highest_role);
        // What is wrong with the highest role is told once, beside it.
        let limit = highest.as_ref().copied().unwrap_or(AccountRole::AccountManager);
        let people = check_people(&self.members, &self.role, limit);
        // Without scripts the day always stands there: one that was entered counts, whatever was chosen beside it.
        let choice = if self.access_end_date.trim().is_empty() { self.access_end.as_str() } else { "date" };
        let end = AccessEnd::from_form(choice, &self.access_end_date, now);
        match (accounts, highest, people, end) {
            (Ok(accounts), Ok(highest_role), Ok(people), Ok(end)) => {
                Ok(ShareTerms { accounts, highest_role, people, end })
            }
            (accounts, highest, people, end) => {
                let first = [accounts.err(), highest.err()].into_iter().flatten();
                Err(first.chain(people.err().into_iter().flatten()).chain(end.err()).collect())
            }
        }
    }

    fn check_accounts(&self) -> Result<Vec<AccountId>, Problem> {
        let accounts = each_once(&self.accounts);
        match accounts.len() {
            0 => Err(Problem::new("accounts", "Choose at least one account.")),
            1..=MOST_ACCOUNTS => Ok(accounts),
            _ => Err(Problem::new("accounts", "Share at most 100 accounts at once, and the others afterwards.")),
        }
    }
}

/// Checks whom a share reaches at first, where the share allows roles up to `highest`.
///
/// # Errors
///
/// Problems on `members` and `role`.
pub fn check_people(members: &[MemberId], role: &str, highest: AccountRole) -> Result<SharePeople, Vec<Problem>> {
    let members = each_once(members);
    let counted = match members.len() {
        0 => Err(Problem::new("members", "Choose at least one person. Without one, nobody could use the accounts.")),
        1..=MOST_PEOPLE => Ok(members),
        _ => Err(Problem::new("members", "Choose at most 100 people.")),
    };
    match (counted, role_up_to("role", role, highest)) {
        (Ok(members), Ok(role)) => Ok(SharePeople { members, role }),
        (members, role) => Err([members.err(), role.err()].into_iter().flatten().collect()),
    }
}

fn role_up_to(field: &'static str, word: &str, highest: AccountRole) -> Result<AccountRole, Problem> {
    let role: AccountRole = word.parse().map_err(|_| Problem::new(field, "Choose a role."))?;
    match why_not_shared(role, highest) {
        None => Ok(role),
        Some(reason) => Err(Problem::new(field, reason)),
    }
}

/// Why a member of the partner cannot have this role, where roles up to `highest` are allowed.
pub fn why_not_shared(role: AccountRole, highest: AccountRole) -> Option<String> {
    if role == AccountRole::Owner {
        Some("A guest cannot become an owner of a partner's account.".to_owned())
    } else if role > highest {
        Some(format!("At most {} is allowed here.", highest.label()))
    } else {
        None
    }
}

fn each_once<Id: Copy + PartialEq>(ids: &[Id]) -> Vec<Id> {
    let mut once = Vec::with_capacity(ids.len());
    for id in ids {
        if !once.contains(id) {
            once.push(*id);
        }
    }
    once
}

/// The choices for the end of what is shared: the host sets it, so no policy rules any out.
pub fn share_end_choices() -> Vec<EndChoice> {
    let choices = end_choices(&PartnershipPolicy::default());
    choices.into_iter().filter(|choice| choice.value != "date").collect()
}

/// What became of a sharing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedAccounts {
    /// The other company.
    pub partner: String,
    /// The labels of what is shared now.
    pub shared: Vec<String>,
    /// The labels of what was shared already, and was left as it is.
    pub already: Vec<String>,
}

impl SharedAccounts {
    /// The message to whoever shared.
    pub fn message(&self) -> String {
        let partner = &self.partner;
        match (self.shared.as_slice(), self.already.len()) {
            ([one], _) => format!("{one} is shared with {partner}."),
            ([], 1) => format!("Nothing was changed: this account is shared with {partner} already."),
            ([], _) => format!("Nothing was changed: these accounts are shared with {partner} already."),
            (shared, _) => format!("{} accounts are shared with {partner}.", shared.len()),
        }
    }

    /// What was left as it is, a line each.
    pub fn left(&self) -> Vec<String> {
        let left = self.already.iter().filter(|_| !self.shared.is_empty());
        left.map(|label| format!("Shared already, and left as it is: {label}")).collect()
    }
}

/// What the page "Share accounts" shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareAccountsView {
    /// The partnership.
    pub partnership: PartnershipId,
    /// The other company.
    pub partner: String,
    /// The accounts that are chosen, by name.
    pub chosen: Vec<ShareableAccountView>,
    /// Accounts that match what is looked for, without the chosen ones.
    pub found: Vec<ShareableAccountView>,
    /// Where the next page of them starts.
    pub next: Option<String>,
    /// The partner's Admins who can act, by name.
    pub people: Vec<PickedMember>,
    /// The highest role that the partnership's policy allows.
    pub highest_role: AccountRole,
    /// The first day that can be chosen, `YYYY-MM-DD`.
    pub first_day: String,
}

/// An account that its owner can share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareableAccountView {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The app it is a login to.
    pub app: String,
    /// The login's user name.
    pub username: String,
    /// Whether it is shared through this partnership already.
    pub shared: bool,
}

/// What the page "Share again" shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareAgainView {
    /// The partnership.
    pub partnership: PartnershipId,
    /// The other company.
    pub partner: String,
    /// The share.
    pub share: AccountShareId,
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The partner's Admins who can act, by name.
    pub people: Vec<PickedMember>,
    /// The highest role that share and policy allow.
    pub highest_role: AccountRole,
    /// When the share ends.
    pub ends_at: Option<Moment>,
}

/// An account that is offered through a partnership, for those who look after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountShareView {
    /// The share.
    pub share: AccountShareId,
    /// The partnership.
    pub partnership: PartnershipId,
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The app it is a login to.
    pub app: String,
    /// The other company.
    pub partner: String,
    /// The highest role that its members can have.
    pub highest_role: AccountRole,
    /// How many of its members have access: at the guest, how many of the own.
    pub people: u32,
    /// How many more had access before the account was deleted and restored, and get it back once an owner confirms it.
    pub waiting: u32,
    /// How many requests for more wait.
    pub pending: u32,
    /// When it was shared.
    pub shared_at: Moment,
    /// When it ends.
    pub ends_at: Option<Moment>,
    /// Whether the partnership is suspended, so that access waits.
    pub suspended: bool,
    /// Whether the reader can stop it.
    pub can_stop: bool,
    /// Whether the reader can share it again, because nobody has access any more.
    pub can_share_again: bool,
    /// Whether the partnership exists for the reader.
    pub sees_partnership: bool,
}

/// The Accounts tab of a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerAccountsView {
    /// The top.
    pub header: PartnerHeaderView,
    /// The shares, by the labels of their accounts.
    pub shares: Vec<AccountShareView>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// Whether the reader can share accounts through the partnership now.
    pub can_share: bool,
    /// Whether the reader is of the company that shares.
    pub host: bool,
}

/// The Members tab of a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerMembersView {
    /// The top.
    pub header: PartnerHeaderView,
    /// Members of the guest who have access, by name.
    pub members: Vec<PartnerMemberView>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// Whether the reader is of the company that shares.
    pub host: bool,
    /// Whether the partnership is suspended, so that access waits.
    pub suspended: bool,
}

/// A member of the guest with what they have through the partnership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerMemberView {
    /// The member.
    pub member: PickedMember,
    /// Some of their accounts, as far as the reader sees them, by label.
    pub accounts: Vec<HeldAccountView>,
    /// How many more they have.
    pub more: u32,
    /// Whether none of it can be used until an owner confirms it.
    pub waits: bool,
    /// When they last used one of them.
    pub last_used_at: Option<Moment>,
    /// Whether the reader can remove their access.
    pub can_remove: bool,
}

/// An account that a member of the guest has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldAccountView {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The member's role.
    pub role: AccountRole,
}

/// Where an owner can share an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareAccountView {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The partners that the reader can share it with, by name.
    pub partners: Vec<SharePartnerView>,
}

/// A partner that an account can be shared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharePartnerView {
    /// The partnership.
    pub partnership: PartnershipId,
    /// The other company.
    pub partner: String,
    /// Whether the account is shared with it already.
    pub shared: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn now() -> Moment {
        "2026-03-12T14:05:00Z".parse().expect("well-formed")
    }

    fn form() -> ShareForm {
        ShareForm {
            accounts: vec![AccountId(Uuid::from_u128(1))],
            highest_role: "account_manager".to_owned(),
            members: vec![MemberId(Uuid::from_u128(2))],
            role: "account_manager".to_owned(),
            access_end: "never".to_owned(),
            access_end_date: String::new(),
        }
    }

    fn problems(form: &ShareForm, highest_role: AccountRole) -> Vec<(String, String)> {
        let policy = PartnershipPolicy { highest_role, ..PartnershipPolicy::default() };
        let problems = form.check(&policy, now()).expect_err("it is refused");
        problems.into_iter().map(|problem| (problem.field, problem.text)).collect()
    }

    #[test]
    fn a_whole_form_passes_and_doubles_are_merged() {
        let mut doubled = form();
        doubled.accounts.push(AccountId(Uuid::from_u128(1)));
        doubled.members.push(MemberId(Uuid::from_u128(2)));
        let terms = doubled.check(&PartnershipPolicy::default(), now()).expect("a whole form");
        assert_eq!((terms.accounts.len(), terms.people.members.len()), (1, 1));
        assert_eq!((terms.highest_role, terms.people.role), (AccountRole::AccountManager, AccountRole::AccountManager));
        assert_eq!(terms.end, AccessEnd::Never);
    }

    #[test]
    fn every_problem_is_told_in_the_order_of_the_steps() {
        let fields: Vec<String> =
            problems(&ShareForm::default(), AccountRole::AccountManager).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["accounts", "highest_role", "members", "role", "access_end"]);
    }

    #[test]
    fn no_role_is_above_the_policy_nor_above_the_share_and_none_is_owner() {
        for (highest, role, policy, fields) in [
            ("owner", "owner", AccountRole::AccountManager, vec!["highest_role", "role"]),
            ("account_manager", "collaborator", AccountRole::Collaborator, vec!["highest_role"]),
            ("collaborator", "account_manager", AccountRole::AccountManager, vec!["role"]),
            ("account_manager", "owner", AccountRole::AccountManager, vec!["role"]),
        ] {
            let form = ShareForm { highest_role: highest.to_owned(), role: role.to_owned(), ..form() };
            let found: Vec<String> = problems(&form, policy).into_iter().map(|(field, _)| field).collect();
            assert_eq!(found, fields, "{highest} {role}");
        }
    }

    #[test]
    fn a_day_that_is_entered_counts() {
        let end = |choice: &str, day: &str| {
            let form = ShareForm { access_end: choice.to_owned(), access_end_date: day.to_owned(), ..form() };
            form.check(&PartnershipPolicy::default(), now()).map(|terms| terms.end)
        };
        assert_eq!(end("7", ""), Ok(AccessEnd::Days(7)));
        assert_eq!(end("7", "2026-04-01"), Ok(AccessEnd::On("2026-04-01".parse().expect("a day"))));
        assert!(end("7", "2026-03-11").is_err(), "a day that has passed");
        assert!(end("tomorrow", "").is_err());
        assert!(share_end_choices().iter().all(|choice| end(&choice.value, "").is_ok()));
    }

    #[test]
    fn at_most_a_hundred_at_once() {
        let accounts = |count: u128| ShareForm {
            accounts: (1..=count).map(|n| AccountId(Uuid::from_u128(n))).collect(),
            ..form()
        };
        assert!(accounts(100).check(&PartnershipPolicy::default(), now()).is_ok());
        assert_eq!(problems(&accounts(101), AccountRole::AccountManager)[0].0, "accounts");
    }

    #[test]
    fn what_was_shared_already_is_told_apart() {
        let told = |shared: &[&str], already: &[&str]| {
            let list = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
            let told =
                SharedAccounts { partner: "Northlight".to_owned(), shared: list(shared), already: list(already) };
            (told.message(), told.left())
        };
        assert_eq!(told(&["Shop"], &[]), ("Shop is shared with Northlight.".to_owned(), Vec::new()));
        let (message, left) = told(&["Shop", "Ads"], &["News"]);
        assert_eq!(message, "2 accounts are shared with Northlight.");
        assert_eq!(left, ["Shared already, and left as it is: News"]);
        let (message, left) = told(&[], &["News"]);
        assert_eq!(message, "Nothing was changed: this account is shared with Northlight already.");
        assert!(left.is_empty());
    }
}
