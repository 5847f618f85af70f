//! Passwords: changed, forgotten, set anew.

pub mod api;
mod change;
mod forgot_page;
mod reset_page;

pub use change::ChangePassword;
pub use forgot_page::ForgotPasswordPage;
pub use reset_page::ResetPasswordPage;
