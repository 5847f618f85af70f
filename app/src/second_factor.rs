//! What proves who somebody is beside their password.

pub mod api;
mod code_page;
mod part;
mod rule_page;

pub use code_page::OneTimeCodePage;
pub use part::{RecoveryCodeList, SecondFactors};
pub use rule_page::SignInRulePage;
