//! A line of activity, the same on its own page and on an account's.

use crate::layout::moment::Ago;
use crate::ui::table::{Cell, Table, or_dash};
use domain::activity::ActivityRow;
use leptos::prelude::*;

const COLUMNS: [&str; 8] = ["Time", "Event", "Account", "App", "Member", "Location", "Operating system", "Device"];

/// What happened, newest first.
#[component]
pub(super) fn ActivityTable(caption: String, rows: Vec<ActivityRow>) -> impl IntoView {
    view! {
        <Table caption=caption columns=&COLUMNS>
            {rows.into_iter().map(|row| view! { <Row row=row /> }).collect_view()}
        </Table>
    }
}

#[component]
fn Row(row: ActivityRow) -> impl IntoView {
    let [time, event, account, app, member, location, os, device] = COLUMNS;
    // As the filter takes it.
    let exact = row.at.format("%Y-%m-%d %H:%M UTC").to_string();
    let by = row.member.unwrap_or_else(|| "By itself".to_owned());
    view! {
        <tr class="table-row" role="row">
            <Cell label=time>
                <Ago at=row.at />
                " "
                <span class="activity-exact">{exact}</span>
            </Cell>
            <Cell label=event>
                <span class="activity-event">{row.event}</span>
                " "
                <span class="activity-sentence">{row.sentence}</span>
            </Cell>
            <Cell label=account>{or_dash(row.account)}</Cell>
            <Cell label=app>{or_dash(row.app)}</Cell>
            <Cell label=member>
                <span class="activity-member">{by}</span>
                " "
                {row.company.map(|company| view! { <span class="activity-company">{company}</span> })}
            </Cell>
            <Cell label=location>{or_dash(row.location)}</Cell>
            <Cell label=os>{or_dash(row.os)}</Cell>
            <Cell label=device>{or_dash(row.device)}</Cell>
        </tr>
    }
}
