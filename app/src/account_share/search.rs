//! The search above a partner's accounts and members.

use crate::layout::address::Address;
use crate::ui::button::Button;
use crate::ui::text_field::TextField;
use leptos::prelude::*;

/// Part of the address, so that what was found can be kept and Back works.
#[component]
pub(super) fn Search(page: Address, label: &'static str) -> impl IntoView {
    let typed = page.get("search").unwrap_or_default().to_owned();
    let path = page.path().to_owned();
    let clear = (!typed.is_empty()).then(|| view! { <a href=path.clone()>"Clear the search"</a> });
    view! {
        <form class="share-search" role="search" method="get" action=path>
            <TextField name="search" label=label kind="search" value=typed />
            <Button>"Search"</Button>
            {clear}
        </form>
    }
}
