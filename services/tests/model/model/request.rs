//! Requests and their lines.

use super::{Answer, Asking, Grant, Line, Login, Model, Policy, Refusal, Request, Who};
use super::{allow, found, in_time, lasts, latest, valid};
use crate::act::{End, LineOf, REASON};
use chrono::TimeDelta;
use domain::Moment;
use domain::access_request::{CancelReason, LineState};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::partnership::PartnershipState;

/// Whether somebody with this role may ask for a role, for others or for themselves: to go on with what they have.
fn may_ask(held: Option<AccountRole>, asked: AccountRole, for_oneself: bool) -> bool {
    held == Some(AccountRole::AccountManager) || (for_oneself && held.is_some_and(|held| asked <= held))
}

impl Policy {
    /// Whether a request that gives a reason, or none, is fine.
    fn takes_reason(self, given: bool) -> bool {
        !self.reason_required || (given && REASON.len() >= usize::from(self.shortest_reason))
    }
}

impl Model {
    pub(super) fn ask(
        &mut self,
        by: Who,
        account: Login,
        whom: &[Who],
        role: AccountRole,
        end: End,
        reason: bool,
    ) -> Answer {
        found(self.sees(by, account))?;
        allow(!self.is_host(by, account) && self.manages(by, account))?;
        self.send(by, account, whom, role, end, reason)
    }

    /// Longer access for oneself, for whom it ends.
    pub(super) fn extend(&mut self, by: Who, account: Login, end: End, reason: bool) -> Answer {
        found(self.sees(by, account))?;
        let role = self.role(by, account).ok_or(Refusal::Denied)?;
        allow(!self.is_host(by, account) && self.end(by, account).is_some())?;
        self.send(by, account, &[by], role, end, reason)
    }

    fn send(&mut self, by: Who, account: Login, whom: &[Who], role: AccountRole, end: End, reason: bool) -> Answer {
        let own = self.grants_of(by, account).find(|grant| self.counts(grant)).and_then(|grant| grant.share);
        let share = own.expect("a guest's grant stands on a share");
        let policy = self.partnership_of(share).policy;
        valid(!whom.is_empty())?;
        valid(role <= policy.highest && role <= self.shares[share.0].highest)?;
        valid(end.fits(policy.longest_days, self.now))?;
        valid(policy.takes_reason(reason))?;
        let mut asked: Vec<Who> = Vec::new();
        for who in whom {
            found(self.is_of(*who, self.company(by)))?;
            // Doubles are merged.
            if !asked.contains(who) {
                asked.push(*who);
            }
        }
        let can = |who: &Who| self.can_be_asked_for(*who, by, account, role, end, policy);
        let accepted: Vec<Who> = asked.iter().copied().filter(can).collect();
        valid(!accepted.is_empty())?;
        // What waited too long makes room.
        for line in 0..self.lines.len() {
            let waits = self.lines[line].account == account && asked.contains(&self.lines[line].whom);
            if waits && self.is_too_late(&self.lines[line]) {
                self.end_line(line, LineState::Expired, None);
                self.told.push(EventKind::RequestExpired);
            }
        }
        self.requests.push(Request { share, by, role, end, reminded: None });
        for whom in accepted {
            self.lines.push(Line {
                request: Asking(self.requests.len() - 1),
                account,
                whom,
                state: LineState::Pending,
                because: None,
                open_until: self.now + TimeDelta::days(i64::from(policy.open_days)),
                decided_by: None,
                decided_at: None,
                accepted: None,
            });
        }
        self.told.push(EventKind::AccessRequested);
        Ok(())
    }

    fn can_be_asked_for(&self, who: Who, by: Who, account: Login, role: AccountRole, end: End, policy: Policy) -> bool {
        let mut own = self.lines.iter().filter(|line| line.account == account && line.whom == who);
        let cool_down = TimeDelta::days(i64::from(policy.cool_down_days));
        let stands_in_the_way = own.any(|line| match line.state {
            LineState::Pending => line.open_until > self.now,
            LineState::Declined => line.decided_at.is_some_and(|at| at + cool_down > self.now),
            _ => false,
        });
        let held = self.role(who, account);
        let held_now = self.grants_of(who, account).filter(|grant| self.counts(grant) && Some(grant.role) == held);
        // For oneself only to extend what has an end; for others only what they have not.
        let fits = if who == by {
            latest(held_now.map(|grant| grant.ends)).is_some() && held.is_some_and(|held| role <= held)
        } else {
            held.is_none_or(|held| held < role)
        };
        self.is_active(who)
            && !stands_in_the_way
            && fits
            && self.adds_something(who, account, role, end.moment(self.now))
    }

    /// Whether a grant would add anything: no role as high lasts as long already.
    fn adds_something(&self, who: Who, account: Login, role: AccountRole, ends: Option<Moment>) -> bool {
        !self.grants_of(who, account).any(|grant| self.counts(grant) && grant.role >= role && lasts(grant.ends, ends))
    }

    /// The line that somebody decides about through this account's page.
    fn decided(&self, by: Who, through: Login, line: LineOf) -> Result<usize, Refusal> {
        found(self.sees(by, through))?;
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
        allow(self.state_for(share) != PartnershipState::Suspended)?;
        in_time(line.open_until > self.now)?;
        // Some ground is lost by the mere passing of time: it is looked at again.
        let held = self.role(requester, line.account);
        let lost = if self.state_for(share) != PartnershipState::Active {
            Some(CancelReason::PartnershipRemoved)
        } else if !self.is_running(share) {
            Some(CancelReason::AccountUnshared)
        } else if !self.is_active(line.whom) {
            Some(CancelReason::MemberRemoved)
        } else if !self.is_active(requester) || !may_ask(held, request.role, line.whom == requester) {
            Some(CancelReason::RequesterLostRight)
        } else {
            None
        };
        let Some(reason) = lost else { return Ok(()) };
        self.end_line(place, LineState::Cancelled, Some(reason));
        self.told.push(EventKind::RequestCancelled);
        Err(Refusal::Conflict)
    }

