//! Accounts: logins that a workspace owns.

use crate::{AccountId, Moment, WorkspaceId, word::words, workspace::WorkspaceBadge};
use serde::{Deserialize, Serialize};

pub mod catalogue;
mod form;
mod import;
mod life;

pub use form::{AccountForm, LONGEST_URL, LONGEST_USERNAME, web_address};
pub use import::{ImportColumns, ImportPreview, Imported, LONGEST_FILE, MOST_LINES, ReadyLine, WrongLine};
pub use life::{
    AccountDeletionView, AccountSettingsView, AssignOwnerView, DAYS_TO_RESTORE, DeletedAccountListView,
    DeletedAccountView, OwnerlessAccountView, OwnerlessListView, Restored, WaitingGuest,
};

words! {
    /// What a member may do with an account, weakest first: the order is the strength.
    AccountRole {
        /// Can log in. Hosts and guests.
        Collaborator = "collaborator",
        /// Can log in, and request access for members of the own workspace. Guests only.
        AccountManager = "account_manager",
        /// Decides about the account. Members of the account's own workspace only.
        Owner = "owner",
    }
}

impl AccountRole {
    /// The roles a request can ask for.
    pub const REQUESTABLE: [Self; 2] = [Self::Collaborator, Self::AccountManager];

    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Collaborator => "Collaborator",
            Self::AccountManager => "Account manager",
            Self::Owner => "Owner",
        }
    }

    /// What the role allows, for a role picker.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Collaborator => "can only log in to the account",
            Self::AccountManager => "can log in to the account and request access to it for other members",
            Self::Owner => "can decide about the account and who has access to it",
        }
    }
}

words! {
    /// The order of All accounts.
    AccountSort {
        /// By label, A to Z.
        Name = "name",
        /// Last used first; never used last.
        LastUse = "last_use",
    }
}

/// Cards on one page of All accounts.
pub const ACCOUNTS_PER_PAGE: u64 = 50;

/// What All accounts is narrowed down to. Part of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFilter {
    /// Words that label, app or username contain.
    #[serde(default)]
    pub search: String,
    /// Accounts of this workspace only.
    #[serde(default)]
    pub workspace: Option<WorkspaceId>,
    /// Accounts on which the member has this role.
    #[serde(default)]
    pub role: Option<AccountRole>,
    /// The order; by name when absent.
    #[serde(default)]
    pub sort: Option<AccountSort>,
    /// Where the page starts: the `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
}

impl AccountFilter {
    /// Whether anything but order and page is set.
    pub fn narrows(&self) -> bool {
        !self.search.trim().is_empty() || self.workspace.is_some() || self.role.is_some()
    }
}

/// A page of All accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountListView {
    /// The cards, in order.
    pub cards: Vec<AccountCardView>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// The workspaces to filter by: those with accounts this member has.
    pub workspaces: Vec<(WorkspaceId, String)>,
    /// Accounts of the own workspace without an owner, for those who can assign one.
    #[serde(default)]
    pub without_owner: u32,
    /// Passwords of the reader's accounts that should be changed.
    #[serde(default)]
    pub passwords_to_change: u32,
}

/// One account as a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCardView {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The app it is a login to.
    pub app: String,
    /// The login's user name.
    pub username: String,
    /// The member's role: the highest that counts.
    pub role: AccountRole,
    /// When the member's access ends.
    pub ends_at: Option<Moment>,
    /// The workspace it belongs to, when that is not the member's own.
    pub badge: Option<WorkspaceBadge>,
    /// The latest use by anyone.
    pub last_use: Option<LastUse>,
    /// Whether there is a login URL to open.
    pub can_log_in: bool,
}

/// When an account was last used, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUse {
    /// When.
    pub at: Moment,
    /// The member's name.
    pub by: String,
}

/// What stands at the top of each tab of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountHeaderView {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The app it is a login to.
    pub app: String,
    /// The workspace it belongs to, when that is not the member's own.
    pub badge: Option<WorkspaceBadge>,
    /// The reader's role, if they have access.
    pub role: Option<AccountRole>,
    /// When the reader's access ends.
    pub ends_at: Option<Moment>,
    /// Whether the reader can open the Members tab.
    pub sees_members: bool,
    /// Whether the reader can open the Exposure tab.
    pub sees_exposure: bool,
    /// Whether the reader, an owner, should change the password, because somebody who has seen it has lost access.
    pub password_to_change: bool,
}

/// The General tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountGeneralView {
    /// The top.
    pub header: AccountHeaderView,
    /// The details, for members who have access.
    pub details: Option<AccountDetails>,
}

/// What a member with access reads about an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDetails {
    /// Where to log in.
    pub login_url: String,
    /// The login's user name.
    pub username: String,
    /// What can be done with its secrets.
    pub secrets: crate::credential::CredentialView,
    /// The latest use by anyone.
    pub last_use: Option<LastUse>,
}

/// Where a recorded log-in leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogInView {
    /// The account's label.
    pub label: String,
    /// The app's name.
    pub app: String,
    /// Where to log in: `https` or `http`, nothing else.
    pub login_url: String,
    /// The user name to log in with.
    pub username: String,
}
