//! What users say of themselves.

use serde::{Deserialize, Serialize};

/// One's own profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    /// The name that others read.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
}
