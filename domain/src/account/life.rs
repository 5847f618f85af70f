//! What pages show of an account that is changed, deleted, restored, or without an owner.

use super::{AccountForm, AccountHeaderView};
use crate::member::PickedMember;
use crate::{AccountId, Moment};
use serde::{Deserialize, Serialize};

/// Days in which a deleted account can be restored.
pub const DAYS_TO_RESTORE: i64 = 30;

/// The Settings tab of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettingsView {
    /// The top.
    pub header: AccountHeaderView,
    /// What stands there now.
    pub form: AccountForm,
    /// Which state of it that is. Sent with the form, so that nobody replaces unseen what somebody else has saved.
    pub version: i32,
}

/// What follows when an account is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDeletionView {
    /// The top.
    pub header: AccountHeaderView,
    /// Other members of the own workspace who lose access.
    pub colleagues: u32,
    /// Guests who lose access.
    pub guests: u32,
    /// Their companies, by name.
    pub partners: Vec<String>,
    /// People for whom access is asked, and nobody has decided.
    pub requests: u32,
}

/// A deleted account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedAccountView {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The app it is a login to.
    pub app: String,
    /// The login's user name.
    pub username: String,
    /// When it was deleted.
    pub deleted_at: Moment,
    /// By whom.
    pub deleted_by: String,
    /// Why.
    pub reason: String,
    /// Until when it can be restored.
    pub restorable_until: Moment,
    /// Whether the reader may restore it.
    pub can_restore: bool,
}

/// A page of deleted accounts, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedAccountListView {
    /// The accounts.
    pub accounts: Vec<DeletedAccountView>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// An account that was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Its label.
    pub label: String,
    /// Guests whose access waits until an owner confirms it.
    pub waiting: u32,
}

impl Restored {
    /// What to tell the reader.
    pub fn message(&self) -> String {
        let label = &self.label;
        match self.waiting {
            0 => format!("{label} is restored."),
            1 => format!("{label} is restored. One guest had access to it, which waits until an owner confirms it."),
            guests => {
                format!(
                    "{label} is restored. {guests} guests had access to it, which waits until an owner confirms it."
                )
            }
        }
    }
}

/// A guest whose access to a restored account waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingGuest {
    /// Who it is.
    pub member: PickedMember,
    /// Their company.
    pub workspace: String,
    /// The role they had.
    pub role: super::AccountRole,
    /// When their access ends.
    pub ends_at: Option<Moment>,
}

/// An account that nobody can decide about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerlessAccountView {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The app it is a login to.
    pub app: String,
    /// The login's user name.
    pub username: String,
    /// Those who owned it last, by name.
    pub former_owners: Vec<String>,
}

/// A page of accounts without an owner, by label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerlessListView {
    /// The accounts.
    pub accounts: Vec<OwnerlessAccountView>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// The choice of an owner for an account without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignOwnerView {
    /// The top.
    pub header: AccountHeaderView,
    /// Members to choose from: those who were searched for; at first the reader, and colleagues who use the account.
    pub members: Vec<PickedMember>,
}
