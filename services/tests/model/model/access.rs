//! Access to an account: given, changed, taken, given back.

use super::{Answer, Bond, Grant, Login, Model, Refusal, Who, allow, found, latest, valid};
use domain::account::AccountRole;
use domain::activity::EventKind;

impl Model {
    pub(super) fn log_in(&mut self, by: Who, account: Login) -> Answer {
        found(self.sees(by, account))?;
        allow(self.role(by, account).is_some())?;
        self.told.push(EventKind::LoggedIn);
        Ok(())
    }

    pub(super) fn change_role(&mut self, by: Who, account: Login, whom: Who, role: AccountRole) -> Answer {
        found(self.sees(by, account))?;
        allow(self.owns(by, account))?;
        let kept: Vec<&Grant> = self.grants_of(whom, account).filter(|grant| self.waits_or_counts(grant)).collect();
        let had = kept.iter().map(|grant| grant.role).max().filter(|_| self.is_active(whom));
        let had = had.ok_or(Refusal::NotFound)?;
        // A guest never becomes Owner, and the host's own members are no account managers.
        let other_side = if self.is_host(whom, account) { AccountRole::AccountManager } else { AccountRole::Owner };
        allow(role != other_side)?;
        if kept.iter().all(|grant| grant.role == role) {
            return Ok(());
        }
        // Whoever stays Owner is not lowered.
        allow(had != AccountRole::Owner || role == had || self.has_another_owner(account, whom))?;
        let share = kept.iter().find(|grant| grant.role == had).and_then(|grant| grant.share);
        if let Some(share) = share.filter(|_| role > had) {
            allow(role <= self.partnership_of(share).policy.highest && role <= self.shares[share.0].highest)?;
        }
        let ends = latest(kept.iter().map(|grant| grant.ends)).filter(|_| role != AccountRole::Owner);
        self.revoke(|grant| grant.whom == whom && grant.account == account);
        self.grants.push(Grant { account, whom, role, share, ends, kept: true, waits: false, lost_with_account: None });
        self.told.push(EventKind::RoleChanged);
        if had == AccountRole::AccountManager && role < had {
            self.lose_right_to_ask(whom, account, None);
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, by: Who, account: Login, whom: Who) -> Answer {
        found(self.sees(by, account))?;
        allow(self.removes_guests(by, account))?;
        found(self.grants_of(whom, account).next().is_some())?;
        let host = self.is_host(whom, account);
        if !host && !self.owns(by, account) && !self.is_admin(by) {
            // The partnership owner sees the guests of their own partnerships.
            found((0..self.partnerships.len()).map(Bond).any(|bond| {
                let partnership = &self.partnerships[bond.0];
                partnership.owner == by
                    && partnership.guest == Some(self.company(whom))
                    && partnership.host == self.accounts[account.0].company
                    && self.state(bond).is_in_force()
            }))?;
        }
        allow(!host || self.owns(by, account))?;
        let kept = self.grants_of(whom, account).filter(|grant| self.waits_or_counts(grant));
        let Some(had) = kept.map(|grant| grant.role).max() else { return Ok(()) };
        allow(had != AccountRole::Owner || self.has_another_owner(account, whom))?;
        self.revoke(|grant| grant.whom == whom && grant.account == account);
        self.told.push(EventKind::AccessRemoved);
        self.lose_right_to_ask(whom, account, None);
        Ok(())
    }

    /// An owner gives a member of the own company access.
    pub(super) fn give(&mut self, by: Who, account: Login, whom: Who, role: AccountRole) -> Answer {
        found(self.sees(by, account))?;
        allow(self.owns(by, account))?;
        // Nobody of the own company becomes account manager.
        valid(role != AccountRole::AccountManager)?;
        found(self.is_of(whom, self.accounts[account.0].company))?;
        if !self.is_active(whom) || self.role(whom, account).is_some_and(|held| held >= role) {
            return Ok(());
        }
        self.grants.push(Grant {
            account,
            whom,
            role,
            share: None,
            ends: None,
            kept: true,
            waits: false,
            lost_with_account: None,
        });
        self.told.push(EventKind::AccessGiven);
        Ok(())
    }

    pub(super) fn give_back(&mut self, by: Who, account: Login) -> Answer {
        found(self.sees(by, account))?;
        let role = self.role(by, account).ok_or(Refusal::Denied)?;
        allow(role != AccountRole::Owner || self.has_another_owner(account, by))?;
        self.revoke(|grant| grant.whom == by && grant.account == account);
        self.told.push(EventKind::AccessGivenBack);
        self.lose_right_to_ask(by, account, None);
        Ok(())
    }

    /// Ends grants. Whether there were any.
    pub(super) fn revoke(&mut self, which: impl Fn(&Grant) -> bool) -> bool {
        let mut any = false;
        for grant in self.grants.iter_mut().filter(|grant| which(grant)) {
            any |= grant.kept;
            grant.kept = false;
            // What went with a deleted account does not come back with it, either.
            grant.lost_with_account = None;
        }
        any
    }
}
