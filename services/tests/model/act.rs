//! What members do, and how it is picked at random: mostly what can be done, often enough what cannot.

use crate::model::{Login, Model, Who};
use chrono::{Days, NaiveDate};
use domain::access_request::LineState;
use domain::account::AccountRole;
use proptest::prelude::Rng;

/// How long access is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Never,
    /// Days from acceptance.
    Days(u16),
    /// To the end of this day.
    On(NaiveDate),
}

/// The latest line for a member on an account, or one so many before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineOf {
    pub whom: Who,
    pub account: Login,
    pub before: u8,
}

/// One act of one member, or of time.
#[derive(Clone, Debug)]
pub enum Act {
    /// Opens the account's page.
    Look {
        by: Who,
        account: Login,
    },
    /// Opens All accounts.
    List {
        by: Who,
    },
    LogIn {
        by: Who,
        account: Login,
    },
    /// Requests access; `twice` sends the same form once more.
    Ask {
        by: Who,
        account: Login,
        whom: Vec<Who>,
        role: AccountRole,
        end: End,
        reason: bool,
        twice: bool,
    },
    /// Accepts a line on the page of the account `through`, as it was asked or with less.
    Accept {
        by: Who,
        through: Login,
        line: LineOf,
        role: Option<AccountRole>,
        end: Option<End>,
    },
    Decline {
        by: Who,
        through: Login,
        line: LineOf,
    },
    ChangeRole {
        by: Who,
        account: Login,
        whom: Who,
        role: AccountRole,
    },
    Remove {
        by: Who,
        account: Login,
        whom: Who,
    },
    /// Time passes.
    Wait {
        minutes: u32,
    },
    /// What has ended is marked.
    Sweep,
}

impl Act {
    /// Who acts, if it is a member.
    pub fn by(&self) -> Option<Who> {
        match self {
            Self::Look { by, .. }
            | Self::List { by }
            | Self::LogIn { by, .. }
            | Self::Ask { by, .. }
            | Self::Accept { by, .. }
            | Self::Decline { by, .. }
            | Self::ChangeRole { by, .. }
            | Self::Remove { by, .. } => Some(*by),
            Self::Wait { .. } | Self::Sweep => None,
        }
    }

    /// Its name, without what it is about.
    pub fn name(&self) -> String {
        let told = format!("{self:?}");
        told.split(' ').next().unwrap_or_default().to_owned()
    }

    /// An act that somebody could try in this state.
    pub fn pick(model: &Model, random: &mut impl Rng) -> Self {
        let mut pick = Pick { model, random };
        match pick.below(100) {
            0..25 => pick.ask(),
            25..46 => pick.accept(),
            46..52 => pick.decline(),
            52..59 => pick.change_role(),
            59..64 => pick.remove(),
            64..70 => Self::LogIn { by: pick.anybody(), account: pick.login() },
            70..80 => Self::Look { by: pick.anybody(), account: pick.login() },
            80..88 => Self::List { by: pick.anybody() },
            88..96 => pick.wait(),
            _ => Self::Sweep,
        }
    }
}

/// Picks at random.
struct Pick<'a, R> {
    model: &'a Model,
    random: &'a mut R,
}

