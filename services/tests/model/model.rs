//! Latchkey once more, in memory and in plain words: what every act has to be answered, and what is true afterwards.
//!
//! [`Model::perform`] answers an act. Written from the rules, not from the program. Nothing here is clever: a table is a
//! list, and a rule is a sentence.

mod access;
mod account;
mod partnership;
mod people;
mod request;
mod share;

use crate::act::{Act, End, LineOf};
use chrono::{Days, NaiveTime, TimeDelta};
use domain::Moment;
use domain::access_request::{CancelReason, LineState};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::partnership::PartnershipState;
use domain::workspace::WorkspaceRole;

/// A place in one of the model's lists.
macro_rules! places {
    ($( $(#[$meta:meta])* $name:ident, $names:expr; )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let names: &[&str] = &$names;
                match names.get(self.0) {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}#{}", stringify!($name), self.0),
                }
            }
        }
    )+};
}

places! {
    /// A workspace.
    Company, ["Harbor", "Northlight", "Third"];
    /// A member.
    Who, [
        "Hana", "Ada", "Olga", "Oscar", "Petra", "Carl", "Mia@Harbor",
        "Gail", "Gus", "Mia", "Max", "Cora", "Ann", "Ben",
        "Tom", "Tess", "Tim",
    ];
    /// An account.
    Login, ["Instagram", "Shop", "Payroll", "Studio", "Press"];
    /// A partnership.
    Bond, ["Harbor→Northlight", "Harbor→Third"];
    /// A share.
    Offer, ["Instagram→Northlight", "Shop→Northlight", "Instagram→Third"];
    /// A request.
    Asking, [];
}

/// Which company a proposal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Company(Company),
    /// A workspace ID that is nobody's.
    Nobody,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub company: Company,
    /// The same number is the same user.
    pub user: usize,
    pub role: WorkspaceRole,
    pub status: MemberStatus,
    /// Until when an invitation can be taken up.
    pub invited_until: Option<Moment>,
    /// The invitation was withdrawn: nobody knows of it any more.
    pub withdrawn: bool,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub company: Company,
    pub deleted: Option<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub highest: AccountRole,
    pub longest_days: Option<u16>,
    pub reason_required: bool,
    pub shortest_reason: u16,
    pub open_days: u16,
    pub cool_down_days: u16,
}

#[derive(Clone, Debug)]
pub struct Partnership {
    pub host: Company,
    pub named: Named,
    /// Once it has been asked, if there is such a company.
    pub guest: Option<Company>,
    pub owner: Who,
    /// As it is marked; [`Model::state`] says where it stands.
    pub state: PartnershipState,
    pub policy: Policy,
    /// Whether the guest was asked.
    pub sent: bool,
    pub lapses: Option<Moment>,
    pub reminded: Option<Moment>,
    pub suspended: Option<(Moment, Company)>,
    pub ends: Option<Moment>,
}

#[derive(Clone, Debug)]
pub struct Share {
    pub account: Login,
    pub through: Bond,
    pub live: bool,
    pub highest: AccountRole,
    pub ends: Option<Moment>,
}

#[derive(Clone, Debug)]
pub struct Grant {
    pub account: Login,
    pub whom: Who,
    pub role: AccountRole,
    pub share: Option<Offer>,
    pub ends: Option<Moment>,
    /// Neither revoked nor marked as ended.
    pub kept: bool,
    /// Until an owner confirms it: the account was deleted meanwhile.
    pub waits: bool,
    /// Was revoked when the account was deleted, then.
    pub lost_with_account: Option<Moment>,
}

impl Grant {
    /// A role in the account's own company, without end.
    fn of(account: Login, whom: Who, role: AccountRole) -> Self {
        Self { account, whom, role, share: None, ends: None, kept: true, waits: false, lost_with_account: None }
    }
}

#[derive(Clone, Debug)]
pub struct Request {
    pub share: Offer,
    pub by: Who,
    pub role: AccountRole,
    pub end: End,
    pub reminded: Option<Moment>,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub request: Asking,
    pub account: Login,
    pub whom: Who,
    pub state: LineState,
    pub because: Option<CancelReason>,
    pub open_until: Moment,
    pub decided_by: Option<Who>,
    pub decided_at: Option<Moment>,
    pub accepted: Option<(AccountRole, Option<Moment>)>,
}

