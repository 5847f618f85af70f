//! Notifications: events told to a member.

pub mod api;
mod list;

pub use list::NotificationListPage;
