//! What users say of themselves.

use serde::{Deserialize, Serialize};

/// A change of the address to sign in with, as a link asks about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailChangeView {
    /// The address until now.
    pub old: String,
    /// The new one.
    pub new: String,
    /// Which of the two is asked.
    pub step: EmailChangeStep,
}

/// Which address is asked whether it agrees to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmailChangeStep {
    /// The old one, first.
    Old,
    /// The new one, with which the change is made.
    New,
}

/// One's own profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    /// The name that others read.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// Whether the user has proven a moment ago who they are.
    pub confirmed: bool,
}
