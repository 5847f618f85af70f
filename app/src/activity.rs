//! Activity: what happened, in the workspace and to an account.

mod account_page;
pub mod api;
mod filter;
mod listing;
mod page;
mod row;

pub use account_page::AccountActivityPage;
pub use filter::{fields, filter_of};
pub use page::ActivityPage;
