//! A line of a request that waits for an owner.

use super::decide::Decide;
use super::member_row::Person;
use super::members::column;
use crate::layout::moment::Ago;
use crate::ui::badge::{Badge, Tone};
use crate::ui::table::{Cell, NamingCell};
use domain::AccountId;
use domain::access_request::PendingLineView;
use leptos::prelude::*;

#[component]
pub(super) fn PendingRow(account: AccountId, line: PendingLineView, marked: bool) -> impl IntoView {
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
    } = line;
    let name = member.name.clone();
    let class = if marked { "table-row member-row table-row-marked" } else { "table-row member-row pending-row" };
    view! {
        <tr class=class role="row" id=format!("line-{line}")>
            <NamingCell>
                <Person member=member workspace=workspace />
            </NamingCell>
            <Cell label=column::ROLE>
                <p>{role.label()}</p>
                <p class="member-soft">{format!("Access: {end}")}</p>
            </Cell>
            // It has not been used yet: the room of that column is for the reason.
            <Cell label=column::VIA columns=2>
                <div class="pending-asked">
                    <p>"Request by " <bdi>{requester}</bdi> ", " <Ago at=asked_at /></p>
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
            <Cell label=column::STATUS>
                <div class="decide">
                    <Badge tone=Tone::Waiting>"Pending"</Badge>
                    {match (decide, blocked) {
                        (_, Some(blocked)) => view! { <p class="member-soft">{blocked}</p> }.into_any(),
                        (Some(choices), None) => {
                            view! {
                                <Decide
                                    account=account
                                    line=line
                                    request=format!("{name}'s request")
                                    role=role
                                    choices=choices
                                />
                            }
                                .into_any()
                        }
                        (None, None) => ().into_any(),
                    }}
                </div>
            </Cell>
        </tr>
    }
}
