//! What is offered through a partnership, and whom that reaches.

use super::{Answer, Bond, Grant, Login, Model, Offer, Refusal, Share, Who, allow, found, in_time, valid};
use crate::act::ShareTerms;
use domain::access_request::CancelReason;
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::partnership::PartnershipState;

impl Model {
    /// Sharing needs the owner of each account, who is partnership owner or host Admin too, and reaches the guest's Admins
    /// who are chosen.
    pub(super) fn share(
        &mut self,
        by: Who,
        through: Bond,
        accounts: &[Login],
        whom: &[Who],
        terms: ShareTerms,
    ) -> Answer {
        found(self.sees_partner(by, through))?;
        allow(self.partnerships[through.0].host == self.company(by))?;
        self.must_be(through, &[PartnershipState::Active])?;
        valid(!accounts.is_empty() && !whom.is_empty())?;
        valid(terms.highest <= self.partnerships[through.0].policy.highest && terms.role <= terms.highest)?;
        found(accounts.iter().all(|account| self.is_host(by, *account) && self.sees(by, *account)))?;
        allow(accounts.iter().all(|account| self.owns(by, *account)))?;
        self.must_be_guest_admins(through, whom)?;
        let ends = terms.end.moment(self.now);
        let mut offered: Vec<Login> = Vec::new();
        for account in accounts.iter().copied() {
            let now = (0..self.shares.len()).map(Offer).find(|share| {
                let share = &self.shares[share.0];
                share.account == account && share.through == through && share.live
            });
            // What is shared already stays as it is, unless its time is over.
            if offered.contains(&account) || now.is_some_and(|share| self.is_running(share)) {
                continue;
            }
            offered.push(account);
            if let Some(share) = now {
                self.mark_stopped(share);
            }
            self.shares.push(Share { account, through, live: true, highest: terms.highest, ends });
            self.reach(Offer(self.shares.len() - 1), whom, terms.role);
        }
        if !offered.is_empty() {
            self.told.push(EventKind::AccountShared);
        }
        Ok(())
    }

    /// When nobody at the guest has access any more, new grants can be given; old ones never come back.
    pub(super) fn share_again(&mut self, by: Who, share: Offer, whom: Who, role: AccountRole) -> Answer {
        let known = self.shares.get(share.0).cloned();
        let Share { account, through, highest, .. } = known.ok_or(Refusal::NotFound)?;
        found(self.sees_partner(by, through))?;
        allow(self.partnerships[through.0].host == self.company(by))?;
        self.must_be(through, &[PartnershipState::Active])?;
        found(self.sees(by, account))?;
        allow(self.owns(by, account))?;
        allow(self.is_running(share))?;
        valid(role <= highest.min(self.partnerships[through.0].policy.highest))?;
        self.must_be_guest_admins(through, &[whom])?;
        let holds =
            |grant: &&Grant| grant.share == Some(share) && grant.kept && grant.ends.is_none_or(|end| end > self.now);
        if self.grants.iter().filter(holds).any(|grant| grant.whom == whom) {
            return Ok(());
        }
        in_time(!self.grants.iter().any(|grant| holds(&grant)))?;
        self.reach(share, &[whom], role);
        self.told.push(EventKind::AccountShared);
        Ok(())
    }

    fn reach(&mut self, share: Offer, whom: &[Who], role: AccountRole) {
        let Share { account, ends, .. } = self.shares[share.0];
        let mut reached: Vec<Who> = Vec::new();
        for whom in whom.iter().copied() {
            if !reached.contains(&whom) {
                reached.push(whom);
                self.grants.push(Grant {
                    account,
                    whom,
                    role,
                    share: Some(share),
                    ends,
                    kept: true,
                    waits: false,
                    lost_with_account: None,
                });
            }
        }
    }

    fn must_be_guest_admins(&self, through: Bond, whom: &[Who]) -> Answer {
        let guest = self.partnerships[through.0].guest.expect("a partnership in force has a guest");
        // In their order: who is nobody there, and who is no Admin.
        for who in whom {
            found(self.is_of(*who, guest))?;
            valid(self.is_active(*who) && self.is_admin(*who))?;
        }
        Ok(())
    }

    /// The account's owners stop sharing it, the partnership owner, and host Admins.
    pub(super) fn stop_sharing(&mut self, by: Who, account: Login, share: Offer) -> Answer {
        found(self.sees(by, account))?;
        allow(self.removes_guests(by, account))?;
        let known = self.shares.get(share.0).filter(|known| known.account == account);
        let own = |share: &&Share| self.partnerships[share.through.0].owner == by;
        let known = known.filter(|share| self.owns(by, account) || self.is_admin(by) || own(share));
        if known.ok_or(Refusal::NotFound)?.live {
            self.stop(share, true);
        }
        Ok(())
    }

    fn stop(&mut self, share: Offer, by_somebody: bool) {
        self.shares[share.0].live = false;
        if self.revoke(|grant| grant.share == Some(share)) {
            self.told.push(if by_somebody { EventKind::AccessRemoved } else { EventKind::AccessEnded });
        }
        self.cancel(CancelReason::AccountUnshared, |model, line| model.requests[line.request.0].share == share);
        self.told.push(EventKind::SharingStopped);
    }

    /// Marks a share whose time is over.
    pub(super) fn mark_stopped(&mut self, share: Offer) {
        if self.shares[share.0].live && !self.is_running(share) {
            self.stop(share, false);
        }
    }

    /// Whoever looks after the partnership at the host removes a guest from everything that is shared through it.
    pub(super) fn remove_guest(&mut self, by: Who, through: Bond, whom: Who) -> Answer {
        found(self.sees_partner(by, through))?;
        allow(self.partnerships[through.0].host == self.company(by))?;
        self.must_be(through, &[PartnershipState::Active, PartnershipState::Suspended])?;
        let shares = self.shares.clone();
        let theirs =
            |grant: &Grant| grant.whom == whom && grant.share.is_some_and(|share| shares[share.0].through == through);
        found(self.grants.iter().any(theirs))?;
        let over = |grant: &Grant| !grant.kept || grant.ends.is_some_and(|end| end <= self.now);
        if self.grants.iter().all(|grant| !theirs(grant) || over(grant)) {
            return Ok(());
        }
        self.revoke(theirs);
        self.told.push(EventKind::AccessRemoved);
        self.cancel(CancelReason::RequesterLostRight, |model, line| {
            let request = &model.requests[line.request.0];
            request.by == whom && shares[request.share.0].through == through
        });
        Ok(())
    }
}
