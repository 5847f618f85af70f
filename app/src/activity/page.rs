//! Activity: what happened in the workspace.

use super::api::list_activity;
use super::filter::filter_in;
use super::listing::{Downloads, Listing, Loaded, Of};
use crate::layout::address::Address;
use crate::layout::page_or_error;
use domain::activity::ActivityFilter;
use leptos::prelude::*;
use leptos_meta::Title;

/// What happened, as far as the reader may see it, newest first. What it is narrowed down to is part of the address.
#[component]
pub fn ActivityPage() -> impl IntoView {
    let page = Address::of_page();
    let filter = filter_in(&page);
    view! {
        <Title text="Activity" />
        {Suspend::new(async move {
            let loaded = Loaded::of(list_activity(filter.clone()).await);
            page_or_error(loaded, |loaded| view! { <Activity loaded=loaded filter=filter page=page /> })
        })}
    }
}

#[component]
fn Activity(loaded: Loaded, filter: ActivityFilter, page: Address) -> impl IntoView {
    let downloads = loaded.list().map(|list| {
        let administers = list.administers;
        view! { <Downloads of=Of::Workspace filter=filter.clone() record=administers /> }
    });
    view! {
        <div class="page-head">
            <h1>"Activity"</h1>
            {downloads}
        </div>
        <Listing of=Of::Workspace loaded=loaded filter=filter page=page />
    }
}
