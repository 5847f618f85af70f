//! Notifications: events told to a member.

use crate::{Moment, NotificationId};
use serde::{Deserialize, Serialize};

/// One notification in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationView {
    /// The notification.
    pub id: NotificationId,
    /// When the event happened.
    pub at: Moment,
    /// What happened, in a sentence.
    pub sentence: String,
    /// A note of the decider, when there is one.
    pub note: Option<String>,
    /// The page about it, on this site.
    pub link: String,
    /// Not read yet.
    pub unread: bool,
}

/// A page of notifications, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationListView {
    /// The notifications.
    pub notifications: Vec<NotificationView>,
    /// The member's newest event, or zero: all up to it can be marked as read.
    pub newest: i64,
    /// Where the next page starts.
    pub next: Option<String>,
}
