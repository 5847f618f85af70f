//! Notifications: events told to a member.

pub mod api;
mod choice;
mod list;

pub use choice::MailChoicePage;
pub use list::NotificationListPage;
