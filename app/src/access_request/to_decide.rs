//! The tab "To decide" of the Requests page.

use super::api::requests_to_decide;
use super::tabs::{RequestsHead, Tab};
use crate::access_grant::{Decide, Person};
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::moment::Ago;
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error};
use crate::ui::button::Look;
use crate::ui::icon::Drawing;
use crate::ui::select_all::SelectAll;
use crate::ui::table::{Cell, NamingCell, Table};
use crate::ui::text_field::TextArea;
use domain::access_request::{AskedAccount, LineToDecideView, PendingLineView, ToDecideView};
use leptos::prelude::*;

/// The server function that the selection is for.
const DECIDE_SELECTED: &str = "access-request/decide-selected";
/// The form whose boxes stand in the rows.
const SELECTION: &str = "selection";

/// The columns: each cell carries the heading of its own.
mod column {
    pub(super) const ACCOUNT: &str = "Account";
    pub(super) const ASKED: &str = "Asked for";
    pub(super) const REQUEST: &str = "Request";
    pub(super) const DECISION: &str = "Decision";
    pub(super) const ALL: [&str; 5] = ["Member", ACCOUNT, ASKED, REQUEST, DECISION];
}

/// Lines that wait for the reader, over all accounts where they decide, oldest first.
#[component]
pub fn RequestsToDecidePage() -> impl IntoView {
    let page = Address::of_page();
    Suspend::new(async move {
        let waiting = requests_to_decide(page.get("after").map(str::to_owned)).await;
        page_or_error(waiting, |waiting| view! { <ToDecide waiting=waiting page=page /> })
    })
}

#[component]
fn ToDecide(waiting: ToDecideView, page: Address) -> impl IntoView {
    let ToDecideView { lines, next } = waiting;
    let posted = Posted::to(DECIDE_SELECTED);
    let selectable = lines.iter().filter(|line| line.pending.decide.is_some()).count();
    let selected: Vec<String> = posted.all("lines[]").map(str::to_owned).collect();
    let note = posted.or("note", "");
    view! {
        <RequestsHead tab=Tab::ToDecide failed=posted.is_some() />
        <Problems posted=posted />
        <div data-live="to-decide">
            {if lines.is_empty() {
                view! {
                    <Empty heading="Nothing waits for you" drawing=Drawing::Inbox>
                        <p>"Requests for access to accounts that you own appear here, the oldest first."</p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    {(selectable > 1)
                        .then(|| view! { <SelectAll form=SELECTION.to_owned() what="requests".to_owned() /> })}
                    <Table caption="Requests to decide".to_owned() columns=&column::ALL>
                        {lines
                            .into_iter()
                            .map(|line| {
                                let selected = selected.contains(&line.pending.line.to_string());
                                view! { <Row line=line selected=selected /> }
                            })
                            .collect_view()}
                    </Table>
                    {(selectable > 0).then(|| view! { <Selection note=note /> })}
                }
                    .into_any()
            }} <Paging page=page next=next />
        </div>
    }
}

#[component]
fn Row(line: LineToDecideView, selected: bool) -> impl IntoView {
    let LineToDecideView { account, pending } = line;
    let AskedAccount { account, label, app, .. } = account;
    let PendingLineView {
        line,
        member,
        workspace,
        role,
        end,
        requester,
        asked_at,
        reason,
        declined_before,
        decide,
        blocked,
    } = pending;
    let request = format!("{}'s request for {label}", member.name);
    let box_label = format!("Select {request}");
    let selectable = decide.is_some();
    view! {
        <tr class="table-row" role="row" id=format!("line-{line}")>
            <NamingCell>
                <div class="selectable">
                    {selectable
                        .then(|| {
                            view! {
                                <input
                                    class="checkbox-input"
                                    type="checkbox"
                                    name="lines[]"
                                    value=line.to_string()
                                    form=SELECTION
                                    checked=selected
                                    aria-label=box_label
                                />
                            }
                        })} <Person member=member workspace=workspace />
                </div>
            </NamingCell>
            <Cell label=column::ACCOUNT>
                <p>
                    <a href=format!("/accounts/{account}/members?line={line}#line-{line}")>{label}</a>
                </p>
                <p class="member-soft">{app}</p>
            </Cell>
            <Cell label=column::ASKED>
                <p>{role.label()}</p>
                <p class="member-soft">{format!("Access: {end}")}</p>
            </Cell>
            <Cell label=column::REQUEST>
                <div class="pending-asked">
                    <p>"By " <bdi>{requester}</bdi> ", " <Ago at=asked_at /></p>
                    {(!reason.is_empty())
                        .then(|| {
                            view! {
                                <p class="pending-reason">
                                    <span class="visually-hidden">"Reason: "</span>
                                    {reason}
                                </p>
                            }
                        })}
                    {declined_before.map(|declined| view! { <p class="member-soft">{declined}</p> })}
                </div>
            </Cell>
            <Cell label=column::DECISION>
                <div class="decide">
                    {match (decide, blocked) {
                        (Some(choices), None) => {
                            view! { <Decide account=account line=line request=request role=role choices=choices /> }
                                .into_any()
                        }
                        (_, blocked) => view! { <p class="member-soft">{blocked}</p> }.into_any(),
                    }}
                </div>
            </Cell>
        </tr>
    }
}

/// What is done with all that are selected. Each is answered for itself.
#[component]
fn Selection(
    /// What was typed before.
    note: String,
) -> impl IntoView {
    view! {
        <section class="selection" aria-labelledby="selection-heading">
            <h2 class="selection-heading" id="selection-heading">
                "Selected requests"
            </h2>
            <PostForm function=DECIDE_SELECTED id=SELECTION class="form selection-form">
                <TextArea
                    name="note"
                    label="Note to the requesters (optional)"
                    hint="They read it with each request that you decline. At most 1,000 characters."
                    value=note
                    rows=2
                />
                <div class="form-acts">
                    <button type="submit" class=Look::Primary.class(false) name="decision" value="accept">
                        "Accept selected"
                    </button>
                    <button type="submit" class=Look::Plain.class(false) name="decision" value="decline">
                        "Decline selected"
                    </button>
                </div>
            </PostForm>
        </section>
    }
}
