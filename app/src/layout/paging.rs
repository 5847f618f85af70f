//! The way through a list that comes in pages, each with an address of its own.

use super::address::Address;
use crate::ui::pager::Pager;
use leptos::prelude::*;

/// Links to the first page of the list and to the next one. What else the address asks for stays.
#[component]
pub fn Paging(
    /// The address of the page. Its `after` says where the list goes on.
    page: Address,
    /// The `after` of the next page, unless this is the last.
    next: Option<String>,
) -> impl IntoView {
    let first = page.get("after").is_some().then(|| page.with("after", None));
    let next = next.map(|next| page.with("after", Some(&next)));
    view! { <Pager first=first next=next /> }
}
