//! Workspaces: the companies.

use crate::{MemberId, word::words};
use serde::{Deserialize, Serialize};

words! {
    /// What a member is in the workspace.
    WorkspaceRole {
        /// Works with the accounts they are given.
        User = "user",
        /// Looks after people and partnerships.
        Admin = "admin",
        /// The one who answers for the workspace. Exactly one per workspace.
        Owner = "owner",
    }
}

impl WorkspaceRole {
    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Admin => "Admin",
            Self::Owner => "Owner",
        }
    }

    /// Admins and the Owner look after people and partnerships.
    pub fn administers(self) -> bool {
        self >= Self::Admin
    }
}

/// A company as shown beside what is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceBadge {
    /// The company's name.
    pub name: String,
}

impl WorkspaceBadge {
    /// The initial letter, upper case, or "?" for a name without one.
    pub fn initial(&self) -> String {
        self.name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "?".to_owned(), |c| c.to_uppercase().collect())
    }
}

/// A workspace that the signed-in user can switch to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceChoice {
    /// The user's membership there.
    pub member: MemberId,
    /// The workspace's name.
    pub name: String,
    /// Whether it is the one at work now.
    pub current: bool,
}
