//! Credentials: the secrets of an account, as those see them who use them and those who keep them.
//!
//! No page holds a secret but the one that shows it on demand, for half a minute. An island asks for one when a button is
//! pressed, and forgets it again.

pub mod api;
mod ask;
mod exposure;
mod field;
mod general;
mod generator;
mod handout;
mod history;
mod keep;
mod log_in_panel;
mod new_password;
mod rotation;
mod secret_buttons;
mod secrets;
mod show_password;
mod shown_once;

pub use exposure::ExposurePage;
pub use general::{CredentialDetails, CredentialProblems};
pub use history::PasswordHistoryPage;
pub use log_in_panel::LogInPanel;
pub use new_password::NewPassword;
pub use rotation::RotationListPage;
pub use secrets::SecretsPage;
pub use show_password::ShowPasswordPage;
