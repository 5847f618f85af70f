//! What All members is narrowed down to.

use super::ALL_MEMBERS;
use crate::layout::address::Address;
use crate::ui::button::Button;
use crate::ui::select::{Choice, Select};
use crate::ui::text_field::TextField;
use domain::member::{MemberFilter, MemberStatus};
use domain::workspace::WorkspaceRole;
use leptos::prelude::*;

/// The filter in the address. A word that is not known narrows nothing.
pub(super) fn filter_in(page: &Address) -> MemberFilter {
    MemberFilter {
        search: page.get("search").unwrap_or_default().to_owned(),
        role: page.get("role").and_then(|word| word.parse().ok()),
        status: page.get("status").and_then(|word| word.parse().ok()),
        after: page.get("after").map(str::to_owned),
    }
}

#[component]
pub(super) fn FilterForm(filter: MemberFilter) -> impl IntoView {
    let roles =
        WorkspaceRole::ALL.iter().map(|role| Choice::new(role.word(), role.label(), filter.role == Some(*role)));
    let roles = any("All roles").chain(roles).collect();
    let statuses = MemberStatus::ALL
        .iter()
        .map(|status| Choice::new(status.word(), status.label(), filter.status == Some(*status)));
    let statuses = any("All").chain(statuses).collect();
    view! {
        <form class="people-filter" role="search" method="get" action=ALL_MEMBERS>
            <TextField name="search" label="Search members" kind="search" value=filter.search />
            <Select name="role" label="Role" choices=roles />
            <Select name="status" label="Status" choices=statuses />
            <div class="people-filter-submit">
                <Button>"Search"</Button>
            </div>
        </form>
    }
}

fn any(label: &'static str) -> impl Iterator<Item = Choice> {
    std::iter::once(Choice::new("", label, false))
}
