//! Server functions of notifications.

use crate::wire::{Failure, Json};
use domain::NotificationId;
use domain::notification::{MailChoicesView, MailDelivery, NotificationListView};
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

/// A member has read one notification.
#[server(prefix = "/api", endpoint = "notification/mark-read", input = PostUrl, output = Json)]
pub async fn mark_read(notification: NotificationId) -> Result<(), Failure> {
    Ok(crate::ssr::ctx()?.mark_notification_read(notification).await?)
}

/// A member sees which mails they get, and how.
#[server(prefix = "/api", endpoint = "notification/mail-choices", input = PostUrl, output = Json)]
pub async fn mail_choices() -> Result<MailChoicesView, Failure> {
    Ok(crate::ssr::ctx()?.mail_choices().await?)
}

/// A member chooses which mails they get, and how. What is not named stays as it is.
#[server(prefix = "/api", endpoint = "notification/choose-mails", input = PostUrl, output = Json)]
pub async fn choose_mails(
    #[server(default)] requests: Option<MailDelivery>,
    #[server(default)] answers: Option<MailDelivery>,
    #[server(default)] access: Option<MailDelivery>,
    #[server(default)] accounts: Option<MailDelivery>,
    #[server(default)] partnerships: Option<MailDelivery>,
    #[server(default)] people: Option<MailDelivery>,
) -> Result<(), Failure> {
    let chosen = [
        (domain::notification::MailTopic::Requests, requests),
        (domain::notification::MailTopic::Answers, answers),
        (domain::notification::MailTopic::Access, access),
        (domain::notification::MailTopic::Accounts, accounts),
        (domain::notification::MailTopic::Partnerships, partnerships),
        (domain::notification::MailTopic::People, people),
    ];
    let chosen: Vec<_> = chosen.into_iter().filter_map(|(topic, delivery)| Some((topic, delivery?))).collect();
    crate::ssr::ctx()?.choose_mails(&chosen).await?;
    crate::ssr::notify(crate::wire::Notice::done("Your choice of mails is saved."));
    Ok(())
}
