//! Who is signed in, and what every page shows of it.

use crate::second_factor::SecondFactorView;
use crate::workspace::WorkspaceChoice;
use crate::{Moment, SessionId};
use serde::{Deserialize, Serialize};

/// What a wrong address and a wrong password alike are answered with.
pub const WRONG_CREDENTIALS: &str = "The email address or the password is wrong.";

/// How a user signs in, and where they are signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityView {
    /// The address to sign in with.
    pub email: String,
    /// The second factors.
    pub second_factors: SecondFactorView,
    /// The sessions, the latest use first.
    pub sessions: Vec<SessionView>,
}

/// A browser that somebody is signed in with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// The session; nothing for one from before sessions had a name.
    pub session: Option<SessionId>,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Browser and system in words; empty when nothing is known.
    pub browser: String,
    /// The network at sign-in.
    pub network: String,
    /// When it began.
    pub began_at: Moment,
    /// When it was last used.
    pub last_seen_at: Moment,
}

/// Whose password a link sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetPasswordView {
    /// The address to sign in with.
    pub email: String,
}

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
    /// Whether there is a live stream for the reader: not before they have the second factor that their workspace asks for.
    pub live: bool,
}
