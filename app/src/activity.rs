//! Activity: what happened, in the workspace and to an account.

mod account_page;
pub mod api;
mod filter;
mod page;
mod row;

pub use account_page::AccountActivityPage;
pub use page::ActivityPage;

/// Where all of it is shown.
const ACTIVITY: &str = "/activity";
