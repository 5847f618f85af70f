//! Partnerships, from their proposal to their end.

use super::{Answer, Bond, Grant, Line, Model, Named, Partnership, Policy, Who};
use super::{allow, found, in_time, midnight_after, valid};
use crate::act::PartnerAct;
use chrono::{Days, TimeDelta};
use domain::Moment;
use domain::access_request::{CancelReason, LineState};
use domain::activity::EventKind;
use domain::partnership::PartnershipState;

/// Days until a proposal that nobody answers is over.
const OPEN_DAYS: i64 = 14;

impl Model {
    pub(super) fn must_be(&self, bond: Bond, states: &[PartnershipState]) -> Answer {
        in_time(states.contains(&self.state(bond)))
    }

    pub(super) fn with_partner(&mut self, by: Who, bond: Bond, act: &PartnerAct) -> Answer {
        use PartnershipState as State;
        found(self.sees_partner(by, bond))?;
        let host = self.partnerships[bond.0].host == self.company(by);
        let admin = self.is_admin(by);
        let state = self.state(bond);
        let (waits, in_force) = ([State::Proposed, State::AwaitingGuest], [State::Active, State::Suspended]);
        match act {
            PartnerAct::Look => {}
            PartnerAct::Approve => {
                allow(host && admin)?;
                if state != State::AwaitingGuest {
                    self.must_be(bond, &[State::Proposed])?;
                    self.ask_guest(bond);
                    self.told.push(EventKind::PartnershipApproved);
                }
            }
            PartnerAct::Decline => {
                allow(admin)?;
                if state != State::Declined {
                    self.must_be(bond, &[if host { State::Proposed } else { State::AwaitingGuest }])?;
                    self.partnerships[bond.0].state = State::Declined;
                    self.told.push(EventKind::PartnershipDeclined);
                }
            }
            PartnerAct::Withdraw => {
                allow(host)?;
                if state != State::Withdrawn {
                    self.must_be(bond, &waits)?;
                    self.partnerships[bond.0].state = State::Withdrawn;
                    self.told.push(EventKind::PartnershipWithdrawn);
                }
            }
            PartnerAct::Accept { agreed } => {
                allow(!host && admin)?;
                if state != State::Active {
                    self.must_be(bond, &[State::AwaitingGuest])?;
                    valid(*agreed)?;
                    self.partnerships[bond.0].state = State::Active;
                    self.told.push(EventKind::PartnershipAccepted);
                }
            }
            PartnerAct::Remind => {
                allow(host)?;
                self.must_be(bond, &waits)?;
                let before = self.partnerships[bond.0].reminded;
                in_time(before.is_none_or(|at| at + TimeDelta::days(1) <= self.now))?;
                self.partnerships[bond.0].reminded = Some(self.now);
                self.told.push(EventKind::PartnershipReminded);
            }
            PartnerAct::SendAgain { reason } => {
                allow(host)?;
                self.must_be(bond, &[State::Declined, State::Lapsed, State::Withdrawn])?;
                let Partnership { named, policy, .. } = self.partnerships[bond.0];
                self.propose(by, named, *reason, Some(policy))?;
            }
            PartnerAct::Suspend => {
                allow(admin)?;
                let side = self.company(by);
                let own = self.partnerships[bond.0].suspended.is_some_and(|(_, by)| by == side);
                if state != State::Suspended || !own {
                    self.must_be(bond, &[State::Active])?;
                    self.partnerships[bond.0].state = State::Suspended;
                    self.partnerships[bond.0].suspended = Some((self.now, side));
                    self.told.push(EventKind::PartnershipSuspended);
                }
            }
            PartnerAct::Resume => {
                allow(admin)?;
                if state != State::Active {
                    self.must_be(bond, &[State::Suspended])?;
                    let (since, side) = self.partnerships[bond.0].suspended.expect("somebody has suspended it");
                    // The side that has suspended it.
                    allow(side == self.company(by))?;
                    self.give_back_time(bond, since);
                    self.partnerships[bond.0].state = State::Active;
                    self.partnerships[bond.0].suspended = None;
                    self.told.push(EventKind::PartnershipResumed);
                }
            }
            PartnerAct::SetEnd { days } => {
                allow(host)?;
                self.must_be(bond, &in_force)?;
                let end = days.map(|days| midnight_after(self.now.date_naive() + Days::new(days.into())));
                if self.partnerships[bond.0].ends != end {
                    self.partnerships[bond.0].ends = end;
                    self.told.push(EventKind::PartnershipEndSet);
                }
            }
            PartnerAct::Remove => {
                if state != State::Removed {
                    self.must_be(bond, &in_force)?;
                    self.bring_to_end(bond, State::Removed);
                }
            }
            PartnerAct::NameOwner { whom } => {
                allow(host && admin)?;
                self.must_be(bond, &PartnershipState::LIVE)?;
                found(self.is_of(*whom, self.company(by)))?;
                if self.partnerships[bond.0].owner != *whom {
                    valid(self.is_active(*whom))?;
                    self.partnerships[bond.0].owner = *whom;
                    self.told.push(EventKind::PartnershipOwnerNamed);
                }
            }
            PartnerAct::SetPolicy { policy } => {
                allow(host)?;
                self.must_be(bond, &PartnershipState::LIVE)?;
                if self.partnerships[bond.0].policy != *policy {
                    self.partnerships[bond.0].policy = *policy;
                    self.told.push(EventKind::PolicyChanged);
                }
            }
        }
        Ok(())
    }

