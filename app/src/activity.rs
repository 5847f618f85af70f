//! Activity: what happened to an account.

mod account_page;
pub mod api;

pub use account_page::AccountActivityPage;