/// How an act is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Whoever acts is nobody here any more.
    SignedOut,
    /// What it is about does not exist for them.
    NotFound,
    /// They see it, but may not.
    Denied,
    /// What was entered cannot be used.
    Invalid,
    /// Somebody or something was first.
    Conflict,
}

pub type Answer = Result<(), Refusal>;

fn found(exists: bool) -> Answer {
    if exists { Ok(()) } else { Err(Refusal::NotFound) }
}

fn allow(right: bool) -> Answer {
    if right { Ok(()) } else { Err(Refusal::Denied) }
}

fn valid(fine: bool) -> Answer {
    if fine { Ok(()) } else { Err(Refusal::Invalid) }
}

fn in_time(early: bool) -> Answer {
    if early { Ok(()) } else { Err(Refusal::Conflict) }
}

/// Everything there is.
#[derive(Clone, Debug)]
pub struct Model {
    pub now: Moment,
    pub members: Vec<Member>,
    pub accounts: Vec<Account>,
    pub partnerships: Vec<Partnership>,
    pub shares: Vec<Share>,
    pub grants: Vec<Grant>,
    pub requests: Vec<Request>,
    pub lines: Vec<Line>,
    /// What the last act is answered.
    pub answer: Answer,
    /// Which events the last act has left.
    pub told: Vec<EventKind>,
}

/// When everything begins.
pub fn start() -> Moment {
    "2026-03-02T09:30:00Z".parse().unwrap()
}

/// Midnight after a day.
fn midnight_after(day: chrono::NaiveDate) -> Moment {
    (day + Days::new(1)).and_time(NaiveTime::MIN).and_utc()
}

impl Policy {
    /// What binds a partnership when nobody has set anything.
    pub fn usual() -> Self {
        Self {
            highest: AccountRole::AccountManager,
            longest_days: None,
            reason_required: false,
            shortest_reason: 0,
            open_days: 14,
            cool_down_days: 0,
        }
    }
}

impl End {
    /// When access is over that is accepted now.
    pub fn moment(self, now: Moment) -> Option<Moment> {
        match self {
            Self::Never => None,
            Self::Days(days) => Some(now + TimeDelta::days(i64::from(days))),
            Self::On(day) => Some(midnight_after(day)),
        }
    }

    /// Whether a policy that allows so many days allows it: the last day counts whole.
    fn fits(self, longest_days: Option<u16>, now: Moment) -> bool {
        match (longest_days, self.moment(now)) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(days), Some(end)) => end <= midnight_after((now + TimeDelta::days(i64::from(days))).date_naive()),
        }
    }
}

/// Whether one end is as late as another; none is latest.
fn lasts(one: Option<Moment>, other: Option<Moment>) -> bool {
    match (one, other) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(one), Some(other)) => one >= other,
    }
}

fn latest(ends: impl Iterator<Item = Option<Moment>>) -> Option<Moment> {
    ends.reduce(|one, other| if lasts(one, other) { one } else { other }).flatten()
}

