//! Members: users in a workspace.

use crate::policy::MemberAct;
use crate::workspace::WorkspaceRole;
use crate::{AccountId, MemberId, Moment, PartnershipId, word::words};
use serde::{Deserialize, Serialize};

words! {
    /// Whether a member can act. Only an active one can.
    MemberStatus {
        /// Has been invited, and has not joined yet.
        Invited = "invited",
        /// Can act.
        Active = "active",
        /// Is out, everywhere.
        Deactivated = "deactivated",
    }
}

impl MemberStatus {
    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Invited => "Invited",
            Self::Active => "Active",
            Self::Deactivated => "Deactivated",
        }
    }
}

/// What All members is narrowed down to. Part of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFilter {
    /// Beginnings of words of the name and parts of the address.
    #[serde(default)]
    pub search: String,
    /// Members with this role.
    #[serde(default)]
    pub role: Option<WorkspaceRole>,
    /// Members with this status.
    #[serde(default)]
    pub status: Option<MemberStatus>,
    /// Where the page starts: the `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
}

impl MemberFilter {
    /// Whether anything but the page is set.
    pub fn narrows(&self) -> bool {
        !self.search.trim().is_empty() || self.role.is_some() || self.status.is_some()
    }
}

/// A page of All members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberListView {
    /// The members, by name.
    pub members: Vec<MemberRowView>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// Whether the reader looks after the members.
    pub administers: bool,
}

/// One member in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRowView {
    /// The member.
    pub member: MemberId,
    /// Their name; of somebody who is invited, the address. Whether they have a sign-in is not seen.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// Their role.
    pub role: WorkspaceRole,
    /// Whether they can act.
    pub status: MemberStatus,
    /// When they joined.
    pub joined_at: Option<Moment>,
    /// When the invitation ends, or has ended.
    pub invited_until: Option<Moment>,
    /// Whether it is the reader.
    pub oneself: bool,
    /// What the reader can do with them.
    pub acts: Vec<MemberAct>,
}

/// What ends when a member is deactivated, and what stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavingView {
    /// The member.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// Accounts to which they lose access.
    pub accounts: u32,
    /// Requests for them that wait.
    pub waiting: u32,
    /// People for whom they have asked, and who wait.
    pub asked_for: u32,
    /// Accounts whose last Owner they are, by label: somebody else has to become Owner first. Only some of many.
    pub last_owner_of: Vec<(AccountId, String)>,
    /// How many these are.
    pub last_owner_count: u32,
    /// Partnerships they own, with the partner's name. The Admins act for them. Only some of many.
    pub partnerships: Vec<(PartnershipId, String)>,
    /// Why it cannot be done at all, if so.
    pub refused: Option<String>,
}

/// A member found for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberSuggestion {
    /// The member.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// Why they cannot be asked for, if so.
    pub blocked: Option<String>,
}

/// A member picked for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickedMember {
    /// The member.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// Their email address.
    pub email: String,
}
