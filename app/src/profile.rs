//! One's own name and address.

pub mod api;
mod page;

pub use page::ProfilePage;
