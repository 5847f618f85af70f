//! One's own name and address.

pub mod api;
mod email_page;
mod page;

pub use email_page::EmailChangePage;
pub use page::ProfilePage;
