//! Accounts: the list of cards, the account's page, and the way to its login.

pub mod api;
mod card;
mod filter;
mod general;
mod header;
mod list;
mod log_in;

pub use general::AccountGeneralPage;
pub use header::{AccountHeader, Tab, in_address};
pub use list::AccountListPage;
pub use log_in::LogInPage;
