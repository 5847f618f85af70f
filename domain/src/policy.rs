//! Who may do what on an account and on a partnership: the permission tables as pure functions.

use crate::Denial;
use crate::account::AccountRole;
use crate::member::MemberStatus;
use crate::partnership::PartnershipState;
use crate::word::words;
use crate::workspace::WorkspaceRole;
use serde::{Deserialize, Serialize};

/// Which side of an account or of a partnership a member or a company stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A member of the account's own workspace.
    Host,
    /// A member of a workspace the account is shared with.
    Guest,
}

/// What a member is to an account, as far as rights depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The side.
    pub side: Side,
    /// The role in the member's own workspace.
    pub workspace_role: WorkspaceRole,
    /// The highest role on the account that counts now.
    pub account_role: Option<AccountRole>,
    /// Whether the member is the partnership owner of a partnership through which the account is shared.
    pub partnership_owner: bool,
    /// Whether the account has an owner who can act.
    pub account_has_active_owner: bool,
}

/// What a member can do with an account that they see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Read its details and log in.
    Use,
    /// Request access for members of the own workspace.
    Request,
    /// Accept or decline a request.
    Decide,
    /// Change a member's role on it.
    ChangeRole,
    /// Remove the access of a member of the own workspace.
    RemoveHostMember,
    /// Remove the access of a guest.
    RemoveGuest,
    /// See everything that happened to it.
    SeeAllActivity,
    /// Stop sharing it with a partner.
    StopSharing,
    /// Change its details, or delete it.
    Edit,
    /// Bring it back after it was deleted.
    Restore,
    /// Give it an owner when it has none.
    AssignOwner,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 11] = [
        Self::Use,
        Self::Request,
        Self::Decide,
        Self::ChangeRole,
        Self::RemoveHostMember,
        Self::RemoveGuest,
        Self::SeeAllActivity,
        Self::StopSharing,
        Self::Edit,
        Self::Restore,
        Self::AssignOwner,
    ];
}

/// Whose access a member sees in an account's member list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeesMembers {
    /// Everyone with access.
    All,
    /// Members of the own workspace.
    OwnWorkspace,
    /// Guests.
    Guests,
    /// Guests of the partnerships that the member is the partnership owner of.
    OwnGuests,
    /// Nobody's: the list is not for this member.
    Nobody,
}

impl Standing {
    /// Whether the account exists for this member at all.
    pub fn sees(self) -> bool {
        self.account_role.is_some()
            || (self.side == Side::Host && (self.workspace_role.administers() || self.partnership_owner))
    }

    /// Whether the member may do this.
    ///
    /// # Errors
    ///
    /// The reason why not. Asked only of members for whom the account exists ([`Standing::sees`]).
    pub fn may(self, act: Act) -> Result<(), Denial> {
        let owner = self.side == Side::Host && self.account_role == Some(AccountRole::Owner);
        let host_admin = self.side == Side::Host && self.workspace_role.administers();
        let looks_after_guests = self.side == Side::Host && (host_admin || self.partnership_owner);
        let (allowed, denial) = match act {
            Act::Use => (self.account_role.is_some(), Denial::HoldersOnly),
            Act::Request => (
                self.side == Side::Guest && self.account_role == Some(AccountRole::AccountManager),
                Denial::ManagersOnly,
            ),
            Act::Decide => (owner || (host_admin && !self.account_has_active_owner), Denial::OwnersOnly),
            Act::ChangeRole => (owner, Denial::OwnersOnly),
            Act::RemoveHostMember => (owner, if looks_after_guests { Denial::GuestsOnly } else { Denial::OwnersOnly }),
            Act::RemoveGuest | Act::StopSharing => (owner || looks_after_guests, Denial::OwnersOnly),
            Act::SeeAllActivity => (owner || host_admin, Denial::OwnersOnly),
            Act::Edit => (owner, Denial::OwnersOnly),
            Act::Restore => (owner || (host_admin && !self.account_has_active_owner), Denial::OwnersOnly),
            Act::AssignOwner => (host_admin && !self.account_has_active_owner, Denial::OwnersOnly),
        };
        if allowed { Ok(()) } else { Err(denial) }
    }

