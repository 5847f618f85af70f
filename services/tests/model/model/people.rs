//! The people of a company: their roles in it, and their coming and going.

use super::{Answer, Member, Model, Who, allow, found, in_time, valid};
use crate::act::ColleagueAct;
use chrono::TimeDelta;
use domain::access_request::CancelReason;
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::workspace::WorkspaceRole;

/// How long a link to join can be used.
const INVITATION_LASTS: TimeDelta = TimeDelta::days(7);

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
            ColleagueAct::InviteAgain => {
                in_time(status == MemberStatus::Invited)?;
                self.members[whom.0].invited_until = Some(self.now + INVITATION_LASTS);
                self.told.push(EventKind::MemberInvited);
            }
            ColleagueAct::WithdrawInvitation => {
                in_time(status == MemberStatus::Invited)?;
                self.members[whom.0].withdrawn = true;
                self.told.push(EventKind::InvitationWithdrawn);
            }
        }
        Ok(())
    }

    /// Admins invite whoever is not a member of their company, by whatever status.
    pub(super) fn invite(&mut self, by: Who, whom: Option<Who>, role: WorkspaceRole) -> Answer {
        allow(self.is_admin(by))?;
        valid(role != WorkspaceRole::Owner)?;
        let company = self.company(by);
        let user = whom.map_or(self.members.len(), |whom| self.members[whom.0].user);
        let known = (0..self.members.len()).any(|who| self.members[who].user == user && self.is_of(Who(who), company));
        valid(!known)?;
        self.members.push(Member {
            company,
            user,
            role,
            status: MemberStatus::Invited,
            invited_until: Some(self.now + INVITATION_LASTS),
            withdrawn: false,
        });
        self.told.push(EventKind::MemberInvited);
        Ok(())
    }

    /// The link works once, until its end, and not when the invitation is withdrawn.
    pub(super) fn join(&mut self, whom: Who) -> Answer {
        let now = self.now;
        let known =
            self.members.get_mut(whom.0).filter(|known| known.status == MemberStatus::Invited && !known.withdrawn);
        let open = known.filter(|known| known.invited_until.is_some_and(|end| end > now));
        let joining = open.ok_or(super::Refusal::Invalid)?;
        joining.status = MemberStatus::Active;
        joining.invited_until = None;
        self.told.push(EventKind::MemberJoined);
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