impl Model {
    /// Three companies; Harbor shares accounts with the two others, and everybody has something to do.
    pub fn founded() -> Self {
        use AccountRole::{AccountManager, Collaborator, Owner};
        let mut model = Self {
            now: start(),
            members: Vec::new(),
            accounts: Vec::new(),
            partnerships: Vec::new(),
            shares: Vec::new(),
            grants: Vec::new(),
            requests: Vec::new(),
            lines: Vec::new(),
            answer: Ok(()),
            told: Vec::new(),
        };
        let (user, admin, owner) = (WorkspaceRole::User, WorkspaceRole::Admin, WorkspaceRole::Owner);
        let people = [
            (0, vec![owner, admin, user, user, user, user, user]),
            (1, vec![owner, admin, user, user, user, user, user]),
            (2, vec![owner, admin, user]),
        ];
        for (company, roles) in people {
            for role in roles {
                let user = model.members.len();
                model.members.push(Member {
                    company: Company(company),
                    user,
                    role,
                    status: MemberStatus::Active,
                    invited_until: None,
                    withdrawn: false,
                });
            }
        }
        let [olga, oscar, petra, carl, mia_at_harbor] = [2, 3, 4, 5, 6].map(Who);
        let [gail, gus, mia, max, cora, tess, tim] = [7, 8, 9, 10, 11, 15, 16].map(Who);
        // One person in two companies.
        model.members[mia_at_harbor.0].user = model.members[mia.0].user;
        for company in [0, 0, 0, 1, 2] {
            model.accounts.push(Account { company: Company(company), deleted: None });
        }
        let [instagram, shop, payroll, studio, press] = [0, 1, 2, 3, 4].map(Login);
        let strict = Policy { longest_days: Some(30), reason_required: true, open_days: 5, ..Policy::usual() };
        let partnership = |guest, owner, policy| Partnership {
            host: Company(0),
            named: Named::Company(guest),
            guest: Some(guest),
            owner,
            state: PartnershipState::Active,
            policy,
            sent: true,
            lapses: None,
            reminded: None,
            suspended: None,
            ends: None,
        };
        model.partnerships.push(partnership(Company(1), petra, Policy::usual()));
        model.partnerships.push(partnership(Company(2), olga, strict));
        let share = |account, through, highest| Share { account, through, live: true, highest, ends: None };
        model.shares.push(share(instagram, Bond(0), AccountManager));
        model.shares.push(share(shop, Bond(0), Collaborator));
        model.shares.push(share(instagram, Bond(1), AccountManager));
        for (account, whom, role, share) in [
            (instagram, olga, Owner, None),
            (instagram, oscar, Owner, None),
            (instagram, carl, Collaborator, None),
            (instagram, mia, AccountManager, Some(0)),
            (instagram, max, AccountManager, Some(0)),
            (instagram, cora, Collaborator, Some(0)),
            (instagram, tess, AccountManager, Some(2)),
            (shop, oscar, Owner, None),
            (shop, mia_at_harbor, Owner, None),
            (shop, gus, Collaborator, Some(1)),
            (payroll, olga, Owner, None),
            (studio, gail, Owner, None),
            (studio, mia, Owner, None),
            (press, tim, Owner, None),
        ] {
            let share = share.map(Offer);
            model.grants.push(Grant {
                account,
                whom,
                role,
                share,
                ends: None,
                kept: true,
                waits: false,
                lost_with_account: None,
            });
        }
        model
    }

    /// What an act does, and what it is answered.
    pub fn perform(&mut self, act: &Act) {
        self.told.clear();
        self.answer = match act.by() {
            Some(by) if !self.is_active(by) => Err(Refusal::SignedOut),
            _ => self.answer_to(act),
        };
    }

    fn answer_to(&mut self, act: &Act) -> Answer {
        match act {
            Act::Look { by, account } => found(self.sees(*by, *account)),
            Act::List { .. } => Ok(()),
            Act::LogIn { by, account } => self.log_in(*by, *account),
            Act::Ask { by, account, whom, role, end, reason, .. } => {
                self.ask(*by, *account, whom, *role, *end, *reason)
            }
            Act::Extend { by, account, end, reason } => self.extend(*by, *account, *end, *reason),
            Act::Accept { by, through, line, role, end } => self.accept(*by, *through, *line, *role, *end),
            Act::Decline { by, through, line } => self.decline(*by, *through, *line),
            Act::TakeBack { by, line } => self.take_back(*by, *line),
            Act::Remind { by, line } => self.remind(*by, *line),
            Act::ChangeRole { by, account, whom, role } => self.change_role(*by, *account, *whom, *role),
            Act::Remove { by, account, whom } => self.remove(*by, *account, *whom),
            Act::Give { by, account, whom, role } => self.give(*by, *account, *whom, *role),
            Act::GiveBack { by, account } => self.give_back(*by, *account),
            Act::Add { by } => self.add(*by),
            Act::Delete { by, account } => self.delete(*by, *account),
            Act::Restore { by, account } => self.restore(*by, *account),
            Act::Confirm { by, account, whom } => self.confirm(*by, *account, *whom),
            Act::Assign { by, account, whom } => self.assign(*by, *account, *whom),
            Act::Propose { by, to, reason } => self.propose(*by, *to, *reason, None),
            Act::Partner { by, partnership, act } => self.with_partner(*by, *partnership, act),
            Act::Share { by, through, accounts, whom, terms } => self.share(*by, *through, accounts, whom, *terms),
            Act::ShareAgain { by, share, whom, role } => self.share_again(*by, *share, *whom, *role),
            Act::StopSharing { by, account, share } => self.stop_sharing(*by, *account, *share),
            Act::RemoveGuest { by, through, whom } => self.remove_guest(*by, *through, *whom),
            Act::Colleague { by, whom, act } => self.with_colleague(*by, *whom, *act),
            Act::Invite { by, whom, role } => self.invite(*by, *whom, *role),
            Act::Join { whom } => self.join(*whom),
            Act::HandOver { by, to } => self.hand_over(*by, *to),
            Act::Wait { minutes } => {
                self.now += TimeDelta::minutes(i64::from(*minutes));
                Ok(())
            }
            Act::Sweep => {
                self.sweep();
                Ok(())
            }
        }
    }

