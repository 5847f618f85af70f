//! Latchkey once more, in memory and in plain words: what every act has to be answered, and what is true afterwards.
//!
//! Written from the rules, not from the program. Nothing here is clever: a table is a list, and a rule is a sentence.

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
    Offer, [];
    /// A request.
    Asking, [];
}

#[derive(Clone, Debug)]
pub struct Member {
    pub company: Company,
    /// The same number is the same user.
    pub user: usize,
    pub role: WorkspaceRole,
    pub status: MemberStatus,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub company: Company,
}

#[derive(Clone, Debug)]
pub struct Policy {
    pub highest: AccountRole,
    pub longest_days: Option<u16>,
    pub reason_required: bool,
    pub open_days: u16,
}

#[derive(Clone, Debug)]
pub struct Partnership {
    pub host: Company,
    pub guest: Company,
    pub owner: Who,
    pub state: PartnershipState,
    pub policy: Policy,
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
}

#[derive(Clone, Debug)]
pub struct Request {
    pub share: Offer,
    pub by: Who,
    pub role: AccountRole,
    pub end: End,
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

fn allow(right: bool) -> Answer {
    if right { Ok(()) } else { Err(Refusal::Denied) }
}

fn valid(fine: bool) -> Answer {
    if fine { Ok(()) } else { Err(Refusal::Invalid) }
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
                model.members.push(Member { company: Company(company), user, role, status: MemberStatus::Active });
            }
        }
        let [olga, oscar, petra, carl, mia_at_harbor] = [2, 3, 4, 5, 6].map(Who);
        let [gail, gus, mia, max, cora, tess, tim] = [7, 8, 9, 10, 11, 15, 16].map(Who);
        // One person in two companies.
        model.members[mia_at_harbor.0].user = model.members[mia.0].user;
        for company in [0, 0, 0, 1, 2] {
            model.accounts.push(Account { company: Company(company) });
        }
        let [instagram, shop, payroll, studio, press] = [0, 1, 2, 3, 4].map(Login);
        let open = Policy { highest: AccountManager, longest_days: None, reason_required: false, open_days: 14 };
        let strict = Policy { highest: AccountManager, longest_days: Some(30), reason_required: true, open_days: 5 };
        let active = PartnershipState::Active;
        let partnership = |guest, owner, policy| Partnership { host: Company(0), guest, owner, state: active, policy };
        model.partnerships.push(partnership(Company(1), petra, open));
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
            model.grants.push(Grant { account, whom, role, share, ends: None, kept: true });
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
            Act::Look { by, account } => self.must_see(*by, *account),
            Act::List { .. } => Ok(()),
            Act::LogIn { by, account } => self.log_in(*by, *account),
            Act::Ask { by, account, whom, role, end, reason, .. } => {
                self.ask(*by, *account, whom, *role, *end, *reason)
            }
            Act::Accept { by, through, line, role, end } => self.accept(*by, *through, *line, *role, *end),
            Act::Decline { by, through, line } => self.decline(*by, *through, *line),
            Act::ChangeRole { by, account, whom, role } => self.change_role(*by, *account, *whom, *role),
            Act::Remove { by, account, whom } => self.remove(*by, *account, *whom),
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

    // What is true now

    pub fn is_active(&self, who: Who) -> bool {
        self.members.get(who.0).is_some_and(|member| member.status == MemberStatus::Active)
    }

    pub fn is_admin(&self, who: Who) -> bool {
        self.members[who.0].role >= WorkspaceRole::Admin
    }

    pub fn is_host(&self, who: Who, account: Login) -> bool {
        self.accounts.get(account.0).is_some_and(|account| account.company == self.members[who.0].company)
    }

    fn partnership_of(&self, share: Offer) -> &Partnership {
        &self.partnerships[self.shares[share.0].through.0]
    }

    /// Whether the account is offered by this share, if its partnership is in one of these states.
    fn is_offered(&self, share: Offer, states: &[PartnershipState]) -> bool {
        let Share { live, ends, .. } = self.shares[share.0];
        live && ends.is_none_or(|end| end > self.now) && states.contains(&self.partnership_of(share).state)
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
            && grant.ends.is_none_or(|end| end > self.now)
            && grant.share.is_none_or(|share| self.is_offered(share, states))
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

    fn is_partnership_owner(&self, who: Who, account: Login) -> bool {
        self.shares.iter().enumerate().any(|(place, share)| {
            let partnership = self.partnership_of(Offer(place));
            share.account == account
                && share.live
                && partnership.owner == who
                && matches!(partnership.state, PartnershipState::Active | PartnershipState::Suspended)
        })
    }

    /// Whether the account exists for a member: for those with access, and at the host for Admins and the owner of a
    /// partnership through which it is shared.
    pub fn sees(&self, who: Who, account: Login) -> bool {
        self.role(who, account).is_some()
            || self.is_host(who, account) && (self.is_admin(who) || self.is_partnership_owner(who, account))
    }

    fn must_see(&self, who: Who, account: Login) -> Answer {
        if self.sees(who, account) { Ok(()) } else { Err(Refusal::NotFound) }
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

    /// The line, if there is one: the latest for this member on the account, or one before it.
    pub fn line(&self, of: LineOf) -> Option<usize> {
        let lines = (0..self.lines.len()).rev();
        let mut own = lines.filter(|line| self.lines[*line].whom == of.whom && self.lines[*line].account == of.account);
        own.nth(usize::from(of.before))
    }

    fn is_too_late(&self, line: &Line) -> bool {
        let state = self.partnership_of(self.requests[line.request.0].share).state;
        line.state == LineState::Pending && line.open_until <= self.now && state != PartnershipState::Suspended
    }

    // What they do

    fn log_in(&mut self, by: Who, account: Login) -> Answer {
        self.must_see(by, account)?;
        allow(self.role(by, account).is_some())?;
        self.told.push(EventKind::LoggedIn);
        Ok(())
    }

    fn ask(&mut self, by: Who, account: Login, whom: &[Who], role: AccountRole, end: End, reason: bool) -> Answer {
        self.must_see(by, account)?;
        allow(!self.is_host(by, account) && self.manages(by, account))?;
        let own = self.grants_of(by, account).find(|grant| self.counts(grant)).and_then(|grant| grant.share);
        let share = own.expect("a guest's grant stands on a share");
        let policy = &self.partnership_of(share).policy;
        valid(!whom.is_empty())?;
        valid(role <= policy.highest && role <= self.shares[share.0].highest)?;
        valid(end.fits(policy.longest_days, self.now))?;
        valid(reason || !policy.reason_required)?;
        let open_until = self.now + TimeDelta::days(i64::from(policy.open_days));
        let mut asked: Vec<Who> = Vec::new();
        for who in whom {
            if self.members.get(who.0).is_none_or(|member| member.company != self.members[by.0].company) {
                return Err(Refusal::NotFound);
            }
            // Doubles are merged.
            if !asked.contains(who) {
                asked.push(*who);
            }
        }
        let accepted: Vec<Who> =
            asked.iter().copied().filter(|who| self.can_be_asked_for(*who, by, account, role, end)).collect();
        valid(!accepted.is_empty())?;
        // What waited too long makes room.
        for line in 0..self.lines.len() {
            let waits = self.lines[line].account == account && asked.contains(&self.lines[line].whom);
            if waits && self.is_too_late(&self.lines[line]) {
                self.end_line(line, LineState::Expired, None);
                self.told.push(EventKind::RequestExpired);
            }
        }
        self.requests.push(Request { share, by, role, end });
        for whom in accepted {
            self.lines.push(Line {
                request: Asking(self.requests.len() - 1),
                account,
                whom,
                state: LineState::Pending,
                because: None,
                open_until,
                decided_by: None,
                accepted: None,
            });
        }
        self.told.push(EventKind::AccessRequested);
        Ok(())
    }

    fn can_be_asked_for(&self, who: Who, by: Who, account: Login, role: AccountRole, end: End) -> bool {
        let pending = self.lines.iter().any(|line| {
            line.account == account
                && line.whom == who
                && line.state == LineState::Pending
                && line.open_until > self.now
        });
        let held = self.role(who, account);
        let held_until = latest(
            self.grants_of(who, account)
                .filter(|grant| self.counts(grant) && Some(grant.role) == held)
                .map(|grant| grant.ends),
        );
        // For oneself only to extend what has an end.
        let fits = if who == by {
            held_until.is_some() && held.is_some_and(|held| role <= held)
        } else {
            held.is_none_or(|held| held < role)
        };
        self.is_active(who) && !pending && fits && self.adds_something(who, account, role, end.moment(self.now))
    }

    /// Whether a grant would add anything: no role as high lasts as long already.
    fn adds_something(&self, who: Who, account: Login, role: AccountRole, ends: Option<Moment>) -> bool {
        !self.grants_of(who, account).any(|grant| self.counts(grant) && grant.role >= role && lasts(grant.ends, ends))
    }

    /// The line that somebody decides about through this account's page.
    fn decided(&self, by: Who, through: Login, line: LineOf) -> Result<usize, Refusal> {
        self.must_see(by, through)?;
        allow(self.decides(by, through))?;
        // A parent and a child that do not belong together: not found.
        self.line(line).filter(|line| self.lines[*line].account == through).ok_or(Refusal::NotFound)
    }

    /// What holds for yes and no alike.
    fn must_be_decidable(&mut self, by: Who, place: usize) -> Answer {
        let line = &self.lines[place];
        let request = &self.requests[line.request.0];
        let (requester, share) = (request.by, request.share);
        // Nobody decides a request they made, in whichever company they sit.
        allow(self.members[requester.0].user != self.members[by.0].user)?;
        allow(self.partnership_of(share).state != PartnershipState::Suspended)?;
        if line.open_until <= self.now {
            return Err(Refusal::Conflict);
        }
        // Some ground is lost by the mere passing of time: it is looked at again.
        let lost = if self.partnership_of(share).state != PartnershipState::Active {
            Some(CancelReason::PartnershipRemoved)
        } else if !self.is_offered(share, &[PartnershipState::Active]) {
            Some(CancelReason::AccountUnshared)
        } else if !self.is_active(line.whom) {
            Some(CancelReason::MemberRemoved)
        } else if !self.is_active(requester) || !self.manages(requester, line.account) {
            Some(CancelReason::RequesterLostRight)
        } else {
            None
        };
        let Some(reason) = lost else { return Ok(()) };
        self.end_line(place, LineState::Cancelled, Some(reason));
        self.told.push(EventKind::RequestCancelled);
        Err(Refusal::Conflict)
    }

    fn accept(&mut self, by: Who, through: Login, of: LineOf, role: Option<AccountRole>, end: Option<End>) -> Answer {
        let place = self.decided(by, through, of)?;
        match self.lines[place].state {
            LineState::Pending => {}
            // The same decision again.
            LineState::Accepted | LineState::Superseded => return Ok(()),
            _ => return Err(Refusal::Conflict),
        }
        self.must_be_decidable(by, place)?;
        let Line { request, whom, account, .. } = self.lines[place];
        let asked = self.requests[request.0].clone();
        let (role, end) = (role.unwrap_or(asked.role), end.unwrap_or(asked.end));
        let ends = end.moment(self.now);
        // Never more than was asked, nor than the policy allows by now, nor what is over already.
        allow(role <= asked.role && lasts(asked.end.moment(self.now), ends))?;
        let policy = &self.partnership_of(asked.share).policy;
        allow(role <= policy.highest && role <= self.shares[asked.share.0].highest)?;
        allow(end.fits(policy.longest_days, self.now))?;
        allow(ends.is_none_or(|end| end > self.now))?;
        if !self.adds_something(whom, account, role, ends) {
            self.end_line(place, LineState::Superseded, None);
            self.lines[place].decided_by = Some(by);
            self.told.push(EventKind::RequestCancelled);
            return Ok(());
        }
        self.end_line(place, LineState::Accepted, None);
        self.lines[place].decided_by = Some(by);
        self.lines[place].accepted = Some((role, ends));
        self.grants.push(Grant { account, whom, role, share: Some(asked.share), ends, kept: true });
        self.told.push(EventKind::RequestAccepted);
        Ok(())
    }

    fn decline(&mut self, by: Who, through: Login, of: LineOf) -> Answer {
        let place = self.decided(by, through, of)?;
        match self.lines[place].state {
            LineState::Pending => {}
            LineState::Declined => return Ok(()),
            _ => return Err(Refusal::Conflict),
        }
        self.must_be_decidable(by, place)?;
        self.end_line(place, LineState::Declined, None);
        self.lines[place].decided_by = Some(by);
        self.told.push(EventKind::RequestDeclined);
        Ok(())
    }

    fn end_line(&mut self, line: usize, state: LineState, because: Option<CancelReason>) {
        let line = &mut self.lines[line];
        assert_eq!(line.state, LineState::Pending, "everything but pending is final");
        line.state = state;
        line.because = because;
    }

    fn change_role(&mut self, by: Who, account: Login, whom: Who, role: AccountRole) -> Answer {
        self.must_see(by, account)?;
        allow(self.owns(by, account))?;
        let kept: Vec<&Grant> =
            self.grants_of_known(whom, account).filter(|grant| self.waits_or_counts(grant)).collect();
        let Some(had) = kept.iter().map(|grant| grant.role).max().filter(|_| self.is_active(whom)) else {
            return Err(Refusal::NotFound);
        };
        // A guest never becomes Owner, and the host's own members are no account managers.
        let other_side = if self.is_host(whom, account) { AccountRole::AccountManager } else { AccountRole::Owner };
        allow(role != other_side)?;
        if kept.iter().all(|grant| grant.role == role) {
            return Ok(());
        }
        allow(had != AccountRole::Owner || self.has_another_owner(account, whom))?;
        let share = kept.iter().find(|grant| grant.role == had).and_then(|grant| grant.share);
        if let Some(share) = share.filter(|_| role > had) {
            allow(role <= self.partnership_of(share).policy.highest && role <= self.shares[share.0].highest)?;
        }
        let ends = latest(kept.iter().map(|grant| grant.ends)).filter(|_| role != AccountRole::Owner);
        self.revoke(|grant| grant.whom == whom && grant.account == account);
        self.grants.push(Grant { account, whom, role, share, ends, kept: true });
        self.told.push(EventKind::RoleChanged);
        if had == AccountRole::AccountManager && role < had {
            self.lose_right_to_ask(whom, account);
        }
        Ok(())
    }

    /// As [`Self::grants_of`], for an id that may be nobody's.
    fn grants_of_known(&self, who: Who, account: Login) -> impl Iterator<Item = &Grant> {
        self.grants_of(who, account).filter(move |_| who.0 < self.members.len())
    }

    fn has_another_owner(&self, account: Login, than: Who) -> bool {
        self.active_owners(account).any(|owner| owner != than)
    }

    fn remove(&mut self, by: Who, account: Login, whom: Who) -> Answer {
        self.must_see(by, account)?;
        allow(self.removes_guests(by, account))?;
        if self.grants_of_known(whom, account).next().is_none() {
            return Err(Refusal::NotFound);
        }
        let host = self.is_host(whom, account);
        if !host && !self.owns(by, account) && !self.is_admin(by) {
            // The partnership owner sees the guests of their own partnerships.
            let guests = self.members[whom.0].company;
            let own = self.partnerships.iter().any(|partnership| {
                partnership.owner == by
                    && partnership.guest == guests
                    && partnership.host == self.accounts[account.0].company
                    && matches!(partnership.state, PartnershipState::Active | PartnershipState::Suspended)
            });
            if !own {
                return Err(Refusal::NotFound);
            }
        }
        allow(!host || self.owns(by, account))?;
        let kept = self.grants_of(whom, account).filter(|grant| self.waits_or_counts(grant));
        let Some(had) = kept.map(|grant| grant.role).max() else { return Ok(()) };
        allow(had != AccountRole::Owner || self.has_another_owner(account, whom))?;
        self.revoke(|grant| grant.whom == whom && grant.account == account);
        self.told.push(EventKind::AccessRemoved);
        if had == AccountRole::AccountManager {
            self.lose_right_to_ask(whom, account);
        }
        Ok(())
    }

    fn revoke(&mut self, which: impl Fn(&Grant) -> bool) {
        self.grants.iter_mut().filter(|grant| which(grant)).for_each(|grant| grant.kept = false);
    }

    /// What somebody has asked for, and nobody has decided, falls with their right to ask.
    fn lose_right_to_ask(&mut self, who: Who, account: Login) {
        self.cancel(CancelReason::RequesterLostRight, |model, line| {
            line.account == account && model.requests[line.request.0].by == who
        });
    }

    fn cancel(&mut self, reason: CancelReason, which: impl Fn(&Self, &Line) -> bool) {
        for place in 0..self.lines.len() {
            let line = &self.lines[place];
            if line.state == LineState::Pending && which(self, line) {
                self.end_line(place, LineState::Cancelled, Some(reason));
                self.told.push(EventKind::RequestCancelled);
            }
        }
    }

    /// Marks what has ended. Nothing that can be done depends on it.
    fn sweep(&mut self) {
        let mut ended: Vec<usize> = (0..self.grants.len()).collect();
        ended.retain(|place| {
            let grant = &self.grants[*place];
            grant.kept && grant.ends.is_some_and(|end| end <= self.now)
        });
        ended.sort_by_key(|place| self.grants[*place].ends);
        for place in ended {
            self.grants[place].kept = false;
            let Grant { account, whom, .. } = self.grants[place];
            // Access that goes on by another grant has not ended.
            if self.role(whom, account).is_none() {
                self.told.push(EventKind::AccessEnded);
            }
            let others = self.grants_of(whom, account).filter(|grant| self.waits_or_counts(grant));
            if others.map(|grant| grant.role).max() != Some(AccountRole::AccountManager) {
                self.lose_right_to_ask(whom, account);
            }
        }
        for place in 0..self.lines.len() {
            if self.is_too_late(&self.lines[place]) {
                self.end_line(place, LineState::Expired, None);
                self.told.push(EventKind::RequestExpired);
            }
        }
    }
}