    /// Whose access the member sees.
    pub fn sees_members(self) -> SeesMembers {
        let owner = self.side == Side::Host && self.account_role == Some(AccountRole::Owner);
        match self.side {
            Side::Host if owner || self.workspace_role.administers() && !self.account_has_active_owner => {
                SeesMembers::All
            }
            Side::Host if self.workspace_role.administers() => SeesMembers::Guests,
            Side::Host if self.partnership_owner => SeesMembers::OwnGuests,
            Side::Guest if self.account_role == Some(AccountRole::AccountManager) => SeesMembers::OwnWorkspace,
            _ => SeesMembers::Nobody,
        }
    }
}

/// What a member is to a partnership, as far as rights depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnershipStanding {
    /// The side.
    pub side: Side,
    /// The role in the member's own workspace.
    pub workspace_role: WorkspaceRole,
    /// Whether the member is the partnership owner.
    pub owner: bool,
    /// Where the partnership stands.
    pub state: PartnershipState,
    /// Whether the guest has been asked: the host's Admins have approved.
    pub sent: bool,
    /// Which side has suspended it, if one has.
    pub suspended_by: Option<Side>,
}

words! {
    /// What a member can do with a partnership that they see.
    PartnershipAct {
        /// Let a proposal go to the guest.
        Approve = "approve",
        /// Say no to it at the host.
        DeclineProposal = "decline_proposal",
        /// Take a proposal back.
        Withdraw = "withdraw",
        /// Remind whoever has to decide.
        Remind = "remind",
        /// Propose once more what was declined, or not answered.
        SendAgain = "send_again",
        /// Agree to the terms at the guest.
        Accept = "accept",
        /// Say no at the guest.
        Decline = "decline",
        /// Stop everything for a while.
        Suspend = "suspend",
        /// Go on.
        Resume = "resume",
        /// Take it down.
        Remove = "remove",
        /// Set the policy.
        SetPolicy = "set_policy",
        /// Set its end date.
        SetEnd = "set_end",
        /// Name another partnership owner.
        NameOwner = "name_owner",
        /// Share accounts through it; each account also wants its owner.
        Share = "share",
        /// Take the access of one of the guest's members to everything that is shared through it.
        RemoveMember = "remove_member",
    }
}

/// Why an act on a partnership is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartnershipRefusal {
    /// It is not this member's to do.
    Denied(Denial),
    /// It cannot be done in this state.
    State(PartnershipState),
}

impl PartnershipStanding {
    /// Whether the partnership exists for this member at all: at the host for Admins and its partnership owner, at the
    /// guest for Admins, once they have been asked.
    pub fn sees(self) -> bool {
        match self.side {
            Side::Host => self.owner || self.workspace_role.administers(),
            Side::Guest => self.sent && self.workspace_role.administers(),
        }
    }

    /// Whether the member may do this now.
    ///
    /// # Errors
    ///
    /// The reason why not: whose it is to do comes first, the state second. Asked only of members for whom the
    /// partnership exists ([`PartnershipStanding::sees`]).
    pub fn may(self, act: PartnershipAct) -> Result<(), PartnershipRefusal> {
        use PartnershipAct as Act;
        use PartnershipState as State;
        let admin = self.workspace_role.administers();
        let host = self.side == Side::Host;
        let looks_after = host && (self.owner || admin);
        let denied = match act {
            Act::Approve | Act::DeclineProposal | Act::NameOwner if !host => Some(Denial::HostOnly),
            Act::Approve | Act::DeclineProposal | Act::NameOwner if !admin => Some(Denial::AdminsOnly),
            Act::Withdraw
            | Act::Remind
            | Act::SendAgain
            | Act::SetPolicy
            | Act::SetEnd
            | Act::Share
            | Act::RemoveMember
                if !looks_after =>
            {
                Some(Denial::HostOnly)
            }
            Act::Accept | Act::Decline if host => Some(Denial::GuestOnly),
            Act::Accept | Act::Decline | Act::Suspend | Act::Resume if !admin => Some(Denial::AdminsOnly),
            Act::Remove if !admin && !looks_after => Some(Denial::PartnershipOwnersOnly),
            _ => None,
        };
        if let Some(denial) = denied {
            return Err(PartnershipRefusal::Denied(denial));
        }
        let fits = match act {
            Act::Approve | Act::DeclineProposal => self.state == State::Proposed,
            Act::Withdraw | Act::Remind => matches!(self.state, State::Proposed | State::AwaitingGuest),
            Act::SendAgain => matches!(self.state, State::Declined | State::Lapsed | State::Withdrawn),
            Act::Accept | Act::Decline => self.state == State::AwaitingGuest,
            Act::Suspend | Act::Share => self.state == State::Active,
            Act::Resume => self.state == State::Suspended,
            Act::Remove | Act::SetEnd | Act::RemoveMember => self.state.is_in_force(),
            Act::SetPolicy | Act::NameOwner => !self.state.is_final(),
        };
        if !fits {
            return Err(PartnershipRefusal::State(self.state));
        }
        if act == Act::Resume && self.suspended_by.is_some_and(|side| side != self.side) {
            return Err(PartnershipRefusal::Denied(Denial::OtherSideSuspended));
        }
        Ok(())
    }

