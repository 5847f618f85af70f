//! Activity: what happened in the workspace.

use super::api::list_activity;
use super::filter::filter_in;
use super::listing::{Downloads, Listing, Loaded, Of};
use crate::layout::address::Address;
use crate::layout::page_or_error;
use crate::ui::copy_button::CopyButton;
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
    let key = loaded.list().and_then(|list| list.record_key.clone());
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
        {key.map(|key| view! { <CheckRecord key=key /> })}
    }
}

/// What the record that an Admin can download is good for.
#[component]
fn CheckRecord(
    /// The key that verifies it.
    key: String,
) -> impl IntoView {
    let command = format!("latchkey verify-activity --export activity-record.jsonl --activity-key {key}");
    view! {
        <section class="activity-check">
            <h2>"Check the record"</h2>
            <p>
                "“Download record” gives you everything that concerns your company, sealed. If anything of it is changed, left out "
                "or added afterwards, this command finds it and says where, on any machine that has the program Latchkey:"
            </p>
            <p class="activity-check-command">
                <code>{command.clone()}</code>
                " "
                <CopyButton value=command what="the command".to_owned() />
            </p>
            <p>"Keep the key that it ends with in a place of your own: a record is checked against it."</p>
        </section>
    }
}