impl<R: Rng> Pick<'_, R> {
    fn below(&mut self, end: usize) -> usize {
        ((u64::from(self.random.next_u32()) * end as u64) >> 32) as usize
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[self.below(of.len())].clone()) }
    }

    fn anybody(&mut self) -> Who {
        Who(self.below(self.model.members.len()))
    }

    /// Somebody for whom this holds, mostly; sometimes anybody.
    fn somebody(&mut self, fits: impl Fn(&Model, Who) -> bool) -> Who {
        let fitting: Vec<Who> = (0..self.model.members.len()).map(Who).filter(|who| fits(self.model, *who)).collect();
        if self.one_in(10) { self.anybody() } else { self.one(&fitting).unwrap_or_else(|| self.anybody()) }
    }

    /// As [`Self::somebody`], or an id that was never given out.
    fn somebody_or_nobody(&mut self, fits: impl Fn(&Model, Who) -> bool) -> Who {
        if self.one_in(100) { Who(usize::from(u16::MAX)) } else { self.somebody(fits) }
    }

    /// An account on which somebody has this role, mostly.
    fn login_with(&mut self, fits: impl Fn(&Model, Who, Login) -> bool) -> Login {
        let logins = (0..self.model.accounts.len()).map(Login);
        let fitting: Vec<Login> = logins
            .filter(|login| (0..self.model.members.len()).any(|who| fits(self.model, Who(who), *login)))
            .collect();
        if self.one_in(12) { self.login() } else { self.one(&fitting).unwrap_or(Login(0)) }
    }

    fn login(&mut self) -> Login {
        match self.below(40) {
            0 => Login(usize::from(u16::MAX)),
            1..25 => Login(0),
            _ => Login(self.below(self.model.accounts.len())),
        }
    }

    fn known_login(&mut self) -> Login {
        let login = self.login();
        if login.0 < self.model.accounts.len() { login } else { Login(0) }
    }

    fn role(&mut self) -> AccountRole {
        match self.below(12) {
            0 => AccountRole::Owner,
            1..5 => AccountRole::AccountManager,
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

    fn ask(&mut self) -> Act {
        let account = self.login_with(|model, who, login| model.manages(who, login));
        let by = self.somebody(|model, who| account.0 < model.accounts.len() && model.manages(who, account));
        let company = self.model.members[by.0].company;
        let everybody = (0..self.model.members.len()).map(Who);
        let colleagues: Vec<Who> = everybody.filter(|who| self.model.members[who.0].company == company).collect();
        let people = 1 + self.below(3);
        let whom = (0..people)
            .map(|_| {
                if self.one_in(15) { self.somebody_or_nobody(|_, _| true) } else { self.one(&colleagues).unwrap_or(by) }
            })
            .collect();
        let (role, end) = (self.role(), self.end());
        Act::Ask { by, account, whom, role, end, reason: !self.one_in(4), twice: self.one_in(6) }
    }

    fn any_line(&mut self) -> LineOf {
        let pending: Vec<LineOf> = self
            .model
            .lines
            .iter()
            .filter(|line| line.state == LineState::Pending)
            .map(|line| LineOf { whom: line.whom, account: line.account, before: 0 })
            .collect();
        match self.one(&pending).filter(|_| !self.one_in(6)) {
            Some(line) => line,
            None => LineOf { whom: self.anybody(), account: self.known_login(), before: self.below(3) as u8 },
        }
    }

    fn decides(&mut self, account: Login) -> Who {
        self.somebody(|model, who| account.0 < model.accounts.len() && model.decides(who, account))
    }

    /// Whoever opens a line on the page of another account.
    fn page_of(&mut self, line: LineOf) -> Login {
        if self.one_in(25) { self.login() } else { line.account }
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

    fn with_access(&mut self, account: Login) -> Who {
        self.somebody_or_nobody(|model, who| account.0 < model.accounts.len() && model.role(who, account).is_some())
    }

    fn change_role(&mut self) -> Act {
        let account = self.login();
        let by = self.decides(account);
        Act::ChangeRole { by, account, whom: self.with_access(account), role: self.role() }
    }

    fn remove(&mut self) -> Act {
        let account = self.login();
        let by = self.decides(account);
        Act::Remove { by, account, whom: self.with_access(account) }
    }

    fn wait(&mut self) -> Act {
        let minutes = match self.below(10) {
            0..5 => 1 + self.below(600),
            5..9 => 1_440 * (1 + self.below(4)),
            // To the end of something, exactly.
            _ => {
                let ends = self.model.grants.iter().filter_map(|grant| grant.ends).min_by_key(|end| {
                    if *end > self.model.now { *end - self.model.now } else { chrono::TimeDelta::MAX }
                });
                ends.map_or(1, |end| (end - self.model.now).num_minutes().clamp(1, 60_000) as usize)
            }
        };
        Act::Wait { minutes: minutes as u32 }
    }
}
