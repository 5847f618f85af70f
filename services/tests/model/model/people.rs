//! The people of a company: their roles in it, and their coming and going.

use super::{Answer, Model, Who, allow, found, in_time, valid};
use crate::act::ColleagueAct;
use domain::access_request::CancelReason;
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::workspace::WorkspaceRole;

impl Model {
    /// Admins look after the members of their company: not after its Owner, and not after themselves.
    pub(super) fn with_colleague(&mut self, by: Who, whom: Who, act: ColleagueAct) -> Answer {
        found(self.is_of(whom, self.company(by)))?;
        allow(self.is_admin(by))?;
        let (role, status) = (self.members[whom.0].role, self.members[whom.0].status);
        match act {
            ColleagueAct::ChangeRole { to } => {
                // The ownership is handed over, never given.
                valid(to != WorkspaceRole::Owner)?;
                allow(role != WorkspaceRole::Owner && by != whom)?;
                in_time(status != MemberStatus::Deactivated)?;
                if role != to {
                    self.members[whom.0].role = to;
                    self.told.push(EventKind::WorkspaceRoleChanged);
                }
            }
            ColleagueAct::Deactivate => {
                if status != MemberStatus::Deactivated {
                    allow(role != WorkspaceRole::Owner && by != whom)?;
                    in_time(status == MemberStatus::Active)?;
                    allow(!self.is_last_owner(whom))?;
                    self.leave(whom);
                }
            }
            ColleagueAct::Reactivate => {
                if status != MemberStatus::Active {
                    in_time(status == MemberStatus::Deactivated)?;
                    // Nothing comes back with them.
                    self.members[whom.0].status = MemberStatus::Active;
                    self.told.push(EventKind::MemberReactivated);
                }
            }
        }
        Ok(())
    }

    fn is_last_owner(&self, who: Who) -> bool {
        let owned = |account: &_| self.exists(*account) && self.owns(who, *account);
        (0..self.accounts.len()).map(super::Login).filter(owned).any(|account| !self.has_another_owner(account, who))
    }

    fn leave(&mut self, who: Who) {
        self.cancel(CancelReason::RequesterLostRight, |model, line| model.requests[line.request.0].by == who);
        self.cancel(CancelReason::MemberRemoved, |_, line| line.whom == who);
        if self.revoke(|grant| grant.whom == who) {
            self.told.push(EventKind::AccessRemoved);
        }
        self.members[who.0].status = MemberStatus::Deactivated;
        self.told.push(EventKind::MemberDeactivated);
    }

    /// The Owner makes another active member Owner, and is an Admin afterwards.
    pub(super) fn hand_over(&mut self, by: Who, to: Who) -> Answer {
        allow(self.members[by.0].role == WorkspaceRole::Owner)?;
        found(self.is_of(to, self.company(by)))?;
        valid(by != to && self.is_active(to))?;
        self.members[by.0].role = WorkspaceRole::Admin;
        self.members[to.0].role = WorkspaceRole::Owner;
        self.told.push(EventKind::OwnershipHandedOver);
        Ok(())
    }
}
