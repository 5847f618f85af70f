//! What All accounts is narrowed down to, and how it is ordered.

use crate::layout::address::Address;
use crate::ui::button::Button;
use crate::ui::select::{Choice, Select};
use crate::ui::text_field::TextField;
use domain::WorkspaceId;
use domain::account::{AccountFilter, AccountRole, AccountSort};
use leptos::prelude::*;

/// The filter in the address. A word that is not known narrows nothing.
pub(super) fn in_address(page: &Address) -> AccountFilter {
    AccountFilter {
        search: page.get("search").unwrap_or_default().to_owned(),
        workspace: page.get("workspace").and_then(|id| id.parse().ok()),
        role: page.get("role").and_then(|word| word.parse().ok()),
        sort: page.get("sort").and_then(|word| word.parse().ok()),
        after: page.get("after").map(str::to_owned),
    }
}

#[component]
pub(super) fn FilterForm(filter: AccountFilter, workspaces: Vec<(WorkspaceId, String)>) -> impl IntoView {
    let workspace = (workspaces.len() > 1 || filter.workspace.is_some()).then(|| {
        let chosen =
            workspaces.into_iter().map(|(id, name)| Choice::new(id.to_string(), name, filter.workspace == Some(id)));
        let choices = any("All workspaces").chain(chosen).collect();
        view! { <Select name="workspace" label="Workspace" choices=choices /> }
    });
    let roles = AccountRole::ALL.iter().map(|role| Choice::new(role.word(), role.label(), filter.role == Some(*role)));
    let roles = any("All roles").chain(roles).collect();
    let by_last_use = filter.sort == Some(AccountSort::LastUse);
    let orders = vec![
        Choice::new(AccountSort::Name.word(), "Name", !by_last_use),
        Choice::new(AccountSort::LastUse.word(), "Last use", by_last_use),
    ];
    view! {
        <form class="account-filter" role="search" method="get" action="/accounts">
            <TextField name="search" label="Search accounts" kind="search" value=filter.search />
            {workspace}
            <Select name="role" label="Role" choices=roles />
            <Select name="sort" label="Sort by" choices=orders />
            <div class="account-filter-submit">
                <Button>"Search"</Button>
            </div>
        </form>
    }
}

fn any(label: &'static str) -> impl Iterator<Item = Choice> {
    std::iter::once(Choice::new("", label, false))
}