    pub(super) fn accept(
        &mut self,
        by: Who,
        through: Login,
        of: LineOf,
        role: Option<AccountRole>,
        end: Option<End>,
    ) -> Answer {
        let place = self.decided(by, through, of)?;
        // The same decision again is a success.
        if matches!(self.lines[place].state, LineState::Accepted | LineState::Superseded) {
            return Ok(());
        }
        in_time(self.lines[place].state == LineState::Pending)?;
        self.must_be_decidable(by, place)?;
        let Line { request, whom, account, .. } = self.lines[place];
        let asked = self.requests[request.0].clone();
        let (role, end) = (role.unwrap_or(asked.role), end.unwrap_or(asked.end));
        let ends = end.moment(self.now);
        // Never more than was asked, nor than the policy allows by now, nor what is over already.
        allow(role <= asked.role && lasts(asked.end.moment(self.now), ends))?;
        let policy = self.partnership_of(asked.share).policy;
        allow(role <= policy.highest && role <= self.shares[asked.share.0].highest)?;
        allow(end.fits(policy.longest_days, self.now))?;
        allow(ends.is_none_or(|end| end > self.now))?;
        if self.adds_something(whom, account, role, ends) {
            self.end_line(place, LineState::Accepted, None);
            self.lines[place].accepted = Some((role, ends));
            self.grants.push(Grant {
                account,
                whom,
                role,
                share: Some(asked.share),
                ends,
                kept: true,
                waits: false,
                lost_with_account: None,
            });
            self.told.push(EventKind::RequestAccepted);
        } else {
            self.end_line(place, LineState::Superseded, None);
            self.told.push(EventKind::RequestCancelled);
        }
        self.lines[place].decided_by = Some(by);
        Ok(())
    }

    pub(super) fn decline(&mut self, by: Who, through: Login, of: LineOf) -> Answer {
        let place = self.decided(by, through, of)?;
        if self.lines[place].state == LineState::Declined {
            return Ok(());
        }
        in_time(self.lines[place].state == LineState::Pending)?;
        self.must_be_decidable(by, place)?;
        self.end_line(place, LineState::Declined, None);
        self.lines[place].decided_by = Some(by);
        self.told.push(EventKind::RequestDeclined);
        Ok(())
    }

    /// The request that a line belongs to, if this member has sent it.
    fn sent(&self, by: Who, of: LineOf) -> Result<(usize, Asking), Refusal> {
        let place = self.line(of).ok_or(Refusal::NotFound)?;
        let request = self.lines[place].request;
        found(self.requests[request.0].by == by)?;
        Ok((place, request))
    }

    /// Whether a line can still be decided, now or when its partnership goes on.
    fn waits(&self, line: &Line) -> bool {
        let stands = [PartnershipState::Active, PartnershipState::Suspended];
        let share = self.requests[line.request.0].share;
        line.state == LineState::Pending && stands.contains(&self.state_for(share)) && !self.is_too_late(line)
    }

    pub(super) fn take_back(&mut self, by: Who, of: LineOf) -> Answer {
        let (place, _) = self.sent(by, of)?;
        if self.lines[place].state == LineState::Withdrawn {
            return Ok(());
        }
        in_time(self.waits(&self.lines[place]))?;
        self.end_line(place, LineState::Withdrawn, None);
        self.told.push(EventKind::RequestWithdrawn);
        Ok(())
    }

    /// Reminds of the request that a line belongs to, at most once a day.
    pub(super) fn remind(&mut self, by: Who, of: LineOf) -> Answer {
        let (_, request) = self.sent(by, of)?;
        in_time(self.lines.iter().any(|line| line.request == request && self.waits(line)))?;
        allow(self.state_for(self.requests[request.0].share) != PartnershipState::Suspended)?;
        let before = self.requests[request.0].reminded;
        in_time(before.is_none_or(|at| at + TimeDelta::days(1) <= self.now))?;
        self.requests[request.0].reminded = Some(self.now);
        self.told.push(EventKind::RequestReminded);
        Ok(())
    }

    pub(super) fn end_line(&mut self, line: usize, state: LineState, because: Option<CancelReason>) {
        let line = &mut self.lines[line];
        assert_eq!(line.state, LineState::Pending, "everything but pending is final");
        line.state = state;
        line.because = because;
        line.decided_at = Some(self.now);
    }

    /// What somebody has asked for, and nobody has decided, falls with their right to ask, as far as they do not keep it.
    pub(super) fn lose_right_to_ask(&mut self, who: Who, account: Login, keeps: Option<AccountRole>) {
        self.cancel(CancelReason::RequesterLostRight, |model, line| {
            let request = &model.requests[line.request.0];
            line.account == account && request.by == who && !may_ask(keeps, request.role, line.whom == who)
        });
    }

    pub(super) fn cancel(&mut self, reason: CancelReason, which: impl Fn(&Self, &Line) -> bool) {
        for place in 0..self.lines.len() {
            let line = &self.lines[place];
            if line.state == LineState::Pending && which(self, line) {
                self.end_line(place, LineState::Cancelled, Some(reason));
                self.told.push(EventKind::RequestCancelled);
            }
        }
    }
}
