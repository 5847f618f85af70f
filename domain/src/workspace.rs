//! Workspaces: the companies.

use crate::invitation::TakenUpBy;
use crate::member::PickedMember;
use crate::{MemberId, PartnershipId, word::words};
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

words! {
    /// Who can found a further workspace in this installation. Its operator always can.
    Founding {
        /// Whoever is invited to: by the operator, or by a company that wants to share accounts with theirs.
        Invitation = "invitation",
        /// Anyone who has an email address.
        Open = "open",
        /// The operator alone.
        Operator = "operator",
    }
}

/// A link to found a workspace, for whoever has opened it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundingView {
    /// The address it is for; empty where it is for whoever has it.
    pub email: String,
    /// What is needed to take it up.
    pub by: TakenUpBy,
    /// The company that wants to share accounts with the new workspace.
    pub host: Option<String>,
    /// Workspaces of the reader that could answer that company instead of a new one.
    pub answering: Vec<AnsweringWorkspace>,
}

/// A workspace that could answer a proposal which came as a link to found one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweringWorkspace {
    /// The reader there, who looks after it.
    pub member: MemberId,
    /// The workspace's name.
    pub name: String,
}

/// A proposal has been put before a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredAs {
    /// The workspace's name.
    pub workspace: String,
    /// The company that proposes.
    pub host: String,
    /// The proposal.
    pub partnership: PartnershipId,
}

/// The page to found a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundingPageView {
    /// Whether anyone can found a workspace.
    pub open: bool,
    /// The link that was opened, if it works.
    pub link: Option<FoundingView>,
    /// The address of whoever is signed in in this browser.
    pub reader: Option<String>,
}

/// What is entered to found a workspace. Of whoever has a sign-in already, only the workspace's name is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundingForm {
    /// The workspace's name.
    pub workspace: String,
    /// The founder's own name.
    pub name: String,
    /// Their email address, where the link is for none.
    pub email: String,
    /// The password they want.
    pub password: String,
}

/// The page of a workspace's own settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceView {
    /// The name.
    pub name: String,
    /// The public workspace ID.
    pub public_id: String,
    /// The Owner's name.
    pub owner: String,
    /// Whether the reader can change the name.
    pub administers: bool,
    /// Whether the reader is the Owner.
    pub owns: bool,
}

/// Whom the ownership can be handed over to, and to whom it is about to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOverView {
    /// The workspace's name.
    pub workspace: String,
    /// Who was chosen.
    pub chosen: Option<PickedMember>,
    /// Active members who match what is typed, or at first some.
    pub found: Vec<PickedMember>,
}

/// A workspace that was founded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundedWorkspace {
    /// Its name.
    pub name: String,
    /// The partnership that has waited for it.
    pub partnership: Option<PartnershipId>,
}