    // Who is who

    pub fn is_active(&self, who: Who) -> bool {
        self.members.get(who.0).is_some_and(|member| member.status == MemberStatus::Active)
    }

    pub fn is_admin(&self, who: Who) -> bool {
        self.members[who.0].role >= WorkspaceRole::Admin
    }

    pub fn company(&self, who: Who) -> Company {
        self.members[who.0].company
    }

    /// Whether this is a member of the company, by whatever status.
    pub fn is_of(&self, who: Who, company: Company) -> bool {
        self.members.get(who.0).is_some_and(|member| member.company == company && !member.withdrawn)
    }

    pub fn is_host(&self, who: Who, account: Login) -> bool {
        self.accounts.get(account.0).is_some_and(|account| account.company == self.company(who))
    }

    // What is true now

    /// Where a partnership stands. The time decides, whether anybody has marked it or not.
    pub fn state(&self, bond: Bond) -> PartnershipState {
        use PartnershipState::{Active, AwaitingGuest, Ended, Lapsed, Proposed, Suspended};
        let partnership = &self.partnerships[bond.0];
        let has_come = |end: Option<Moment>| end.is_some_and(|end| end <= self.now);
        match partnership.state {
            Proposed | AwaitingGuest if has_come(partnership.lapses) => Lapsed,
            Active | Suspended if has_come(partnership.ends) => Ended,
            state => state,
        }
    }

    fn partnership_of(&self, share: Offer) -> &Partnership {
        &self.partnerships[self.shares[share.0].through.0]
    }

    /// Where the partnership of a share stands.
    fn state_for(&self, share: Offer) -> PartnershipState {
        self.state(self.shares[share.0].through)
    }

    /// Whether a share is offered, as far as it depends on the share.
    pub fn is_running(&self, share: Offer) -> bool {
        let Share { live, ends, .. } = self.shares[share.0];
        live && ends.is_none_or(|end| end > self.now)
    }

    /// Whether a grant can be used. The time decides, whether anybody has marked it or not.
    pub fn counts(&self, grant: &Grant) -> bool {
        self.stands(grant, &[PartnershipState::Active])
    }

    /// Whether a grant can be used, or can be once its partnership is resumed.
    pub fn waits_or_counts(&self, grant: &Grant) -> bool {
        self.stands(grant, &[PartnershipState::Active, PartnershipState::Suspended])
    }

    fn stands(&self, grant: &Grant, states: &[PartnershipState]) -> bool {
        grant.kept
            && !grant.waits
            && grant.ends.is_none_or(|end| end > self.now)
            && grant.share.is_none_or(|share| self.is_running(share) && states.contains(&self.state_for(share)))
    }

