//! Server functions of notifications.

use crate::wire::{Failure, Json};
use domain::notification::NotificationListView;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// A member's notifications, newest first.
#[server(prefix = "/api", endpoint = "notification/list", input = PostUrl, output = Json)]
pub async fn list_notifications(#[server(default)] after: Option<String>) -> Result<NotificationListView, Failure> {
    Ok(crate::ssr::ctx()?.notifications(after.as_deref()).await?)
}

/// A member has read all notifications up to an event, which is the newest that the page has shown.
#[server(prefix = "/api", endpoint = "notification/mark-all-read", input = PostUrl, output = Json)]
pub async fn mark_all_read(up_to: i64) -> Result<(), Failure> {
    crate::ssr::ctx()?.mark_notifications_read(up_to).await?;
    crate::ssr::notify(crate::wire::Notice::done("All notifications are marked as read."));
    Ok(())
}