    /// Whether the partnership stands where this act would bring it: done once more, it changes nothing.
    pub fn has_done(self, act: PartnershipAct) -> bool {
        use PartnershipAct as Act;
        use PartnershipState as State;
        match act {
            Act::Approve => self.state == State::AwaitingGuest,
            Act::DeclineProposal | Act::Decline => self.state == State::Declined,
            Act::Withdraw => self.state == State::Withdrawn,
            Act::Accept | Act::Resume => self.state == State::Active,
            Act::Suspend => self.state == State::Suspended && self.suspended_by == Some(self.side),
            Act::Remove => self.state == State::Removed,
            Act::Remind
            | Act::SendAgain
            | Act::SetPolicy
            | Act::SetEnd
            | Act::NameOwner
            | Act::Share
            | Act::RemoveMember => false,
        }
    }
}

words! {
    /// What an Admin can do with a member of the workspace.
    MemberAct {
        /// Give them another role.
        ChangeRole = "change_role",
        /// End every session, and let them set a new password.
        ResetSignIn = "reset_sign_in",
        /// Put them out.
        Deactivate = "deactivate",
        /// Let them in again.
        Reactivate = "reactivate",
        /// Send the invitation once more.
        ResendInvitation = "resend_invitation",
        /// Make a link to pass on by hand.
        CopyInvitationLink = "copy_invitation_link",
        /// Take the invitation back.
        WithdrawInvitation = "withdraw_invitation",
    }
}

/// What a member of the workspace is to somebody who may want to do something with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberStanding {
    /// The role of whoever acts.
    pub actor_role: WorkspaceRole,
    /// Whether they are the same.
    pub oneself: bool,
    /// The member's role.
    pub role: WorkspaceRole,
    /// The member's status.
    pub status: MemberStatus,
}

/// Why an act on a member is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberRefusal {
    /// It is not this one's to do.
    Denied(Denial),
    /// It cannot be done with a member of this status.
    Status(MemberStatus),
}

impl MemberStanding {
    /// Whether it may be done now.
    ///
    /// # Errors
    ///
    /// The reason why not: whose it is to do comes first, the status second.
    pub fn may(self, act: MemberAct) -> Result<(), MemberRefusal> {
        use MemberAct as Act;
        let owner = self.role == WorkspaceRole::Owner;
        let denied = match act {
            _ if !self.actor_role.administers() => Some(Denial::AdminsOnly),
            Act::ChangeRole | Act::Deactivate if owner => Some(Denial::WorkspaceOwnerStays),
            Act::ResetSignIn if owner && !self.oneself => Some(Denial::AboveAdmin),
            Act::ChangeRole | Act::Deactivate | Act::ResetSignIn if self.oneself => Some(Denial::NotOneself),
            _ => None,
        };
        if let Some(denial) = denied {
            return Err(MemberRefusal::Denied(denial));
        }
        let fits = match act {
            Act::ChangeRole => self.status != MemberStatus::Deactivated,
            Act::Deactivate | Act::ResetSignIn => self.status == MemberStatus::Active,
            Act::Reactivate => self.status == MemberStatus::Deactivated,
            Act::ResendInvitation | Act::CopyInvitationLink | Act::WithdrawInvitation => {
                self.status == MemberStatus::Invited
            }
        };
        if fits { Ok(()) } else { Err(MemberRefusal::Status(self.status)) }
    }
}

/// The roles that an Admin can give. The Owner's is handed over.
pub const GIVEN_ROLES: [WorkspaceRole; 2] = [WorkspaceRole::User, WorkspaceRole::Admin];

/// The roles a member of this side can have on an account.
pub const fn roles_for(side: Side) -> &'static [AccountRole] {
    match side {
        Side::Host => &[AccountRole::Collaborator, AccountRole::Owner],
        Side::Guest => &[AccountRole::Collaborator, AccountRole::AccountManager],
    }
}