    /// A User's proposal goes to the own Admins first, and says why; an Admin's to the guest at once.
    pub(super) fn propose(&mut self, by: Who, named: Named, reason: bool, policy: Option<Policy>) -> Answer {
        let (host, admin) = (self.company(by), self.is_admin(by));
        valid(admin || reason)?;
        valid(named != Named::Company(host))?;
        for bond in (0..self.partnerships.len()).map(Bond) {
            if self.partnerships[bond.0].host == host && self.partnerships[bond.0].named == named {
                self.mark_over(bond);
                // At most one that is not over.
                valid(self.state(bond).is_final())?;
            }
        }
        self.partnerships.push(Partnership {
            host,
            named,
            guest: None,
            owner: by,
            state: PartnershipState::Proposed,
            policy: policy.unwrap_or(Policy::usual()),
            sent: false,
            lapses: Some(self.now + TimeDelta::days(OPEN_DAYS)),
            reminded: None,
            suspended: None,
            ends: None,
        });
        if admin {
            self.ask_guest(Bond(self.partnerships.len() - 1));
        }
        self.told.push(EventKind::PartnershipProposed);
        Ok(())
    }

    fn ask_guest(&mut self, bond: Bond) {
        let partnership = &mut self.partnerships[bond.0];
        partnership.state = PartnershipState::AwaitingGuest;
        partnership.sent = true;
        partnership.lapses = Some(self.now + TimeDelta::days(OPEN_DAYS));
        partnership.reminded = None;
        partnership.guest = match partnership.named {
            Named::Company(company) => Some(company),
            Named::Nobody => None,
        };
    }

    /// While a partnership was suspended, the time of what waits stood still.
    fn give_back_time(&mut self, bond: Bond, since: Moment) {
        let lost = self.now - since;
        for place in 0..self.lines.len() {
            let line = &self.lines[place];
            if line.state == LineState::Pending && line.open_until > since && self.is_through(line, bond) {
                self.lines[place].open_until += lost;
            }
        }
    }

    fn is_through(&self, line: &Line, bond: Bond) -> bool {
        self.shares[self.requests[line.request.0].share.0].through == bond
    }

    /// Shares and guests' grants end, what waits is cancelled; the host's own owners are untouched.
    fn bring_to_end(&mut self, bond: Bond, state: PartnershipState) {
        let removed = state == PartnershipState::Removed;
        self.cancel(CancelReason::PartnershipRemoved, |model, line| model.is_through(line, bond));
        let shares = self.shares.clone();
        let through = |grant: &Grant| grant.share.is_some_and(|share| shares[share.0].through == bond);
        if self.revoke(through) {
            self.told.push(if removed { EventKind::AccessRemoved } else { EventKind::AccessEnded });
        }
        self.shares.iter_mut().filter(|share| share.through == bond).for_each(|share| share.live = false);
        self.partnerships[bond.0].state = state;
        self.told.push(if removed { EventKind::PartnershipRemoved } else { EventKind::PartnershipEnded });
    }

    /// Marks a partnership whose time is over.
    pub(super) fn mark_over(&mut self, bond: Bond) {
        let state = self.state(bond);
        if state == self.partnerships[bond.0].state {
            return;
        }
        if state == PartnershipState::Ended {
            self.bring_to_end(bond, state);
        } else {
            self.partnerships[bond.0].state = state;
            self.told.push(EventKind::PartnershipLapsed);
        }
    }
}
