//! Picks an act at random.

use super::{Act, ColleagueAct, End, LineOf, PartnerAct, ShareTerms};
use crate::model::{Bond, Company, Login, Model, Named, Offer, Policy, Who};
use chrono::{Days, TimeDelta};
use domain::access_request::LineState;
use domain::account::AccountRole;
use domain::member::MemberStatus;
use domain::partnership::PartnershipState;
use domain::workspace::WorkspaceRole;
use proptest::prelude::Rng;

fn login_of(model: &Model, login: Login) -> Option<&crate::model::Account> {
    model.accounts.get(login.0)
}

/// A place that nothing has.
const NOWHERE: usize = u16::MAX as usize;

pub(super) struct Pick<'a, R> {
    pub(super) model: &'a Model,
    pub(super) random: &'a mut R,
}

impl<R: Rng> Pick<'_, R> {
    pub(super) fn act(&mut self) -> Act {
        match self.below(121) {
            0..18 => self.ask(),
            18..34 => self.accept(),
            34..39 => self.decline(),
            39..42 => self.take_back(),
            42..44 => self.remind(),
            44..47 => self.extend(),
            47..52 => self.change_role(),
            52..55 => self.remove(),
            55..59 => self.give(),
            59..61 => Act::GiveBack { by: self.anybody(), account: self.login() },
            61..64 => Act::LogIn { by: self.anybody(), account: self.login() },
            64..69 => Act::Look { by: self.anybody(), account: self.login() },
            69..73 => Act::List { by: self.anybody() },
            73..76 => self.propose(),
            76..86 => self.partner(),
            86..92 => self.share(),
            92..93 => self.share_again(),
            93..95 => self.stop_sharing(),
            95..96 => self.remove_guest(),
            96..100 => self.colleague(),
            100..101 => self.hand_over(),
            101..106 => self.wait(),
            106..108 => Act::Sweep,
            108..109 => Act::Add { by: self.anybody() },
            109..111 => self.delete(),
            111..114 => self.restore(),
            114..116 => self.confirm(),
            116..118 => self.invite(),
            118..120 => self.join(),
            _ => self.assign(),
        }
    }

    fn below(&mut self, end: usize) -> usize {
        ((u64::from(self.random.next_u32()) * end as u64) >> 32) as usize
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[self.below(of.len())].clone()) }
    }

    // Who

    fn everybody(&self) -> impl Iterator<Item = Who> + use<R> {
        (0..self.model.members.len()).map(Who)
    }

    fn anybody(&mut self) -> Who {
        Who(self.below(self.model.members.len()))
    }

    /// Somebody for whom this holds, mostly; sometimes anybody.
    fn somebody(&mut self, fits: impl Fn(&Model, Who) -> bool) -> Who {
        let fitting: Vec<Who> = self.everybody().filter(|who| fits(self.model, *who)).collect();
        if self.one_in(12) { self.anybody() } else { self.one(&fitting).unwrap_or_else(|| self.anybody()) }
    }

    /// As [`Self::somebody`], or an id that was never given out.
    fn somebody_or_nobody(&mut self, fits: impl Fn(&Model, Who) -> bool) -> Who {
        if self.one_in(100) { Who(NOWHERE) } else { self.somebody(fits) }
    }

    fn colleagues(&self, company: Company) -> Vec<Who> {
        self.everybody().filter(|who| self.model.company(*who) == company).collect()
    }

    fn company(&mut self) -> Company {
        Company(self.below(3))
    }

    fn decides(&mut self, account: Login) -> Who {
        self.somebody(|model, who| account.0 < model.accounts.len() && model.decides(who, account))
    }

    fn with_access(&mut self, account: Login) -> Who {
        self.somebody_or_nobody(|model, who| account.0 < model.accounts.len() && model.role(who, account).is_some())
    }

    // What

    fn login(&mut self) -> Login {
        match self.below(60) {
            0 => Login(NOWHERE),
            1..35 => Login(0),
            _ => Login(self.below(self.model.accounts.len())),
        }
    }

    fn known_login(&mut self) -> Login {
        let login = self.login();
        if login.0 < self.model.accounts.len() { login } else { Login(0) }
    }

    /// An account on which this holds for somebody, mostly.
    fn login_with(&mut self, fits: impl Fn(&Model, Who, Login) -> bool) -> Login {
        let logins = (0..self.model.accounts.len()).map(Login);
        let fitting: Vec<Login> =
            logins.filter(|login| self.everybody().any(|who| fits(self.model, who, *login))).collect();
        if self.one_in(15) { self.login() } else { self.one(&fitting).unwrap_or(Login(0)) }
    }

    fn role(&mut self) -> AccountRole {
        match self.below(14) {
            0 => AccountRole::Owner,
            1..6 => AccountRole::AccountManager,
            _ => AccountRole::Collaborator,
        }
    }

    fn role_at_host(&mut self) -> AccountRole {
        match self.below(14) {
            0 => AccountRole::AccountManager,
            1..6 => AccountRole::Owner,
            _ => AccountRole::Collaborator,
        }
    }

    fn end(&mut self) -> End {
        match self.below(8) {
            0..3 => End::Never,
            3 => End::Days(1),
            4 => End::Days(7),
            5 => End::Days(30),
            6 => End::Days(90),
            _ => End::On(self.model.now.date_naive() + Days::new(self.below(40) as u64)),
        }
    }

    fn any_line(&mut self) -> LineOf {
        let lines = self.model.lines.iter().filter(|line| line.state == LineState::Pending);
        let pending: Vec<LineOf> =
            lines.map(|line| LineOf { whom: line.whom, account: line.account, before: 0 }).collect();
        match self.one(&pending).filter(|_| !self.one_in(8)) {
            Some(line) => line,
            None => {
                let known: Vec<_> = self.model.lines.iter().map(|line| (line.whom, line.account)).collect();
                let nobodys = (self.anybody(), self.known_login());
                let (whom, account) = self.one(&known).unwrap_or(nobodys);
                LineOf { whom, account, before: self.below(2) as u8 }
            }
        }
    }

    /// Whoever opens a line on the page of another account.
    fn page_of(&mut self, line: LineOf) -> Login {
        if self.one_in(30) { self.login() } else { line.account }
    }

    fn asked(&mut self, line: LineOf) -> Who {
        let by = self.model.line(line).map(|place| self.model.requests[self.model.lines[place].request.0].by);
        if self.one_in(6) { self.anybody() } else { by.unwrap_or_else(|| self.anybody()) }
    }

    fn any_partnership(&mut self, states: &[PartnershipState]) -> Bond {
        let all = self.model.partnerships.len();
        let fitting: Vec<Bond> = (0..all).map(Bond).filter(|bond| states.contains(&self.model.state(*bond))).collect();
        match self.below(20) {
            0 => Bond(NOWHERE),
            1..4 => Bond(self.below(all)),
            _ => self.one(&fitting).unwrap_or(Bond(0)),
        }
    }

    fn looks_after(&mut self, bond: Bond) -> Who {
        self.somebody(|model, who| {
            let known = model.partnerships.get(bond.0);
            known.is_some_and(|known| known.host == model.company(who) && model.sees_partner(who, bond))
        })
    }

    fn any_share(&mut self) -> Offer {
        let live: Vec<Offer> =
            (0..self.model.shares.len()).map(Offer).filter(|share| self.model.is_running(*share)).collect();
        let any = Offer(self.below(self.model.shares.len()));
        if self.one_in(8) { any } else { self.one(&live).unwrap_or(any) }
    }

    // Acts

    fn ask(&mut self) -> Act {
        let account = self.login_with(|model, who, login| model.manages(who, login));
        let by = self.somebody(|model, who| account.0 < model.accounts.len() && model.manages(who, account));
        let colleagues = self.colleagues(self.model.company(by));
        let people = 1 + self.below(3);
        let whom = (0..people)
            .map(|_| {
                if self.one_in(20) { self.somebody_or_nobody(|_, _| true) } else { self.one(&colleagues).unwrap_or(by) }
            })
            .collect();
        let (role, end) = (self.role(), self.end());
        Act::Ask { by, account, whom, role, end, reason: !self.one_in(4), twice: self.one_in(6) }
    }

    fn extend(&mut self) -> Act {
        let ends = |model: &Model, who, login| !model.is_host(who, login) && model.end(who, login).is_some();
        let account = self.login_with(ends);
        let by = self.somebody(|model, who| account.0 < model.accounts.len() && ends(model, who, account));
        Act::Extend { by, account, end: self.end(), reason: !self.one_in(4) }
    }

    fn accept(&mut self) -> Act {
        let line = self.any_line();
        let through = self.page_of(line);
        let role = if self.one_in(4) { Some(self.role()) } else { None };
        let end = if self.one_in(4) { Some(self.end()) } else { None };
        Act::Accept { by: self.decides(through), through, line, role, end }
    }

    fn decline(&mut self) -> Act {
        let line = self.any_line();
        let through = self.page_of(line);
        Act::Decline { by: self.decides(through), through, line }
    }

    fn take_back(&mut self) -> Act {
        let line = self.any_line();
        Act::TakeBack { by: self.asked(line), line }
    }

    fn remind(&mut self) -> Act {
        let line = self.any_line();
        Act::Remind { by: self.asked(line), line }
    }

    fn change_role(&mut self) -> Act {
        let account = self.login();
        let by = self.decides(account);
        let whom = self.with_access(account);
        let host = self.model.members.get(whom.0).is_some_and(|_| self.model.is_host(whom, account));
        let role = if host { self.role_at_host() } else { self.role() };
        Act::ChangeRole { by, account, whom, role }
    }

    fn remove(&mut self) -> Act {
        let account = self.login();
        let by = self.decides(account);
        Act::Remove { by, account, whom: self.with_access(account) }
    }

    fn give(&mut self) -> Act {
        let account = self.login();
        let by = self.decides(account);
        let company = self.model.company(by);
        let whom = self.somebody_or_nobody(|model, who| model.company(who) == company);
        Act::Give { by, account, whom, role: self.role_at_host() }
    }

    fn delete(&mut self) -> Act {
        let account = self.login_with(|model, who, login| model.exists(login) && model.owns(who, login));
        let by = self.somebody(|model, who| model.owns(who, account));
        Act::Delete { by, account }
    }

    fn restore(&mut self) -> Act {
        let deleted = |model: &Model, login| login_of(model, login).is_some_and(|account| account.deleted.is_some());
        let account = self.login_with(|model, _, login| deleted(model, login));
        let by =
            self.somebody(|model, who| model.owns(who, account) || model.is_host(who, account) && model.is_admin(who));
        Act::Restore { by, account }
    }

    fn confirm(&mut self) -> Act {
        let waiting: Vec<(Login, Who)> = self
            .model
            .grants
            .iter()
            .filter(|grant| grant.kept && grant.waits)
            .map(|grant| (grant.account, grant.whom))
            .collect();
        let any = (self.login(), self.somebody_or_nobody(|_, _| true));
        let (account, whom) = self.one(&waiting).unwrap_or(any);
        let by = self.somebody(|model, who| model.owns(who, account));
        Act::Confirm { by, account, whom }
    }

    fn assign(&mut self) -> Act {
        let account = self.login_with(|model, _, login| model.is_ownerless(login));
        let by = self.somebody(|model, who| model.is_host(who, account) && model.is_admin(who));
        let company = self.model.company(by);
        Act::Assign { by, account, whom: self.somebody_or_nobody(|model, who| model.company(who) == company) }
    }

    fn propose(&mut self) -> Act {
        let by = self.anybody();
        let to = if self.one_in(4) { Named::Nobody } else { Named::Company(self.company()) };
        Act::Propose { by, to, reason: !self.one_in(5) }
    }

    fn partner(&mut self) -> Act {
        use PartnershipState::{Active, AwaitingGuest, Proposed, Suspended};
        let partnership = match self.below(8) {
            0..3 => self.any_partnership(&[Proposed, AwaitingGuest]),
            3 => self.any_partnership(&[Suspended]),
            4 => self.any_partnership(PartnershipState::ALL),
            _ => self.any_partnership(&[Active, Suspended]),
        };
        let known = partnership.0 < self.model.partnerships.len();
        let state = known.then(|| self.model.state(partnership));
        let act = match (state, self.below(10)) {
            (_, 0) => PartnerAct::Look,
            (Some(Proposed), 1..6) => PartnerAct::Approve,
            (Some(Proposed | AwaitingGuest), 6) => PartnerAct::Decline,
            (Some(Proposed | AwaitingGuest), 7) => PartnerAct::Withdraw,
            (Some(Proposed | AwaitingGuest), 8) => PartnerAct::Remind,
            (Some(AwaitingGuest), 1..6) => PartnerAct::Accept { agreed: !self.one_in(10) },
            (Some(Active), 1..3) => PartnerAct::Suspend,
            (Some(Suspended), 1..8) => PartnerAct::Resume,
            (Some(Active | Suspended), 8) => PartnerAct::SetEnd { days: self.days() },
            (Some(Active | Suspended), 9) if self.one_in(2) => PartnerAct::Remove,
            (Some(Active), 3..5) => PartnerAct::SetPolicy { policy: self.policy() },
            (Some(state), 1..8) if state.is_final() => PartnerAct::SendAgain { reason: !self.one_in(5) },
            _ => self.any_partner_act(),
        };
        let whose = self.below(2) == 0;
        let by = self.somebody(|model, who| {
            known && model.sees_partner(who, partnership) && {
                let host = model.partnerships[partnership.0].host == model.company(who);
                match act {
                    PartnerAct::Accept { .. } => !host,
                    PartnerAct::Suspend | PartnerAct::Resume | PartnerAct::Decline | PartnerAct::Remove => {
                        host == whose
                    }
                    _ => host,
                }
            }
        });
        Act::Partner { by, partnership, act }
    }

    fn any_partner_act(&mut self) -> PartnerAct {
        match self.below(12) {
            0 => PartnerAct::Approve,
            1 => PartnerAct::Decline,
            2 => PartnerAct::Withdraw,
            3 => PartnerAct::Accept { agreed: true },
            4 => PartnerAct::Remind,
            5 => PartnerAct::SendAgain { reason: true },
            6 => PartnerAct::Suspend,
            7 => PartnerAct::Resume,
            8 => PartnerAct::SetEnd { days: self.days() },
            9 => PartnerAct::SetPolicy { policy: self.policy() },
            _ => PartnerAct::NameOwner { whom: self.somebody_or_nobody(|_, _| true) },
        }
    }

    fn days(&mut self) -> Option<u16> {
        if self.one_in(3) { None } else { Some(self.below(20) as u16) }
    }

    fn policy(&mut self) -> Policy {
        let manager = !self.one_in(3);
        Policy {
            highest: if manager { AccountRole::AccountManager } else { AccountRole::Collaborator },
            longest_days: if self.one_in(2) { None } else { Some(1 + self.below(60) as u16) },
            reason_required: self.one_in(3),
            shortest_reason: if self.one_in(3) { 30 } else { 0 },
            open_days: 1 + self.below(20) as u16,
            cool_down_days: if self.one_in(2) { 0 } else { self.below(10) as u16 },
        }
    }

    fn share(&mut self) -> Act {
        let through = self.any_partnership(&[PartnershipState::Active]);
        let known = self.model.partnerships.get(through.0);
        let (host, guest) = (known.map(|known| known.host), known.and_then(|known| known.guest));
        let owner = |model: &Model, who: Who| {
            (0..model.accounts.len()).any(|login| model.owns(who, Login(login)) && Some(model.company(who)) == host)
        };
        let by = self.somebody(|model, who| owner(model, who) && model.sees_partner(who, through));
        let owned: Vec<Login> =
            (0..self.model.accounts.len()).map(Login).filter(|login| self.model.owns(by, *login)).collect();
        let accounts = (0..=self.below(2))
            .map(|_| if self.one_in(12) { self.login() } else { self.one(&owned).unwrap_or(Login(0)) })
            .collect();
        let whom = (0..=self.below(2))
            .map(|_| {
                self.somebody_or_nobody(|model, who| {
                    Some(model.company(who)) == guest && model.is_admin(who) && model.is_active(who)
                })
            })
            .collect();
        let (highest, role) = (self.role(), self.role());
        let role = if self.one_in(8) { role } else { role.min(highest) };
        Act::Share { by, through, accounts, whom, terms: ShareTerms { highest, role, end: self.end() } }
    }

    fn share_again(&mut self) -> Act {
        let share = self.any_share();
        let known = &self.model.shares[share.0];
        let (account, through) = (known.account, known.through);
        let guest = self.model.partnerships[through.0].guest;
        let by = self.somebody(|model, who| model.owns(who, account) && model.sees_partner(who, through));
        let whom = self.somebody_or_nobody(|model, who| Some(model.company(who)) == guest && model.is_admin(who));
        Act::ShareAgain { by, share, whom, role: self.role() }
    }

    fn stop_sharing(&mut self) -> Act {
        let share = if self.one_in(30) { Offer(NOWHERE) } else { self.any_share() };
        let account = self.model.shares.get(share.0).map_or(Login(0), |share| share.account);
        let account = if self.one_in(12) { self.login() } else { account };
        Act::StopSharing { by: self.decides(account), account, share }
    }

    fn remove_guest(&mut self) -> Act {
        let through = self.any_partnership(&[PartnershipState::Active, PartnershipState::Suspended]);
        let guest = self.model.partnerships.get(through.0).and_then(|known| known.guest);
        let by = self.looks_after(through);
        let whom = self.somebody_or_nobody(|model, who| Some(model.company(who)) == guest);
        Act::RemoveGuest { by, through, whom }
    }

    fn colleague(&mut self) -> Act {
        let company = self.company();
        let by = self.somebody(|model, who| model.company(who) == company && model.is_admin(who));
        let company = self.model.company(by);
        let act = match self.below(12) {
            0..4 => ColleagueAct::Deactivate,
            4..8 => ColleagueAct::Reactivate,
            8 => ColleagueAct::ChangeRole { to: WorkspaceRole::User },
            9 => ColleagueAct::InviteAgain,
            10 => ColleagueAct::WithdrawInvitation,
            _ if self.one_in(6) => ColleagueAct::ChangeRole { to: WorkspaceRole::Owner },
            _ => ColleagueAct::ChangeRole { to: WorkspaceRole::Admin },
        };
        let status = match act {
            ColleagueAct::Reactivate => MemberStatus::Deactivated,
            ColleagueAct::InviteAgain | ColleagueAct::WithdrawInvitation => MemberStatus::Invited,
            _ => MemberStatus::Active,
        };
        let whom =
            self.somebody_or_nobody(|model, who| model.is_of(who, company) && model.members[who.0].status == status);
        Act::Colleague { by, whom, act }
    }

    fn invite(&mut self) -> Act {
        let by = self.somebody(|model, who| model.is_admin(who));
        let company = self.model.company(by);
        let whom = if self.one_in(2) { None } else { Some(self.somebody(|model, who| model.company(who) != company)) };
        let role = match self.below(12) {
            0 => WorkspaceRole::Owner,
            1..5 => WorkspaceRole::Admin,
            _ => WorkspaceRole::User,
        };
        Act::Invite { by, whom, role }
    }

    fn join(&mut self) -> Act {
        let invited = |model: &Model, who: Who| model.members[who.0].status == MemberStatus::Invited;
        Act::Join { whom: self.somebody(invited) }
    }

    fn hand_over(&mut self) -> Act {
        let by = self.somebody(|model, who| model.members[who.0].role == WorkspaceRole::Owner);
        let company = self.model.company(by);
        Act::HandOver { by, to: self.somebody_or_nobody(|model, who| model.company(who) == company) }
    }

    fn wait(&mut self) -> Act {
        let minutes = match self.below(10) {
            0..5 => 1 + self.below(600),
            5..9 => 1_440 * (1 + self.below(4)),
            // To the next end of something, exactly.
            _ => {
                let model = self.model;
                let ends = model.grants.iter().filter_map(|grant| grant.ends);
                let ends = ends.chain(model.partnerships.iter().filter_map(|partnership| partnership.ends));
                let ends = ends.chain(model.shares.iter().filter_map(|share| share.ends));
                let ends = ends.chain(model.lines.iter().map(|line| line.open_until));
                let ends = ends.chain(model.members.iter().filter_map(|member| member.invited_until));
                let next = ends.filter(|end| *end > model.now).min();
                let until = next.map_or(TimeDelta::minutes(1), |end| end - model.now);
                until.num_minutes().clamp(1, 60_000) as usize
            }
        };
        Act::Wait { minutes: minutes as u32 }
    }
}
