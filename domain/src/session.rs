//! Who is signed in, and what every page shows of it.

use crate::workspace::WorkspaceChoice;
use serde::{Deserialize, Serialize};

/// What a wrong address and a wrong password alike are answered with.
pub const WRONG_CREDENTIALS: &str = "The email address or the password is wrong.";

/// The frame around every signed-in page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameView {
    /// The workspace at work.
    pub workspace: String,
    /// All workspaces of the user, by name.
    pub workspaces: Vec<WorkspaceChoice>,
    /// The member's name.
    pub name: String,
    /// The member's email address.
    pub email: String,
    /// Unread notifications, counted up to a hundred.
    pub unread: u32,
    /// Lines that wait for the member's decision, counted up to a hundred.
    pub waiting: u32,
    /// Where the activity stood when the page was made: a live stream goes on from here.
    pub sequence: i64,
}
