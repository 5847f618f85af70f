//! The Activity tab of an account.

use super::api::account_activity;
use super::row::ActivityTable;
use crate::account::{AccountHeader, Tab, api::account_general, in_address};
use crate::layout::address::Address;
use crate::layout::paging::Paging;
use crate::layout::{Empty, NotFound, page_or_error};
use crate::ui::icon::Drawing;
use domain::account::AccountHeaderView;
use domain::activity::ActivityListView;
use leptos::prelude::*;

/// What happened to the account, as far as the reader may see it, newest first.
#[component]
pub fn AccountActivityPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    let page = Address::of_page();
    Suspend::new(async move {
        let loaded = match account_general(account).await {
            Ok(general) => {
                let activity = account_activity(account, page.get("after").map(str::to_owned)).await;
                activity.map(|activity| (general.header, activity))
            }
            Err(failure) => Err(failure),
        };
        page_or_error(loaded, |(header, activity)| {
            view! { <Activity header=header activity=activity page=page /> }
        })
    })
    .into_any()
}

#[component]
fn Activity(header: AccountHeaderView, activity: ActivityListView, page: Address) -> impl IntoView {
    let ActivityListView { rows, next, .. } = activity;
    let caption = format!("Activity of {}", header.label);
    view! {
        <AccountHeader header=header tab=Tab::Activity />
        <div data-live="activity">
            {if rows.is_empty() {
                view! {
                    <Empty heading="Nothing has happened yet" drawing=Drawing::Clock>
                        <p>"Log-ins, requests and decisions appear here as they happen."</p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! { <ActivityTable caption=caption rows=rows /> }
                    .into_any()
            }}
            <Paging page=page next=next />
        </div>
    }
}
