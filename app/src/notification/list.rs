//! A member's notifications.

use super::api::list_notifications;
use crate::layout::address::Address;
use crate::layout::moment::Ago;
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error, title};
use crate::ui::badge::{Badge, Tone};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::icon::Drawing;
use domain::notification::{NotificationListView, NotificationView};
use leptos::prelude::*;
use leptos_meta::Title;

/// Notifications, newest first.
#[component]
pub fn NotificationListPage() -> impl IntoView {
    let page = Address::of_page();
    view! {
        <Title text=title("Notifications") />
        {Suspend::new(async move {
            let list = list_notifications(page.get("after").map(str::to_owned)).await;
            page_or_error(list, |list| view! { <NotificationList list=list page=page /> })
        })}
    }
}

#[component]
fn NotificationList(list: NotificationListView, page: Address) -> impl IntoView {
    let NotificationListView { notifications, newest, next } = list;
    let any_unread = notifications.iter().any(|notification| notification.unread);
    view! {
        <div data-live="notifications">
            <div class="page-head">
                <h1>"Notifications"</h1>
                <div class="page-acts">
                    <ButtonLink href="/settings/notifications" look=Look::Quiet>
                        "Choose mails"
                    </ButtonLink>
                {any_unread
                    .then(|| {
                        view! {
                            <form method="post" action="/api/notification/mark-all-read">
                                <input type="hidden" name="up_to" value=newest />
                                <Button>"Mark all as read"</Button>
                            </form>
                        }
                    })}
                </div>
            </div>
            {if notifications.is_empty() {
                view! {
                    <Empty heading="No notifications" drawing=Drawing::Bell>
                        <p>"Requests for your accounts, and the answers to yours, appear here."</p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <ul class="notification-list" role="list">
                        {notifications
                            .into_iter()
                            .map(|notification| view! { <Notification notification=notification /> })
                            .collect_view()}
                    </ul>
                }
                    .into_any()
            }}
            <Paging page=page next=next />
        </div>
    }
}

#[component]
fn Notification(notification: NotificationView) -> impl IntoView {
    let NotificationView { id, at, sentence, note, link, unread } = notification;
    let object = sentence.clone();
    view! {
        <li class=if unread { "notification notification-unread" } else { "notification" }>
            <a class="notification-link" href=link>
                {sentence}
            </a>
            {note
                .map(|note| {
                    view! {
                        <p class="notification-note">
                            <span class="visually-hidden">"Note: "</span>
                            {note}
                        </p>
                    }
                })}
            <p class="notification-when">
                <Ago at=at />
                {unread.then(|| view! { <Badge tone=Tone::Accent>"Unread"</Badge> })}
            </p>
            {unread
                .then(|| {
                    view! {
                        <form class="notification-act" method="post" action="/api/notification/mark-read">
                            <input type="hidden" name="notification" value=id.to_string() />
                            <Button look=Look::Quiet small=true object=format!(": {object}")>
                                "Mark as read"
                            </Button>
                        </form>
                    }
                })}
        </li>
    }
}
