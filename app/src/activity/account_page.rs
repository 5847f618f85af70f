//! The Activity tab of an account.

use super::api::account_activity;
use super::filter::filter_in;
use super::listing::{Downloads, Listing, Loaded, Of};
use crate::account::{AccountHeader, Tab, api::account_general, in_address};
use crate::layout::address::Address;
use crate::layout::{NotFound, page_or_error};
use domain::account::AccountHeaderView;
use domain::activity::ActivityFilter;
use leptos::prelude::*;

/// What happened to the account, as far as the reader may see it, newest first. What it is narrowed down to is part of the
/// address.
#[component]
pub fn AccountActivityPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    let page = Address::of_page();
    let filter = ActivityFilter { account: String::new(), app: String::new(), ..filter_in(&page) };
    Suspend::new(async move {
        let loaded = match account_general(account).await {
            Ok(general) => {
                let activity = Loaded::of(account_activity(account, filter.clone()).await);
                activity.map(|activity| (general.header, activity))
            }
            Err(failure) => Err(failure),
        };
        page_or_error(loaded, |(header, loaded)| {
            view! { <Activity header=header loaded=loaded filter=filter page=page /> }
        })
    })
    .into_any()
}

#[component]
fn Activity(header: AccountHeaderView, loaded: Loaded, filter: ActivityFilter, page: Address) -> impl IntoView {
    let of = Of::Account(header.account, header.label.clone());
    let downloads = loaded.list().map(|_| {
        view! {
            <div class="activity-acts">
                <Downloads of=of.clone() filter=filter.clone() />
            </div>
        }
        .into_any()
    });
    view! {
        <AccountHeader header=header tab=Tab::Activity />
        <Listing of=of loaded=loaded filter=filter page=page acts=downloads />
    }
}
