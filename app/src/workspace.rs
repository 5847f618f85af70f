//! Workspaces: how they begin, their name, and who they belong to.

pub mod api;
mod found;
mod hand_over;
mod set_up;
mod settings;

pub use found::FoundWorkspacePage;
pub use hand_over::HandOverPage;
pub use set_up::SetUpPage;
pub use settings::WorkspaceSettingsPage;
