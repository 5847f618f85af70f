//! Accounts: the list of cards, the account's page, and the way to its login.

pub mod api;
mod assign_owner;
mod card;
mod delete;
mod deleted;
mod fields;
mod filter;
mod general;
mod header;
pub mod import;
mod list;
mod log_in;
mod new;
mod ownerless;
mod settings;

pub use assign_owner::AssignOwnerPage;
pub use delete::DeleteAccountPage;
pub use deleted::DeletedAccountListPage;
pub use general::AccountGeneralPage;
pub use header::{AccountHeader, Tab, in_address};
pub use import::ImportAccountsPage;
pub use list::AccountListPage;
pub use log_in::LogInPage;
pub use new::AddAccountPage;
pub use ownerless::OwnerlessListPage;
pub use settings::AccountSettingsPage;
