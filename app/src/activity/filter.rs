//! What Activity is narrowed down to.

use super::listing::Of;
use crate::layout::address::Address;
use crate::ui::button::Button;
use crate::ui::select::{Choice, Select};
use crate::ui::text_field::TextField;
use domain::Problem;
use domain::activity::{ActivityFilter, EventKind};
use leptos::prelude::*;

/// The filter in the address.
pub(super) fn filter_in(page: &Address) -> ActivityFilter {
    let filter = filter_of(|name| page.get(name).unwrap_or_default().to_owned());
    ActivityFilter { after: page.get("after").map(str::to_owned), ..filter }
}

/// The filter that these fields make, by their names. A word that is not known narrows nothing.
pub fn filter_of(typed: impl Fn(&str) -> String) -> ActivityFilter {
    ActivityFilter {
        from: typed("from"),
        to: typed("to"),
        event: typed("event").parse().ok(),
        account: typed("account"),
        app: typed("app"),
        member: typed("member"),
        after: None,
    }
}

/// The fields by their names, as a form posts them.
pub fn fields(filter: &ActivityFilter) -> [(&'static str, String); 6] {
    [
        ("from", filter.from.clone()),
        ("to", filter.to.clone()),
        ("event", filter.event.map_or_else(String::new, |event| event.to_string())),
        ("account", filter.account.clone()),
        ("app", filter.app.clone()),
        ("member", filter.member.clone()),
    ]
}

#[component]
pub(super) fn FilterForm(of: Of, filter: ActivityFilter, problems: Vec<Problem>) -> impl IntoView {
    let wrong =
        |field: &str| problems.iter().find(|problem| problem.field == field).map(|problem| problem.text.clone());
    let mut events: Vec<Choice> = EventKind::ALL
        .iter()
        .map(|event| Choice::new(event.word(), event.label(), filter.event == Some(*event)))
        .collect();
    events.sort_by(|one, other| one.label.cmp(&other.label));
    events.insert(0, Choice::new("", "All events", false));
    let hint = "2026-11-27 14:05, UTC";
    let of_workspace = matches!(of, Of::Workspace);
    let accounts = of_workspace.then(|| {
        view! {
            <TextField name="account" label="Account" value=filter.account.clone() error=wrong("account") />
            <TextField name="app" label="App" value=filter.app.clone() error=wrong("app") />
        }
    });
    view! {
        <form class="activity-filter" role="search" method="get" action=of.path()>
            <TextField name="from" label="From" hint=hint value=filter.from.clone() error=wrong("from") />
            <TextField name="to" label="To" hint=hint value=filter.to.clone() error=wrong("to") />
            <Select name="event" label="Event" choices=events />
            {accounts}
            <TextField name="member" label="Member" value=filter.member.clone() error=wrong("member") />
            <div class="activity-filter-submit">
                <Button>"Filter"</Button>
            </div>
        </form>
    }
}
