//! Accounts come and go.

use super::{Account, Answer, Grant, Login, Model, Who, allow, found};
use chrono::TimeDelta;
use domain::access_request::CancelReason;
use domain::account::AccountRole;
use domain::activity::EventKind;

/// Days in which a deleted account can be restored.
const DAYS_TO_RESTORE: i64 = 30;

impl Model {
    pub fn exists(&self, account: Login) -> bool {
        self.accounts.get(account.0).is_some_and(|account| account.deleted.is_none())
    }

    /// Whoever adds an account becomes its Owner.
    pub(super) fn add(&mut self, by: Who) -> Answer {
        self.accounts.push(Account { company: self.company(by), deleted: None });
        let account = Login(self.accounts.len() - 1);
        self.grants.push(Grant::of(account, by, AccountRole::Owner));
        self.told.push(EventKind::AccountAdded);
        Ok(())
    }

    /// A deleted account exists for a month more, for its owners and for host Admins.
    fn sees_deleted(&self, who: Who, account: Login) -> bool {
        let deleted = self.accounts.get(account.0).and_then(|account| account.deleted);
        deleted.is_some_and(|at| at + TimeDelta::days(DAYS_TO_RESTORE) > self.now)
            && self.is_host(who, account)
            && (self.owns(who, account) || self.is_admin(who))
    }

    /// An owner restores it, and where there is none who can act a host Admin.
    fn restores(&self, who: Who, account: Login) -> bool {
        self.decides(who, account)
    }

    pub(super) fn delete(&mut self, by: Who, account: Login) -> Answer {
        if !self.sees(by, account) {
            // It may be deleted already.
            return found(self.sees_deleted(by, account));
        }
        allow(self.owns(by, account))?;
        self.cancel(CancelReason::AccountDeleted, |_, line| line.account == account);
        let mut any = false;
        for grant in self.grants.iter_mut().filter(|grant| grant.account == account && grant.share.is_some()) {
            if grant.kept {
                grant.kept = false;
                grant.lost_with_account = Some(self.now);
                any = true;
            }
        }
        if any {
            self.told.push(EventKind::AccessRemoved);
        }
        self.accounts[account.0].deleted = Some(self.now);
        self.told.push(EventKind::AccountDeleted);
        Ok(())
    }

    /// What guests had waits until an owner confirms it, as far as what it stood on is still there.
    pub(super) fn restore(&mut self, by: Who, account: Login) -> Answer {
        if !self.sees_deleted(by, account) {
            // It may be restored already.
            found(self.sees(by, account))?;
            return allow(self.restores(by, account));
        }
        allow(self.restores(by, account))?;
        let deleted = self.accounts[account.0].deleted;
        let lost = self.grants.iter().filter(|grant| grant.account == account && grant.lost_with_account == deleted);
        let stands = |grant: &&Grant| {
            grant.ends.is_none_or(|end| end > self.now)
                && self.is_active(grant.whom)
                && grant.share.is_some_and(|share| self.is_running(share) && self.state_for(share).is_in_force())
        };
        let waiting: Vec<Grant> = lost
            .filter(stands)
            .map(|grant| Grant { kept: true, waits: true, lost_with_account: None, ..grant.clone() })
            .collect();
        // Each comes back once, however often the account is deleted.
        for grant in self.grants.iter_mut().filter(|grant| grant.account == account) {
            grant.lost_with_account = None;
        }
        self.grants.extend(waiting);
        self.accounts[account.0].deleted = None;
        self.told.push(EventKind::AccountRestored);
        Ok(())
    }

    pub(super) fn confirm(&mut self, by: Who, account: Login, whom: Who) -> Answer {
        found(self.sees(by, account))?;
        allow(self.owns(by, account))?;
        found(self.is_active(whom))?;
        let now = self.now;
        let theirs = |grant: &&mut Grant| grant.account == account && grant.whom == whom && grant.kept;
        let mut confirmed = false;
        let runs = |grant: &&mut Grant| grant.waits && grant.ends.is_none_or(|end| end > now);
        for grant in self.grants.iter_mut().filter(theirs).filter(runs) {
            grant.waits = false;
            confirmed = true;
        }
        if confirmed {
            self.told.push(EventKind::AccessConfirmed);
            return Ok(());
        }
        found(self.grants_of(whom, account).any(|grant| grant.kept && !grant.waits && grant.share.is_some()))
    }

    /// Whether nobody who can act owns the account: host Admins give it another Owner.
    pub fn is_ownerless(&self, account: Login) -> bool {
        self.exists(account) && self.active_owners(account).next().is_none()
    }

    pub(super) fn assign(&mut self, by: Who, account: Login, whom: Who) -> Answer {
        found(self.sees(by, account))?;
        let host_admin = self.is_host(by, account) && self.is_admin(by);
        let fits = self.is_of(whom, self.accounts[account.0].company) && self.is_active(whom);
        if !host_admin || !self.is_ownerless(account) {
            return allow(host_admin && fits && self.owns(whom, account));
        }
        found(fits)?;
        self.revoke(|grant| grant.account == account && grant.whom == whom);
        self.grants.push(Grant::of(account, whom, AccountRole::Owner));
        self.told.push(EventKind::OwnerAssigned);
        Ok(())
    }
}
