//! Who may do what on an account: the permission table as one pure function.

use crate::Denial;
use crate::account::AccountRole;
use crate::workspace::WorkspaceRole;

/// Which side of an account a member stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 7] = [
        Self::Use,
        Self::Request,
        Self::Decide,
        Self::ChangeRole,
        Self::RemoveHostMember,
        Self::RemoveGuest,
        Self::SeeAllActivity,
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
            Act::RemoveGuest => (owner || looks_after_guests, Denial::OwnersOnly),
            Act::SeeAllActivity => (owner || host_admin, Denial::OwnersOnly),
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

/// The roles a member of this side can have on an account.
pub const fn roles_for(side: Side) -> &'static [AccountRole] {
    match side {
        Side::Host => &[AccountRole::Collaborator, AccountRole::Owner],
        Side::Guest => &[AccountRole::Collaborator, AccountRole::AccountManager],
    }
}