    fn grants_of(&self, who: Who, account: Login) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.whom == who && grant.account == account)
    }

    /// The effective role: the highest of the grants that count.
    pub fn role(&self, who: Who, account: Login) -> Option<AccountRole> {
        self.grants_of(who, account).filter(|grant| self.counts(grant)).map(|grant| grant.role).max()
    }

    /// When the access ends with the last grant.
    pub fn end(&self, who: Who, account: Login) -> Option<Moment> {
        latest(self.grants_of(who, account).filter(|grant| self.counts(grant)).map(|grant| grant.ends))
    }

    pub fn owns(&self, who: Who, account: Login) -> bool {
        self.role(who, account) == Some(AccountRole::Owner)
    }

    pub fn manages(&self, who: Who, account: Login) -> bool {
        self.role(who, account) == Some(AccountRole::AccountManager)
    }

    fn active_owners(&self, account: Login) -> impl Iterator<Item = Who> {
        (0..self.members.len()).map(Who).filter(move |who| self.is_active(*who) && self.owns(*who, account))
    }

    fn has_another_owner(&self, account: Login, than: Who) -> bool {
        self.active_owners(account).any(|owner| owner != than)
    }

    fn is_partnership_owner(&self, who: Who, account: Login) -> bool {
        self.shares.iter().any(|share| {
            share.account == account
                && share.live
                && self.partnerships[share.through.0].owner == who
                && self.state(share.through).is_in_force()
        })
    }

    /// Whether the account exists for a member: for those with access, and at the host for Admins and the owner of a
    /// partnership through which it is shared.
    pub fn sees(&self, who: Who, account: Login) -> bool {
        let looks_after = self.is_admin(who) || self.is_partnership_owner(who, account);
        self.exists(account) && (self.role(who, account).is_some() || self.is_host(who, account) && looks_after)
    }

    /// Owners decide; host Admins when the account has no active Owner.
    pub fn decides(&self, who: Who, account: Login) -> bool {
        self.owns(who, account)
            || self.is_host(who, account) && self.is_admin(who) && self.active_owners(account).next().is_none()
    }

    /// Owners remove anybody's access; the partnership owner and host Admins that of guests.
    fn removes_guests(&self, who: Who, account: Login) -> bool {
        self.owns(who, account)
            || self.is_host(who, account) && (self.is_admin(who) || self.is_partnership_owner(who, account))
    }

    /// At the host for Admins and the partnership owner, at the guest for Admins, once they have been asked.
    pub fn sees_partner(&self, who: Who, bond: Bond) -> bool {
        let Some(partnership) = self.partnerships.get(bond.0) else { return false };
        let host = partnership.host == self.company(who);
        let guest = partnership.guest == Some(self.company(who)) && partnership.sent;
        host && (partnership.owner == who || self.is_admin(who)) || guest && self.is_admin(who)
    }

    /// The line, if there is one: the latest for this member on the account, or one before it.
    pub fn line(&self, of: LineOf) -> Option<usize> {
        let lines = (0..self.lines.len()).rev();
        let mut own = lines.filter(|line| self.lines[*line].whom == of.whom && self.lines[*line].account == of.account);
        own.nth(usize::from(of.before))
    }

    /// Whether nobody has decided in time. While the partnership is suspended, time stands still.
    fn is_too_late(&self, line: &Line) -> bool {
        let state = self.state_for(self.requests[line.request.0].share);
        line.state == LineState::Pending && line.open_until <= self.now && state != PartnershipState::Suspended
    }

    /// Marks what has ended. Nothing that can be done depends on it.
    fn sweep(&mut self) {
        for bond in (0..self.partnerships.len()).map(Bond) {
            self.mark_over(bond);
        }
        for share in (0..self.shares.len()).map(Offer) {
            self.mark_stopped(share);
        }
        let mut ended: Vec<usize> = (0..self.grants.len()).collect();
        ended.retain(|place| {
            let grant = &self.grants[*place];
            grant.kept && grant.ends.is_some_and(|end| end <= self.now)
        });
        ended.sort_by_key(|place| self.grants[*place].ends);
        for place in ended {
            self.grants[place].kept = false;
            let Grant { account, whom, .. } = self.grants[place];
            let others = self.grants_of(whom, account).filter(|grant| self.waits_or_counts(grant));
            let keeps = others.map(|grant| grant.role).max();
            // Access that goes on by another grant has not ended, nor has what a suspended partnership keeps.
            if keeps.is_none() {
                self.told.push(EventKind::AccessEnded);
            }
            self.lose_right_to_ask(whom, account, keeps);
        }
        for place in 0..self.lines.len() {
            if self.is_too_late(&self.lines[place]) {
                self.end_line(place, LineState::Expired, None);
                self.told.push(EventKind::RequestExpired);
            }
        }
    }
}
