//! Members: users in a workspace.

use crate::{MemberId, word::words};
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
