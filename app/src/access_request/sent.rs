//! The tab "Sent" of the Requests page.

use super::api::sent_requests;
use super::tabs::{RequestsHead, Tab};
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::moment::{Ago, Exactly};
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error};
use crate::ui::badge::{Badge, Tone};
use crate::ui::button::{Button, ButtonLink};
use crate::ui::icon::Drawing;
use domain::access_request::{AskedAccount, LineState, RequestState, SentLineView, SentRequestView, SentView};
use domain::{AccessRequestId, AccountId};
use leptos::prelude::*;

/// The reader's own requests, newest first, with what became of each person in them.
#[component]
pub fn SentRequestsPage() -> impl IntoView {
    let page = Address::of_page();
    Suspend::new(async move {
        let sent = sent_requests(page.get("after").map(str::to_owned)).await;
        page_or_error(sent, |sent| view! { <Sent sent=sent page=page /> })
    })
}

#[component]
fn Sent(sent: SentView, page: Address) -> impl IntoView {
    let SentView { requests, next } = sent;
    // Whatever act of this page has failed.
    let posted = use_context::<Posted>().unwrap_or_default();
    view! {
        <RequestsHead tab=Tab::Sent failed=posted.is_some() />
        <Problems posted=posted />
        <div data-live="sent">
            {if requests.is_empty() {
                view! {
                    <Empty heading="You have not requested access" drawing=Drawing::Inbox>
                        <p>
                            "Request access for your teammates on the card of an account that you manage, or extend your
                            own access before it ends. What becomes of it appears here."
                        </p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <ul class="sent-list" role="list">
                        {requests.into_iter().map(|request| view! { <Request request=request /> }).collect_view()}
                    </ul>
                }
                    .into_any()
            }} <Paging page=page next=next />
        </div>
    }
}

#[component]
fn Request(request: SentRequestView) -> impl IntoView {
    let SentRequestView {
        request,
        account: AskedAccount { account, label, app, workspace },
        sees_account,
        asked_at,
        role,
        end,
        reason,
        state,
        suspended,
        lines,
        reminded_at,
        can_remind,
        can_ask_again,
    } = request;
    let heading = format!("request-{request}");
    let named_by = heading.clone();
    let waiting = lines.iter().filter(|line| line.state == LineState::Pending).count();
    let of = if app.is_empty() { workspace } else { format!("{app} · {workspace}") };
    view! {
        <li>
            <article class="sent-request" aria-labelledby=named_by>
                <div class="sent-head">
                    <h2 class="sent-account" id=heading>
                        {if sees_account {
                            view! { <a href=format!("/accounts/{account}")>{label.clone()}</a> }.into_any()
                        } else {
                            label.clone().into_any()
                        }}
                    </h2>
                    <StateBadge state=state />
                </div>
                <p class="sent-facts">
                    {of} " · " {role.label()} ", " {end} " · sent " <Ago at=asked_at />
                    {reminded_at.map(|at| view! { ", reminded " <Ago at=at /> })}
                </p>
                {(!reason.is_empty())
                    .then(|| {
                        view! {
                            <p class="pending-reason">
                                <span class="visually-hidden">"Reason: "</span>
                                {reason}
                            </p>
                        }
                    })}
                {suspended
                    .then(|| {
                        view! {
                            <p class="sent-facts">
                                "The partnership is suspended. The request waits, and its time stands still, until it is
                                resumed."
                            </p>
                        }
                    })}
                <ul class="sent-lines" role="list">
                    {lines.into_iter().map(|line| view! { <Line request=request line=line /> }).collect_view()}
                </ul>
                <Acts
                    request=request
                    account=account
                    label=label
                    waiting=waiting
                    can_remind=can_remind
                    can_ask_again=can_ask_again
                />
            </article>
        </li>
    }
}

/// What can be done with the request as a whole.
#[component]
fn Acts(
    request: AccessRequestId,
    account: AccountId,
    label: String,
    waiting: usize,
    can_remind: bool,
    can_ask_again: bool,
) -> impl IntoView {
    // One for each act.
    let [reminded, withdrawn, asked] = [(); 3].map(|()| format!("about {label}"));
    (waiting > 1 || can_remind || can_ask_again).then(|| {
        view! {
            <div class="sent-acts">
                {can_remind
                    .then(|| {
                        view! {
                            <PostForm function="access-request/remind" class="sent-act">
                                <input type="hidden" name="request" value=request.to_string() />
                                <Button small=true object=reminded>
                                    "Remind"
                                </Button>
                            </PostForm>
                        }
                    })}
                {(waiting > 1)
                    .then(|| {
                        view! {
                            <PostForm function="access-request/withdraw" class="sent-act">
                                <input type="hidden" name="request" value=request.to_string() />
                                <Button small=true object=withdrawn>
                                    "Withdraw all"
                                </Button>
                            </PostForm>
                        }
                    })}
                {can_ask_again
                    .then(|| {
                        view! {
                            <ButtonLink
                                href=format!("/accounts/{account}/request-access?again={request}")
                                small=true
                                object=asked
                            >
                                "Ask again"
                            </ButtonLink>
                        }
                    })}
            </div>
        }
    })
}

#[component]
fn Line(request: AccessRequestId, line: SentLineView) -> impl IntoView {
    let SentLineView { line, name, state, because, decided_by, decided_at, accepted, note } = line;
    let object = format!("{name}'s request");
    let because = because.map(|because| format!("Because {because}."));
    view! {
        <li class="sent-line">
            <div class="sent-line-text">
                <p class="sent-line-who">
                    <strong>{name}</strong>
                    <LineBadge state=state />
                </p>
                {(state != LineState::Pending)
                    .then(|| {
                        view! {
                            <p class="sent-facts">
                                {match decided_by {
                                    Some(by) => view! { "By " <bdi>{by}</bdi> ", " }.into_any(),
                                    None => ().into_any(),
                                }} {decided_at.map(|at| view! { <Exactly at=at /> })}
                                {accepted
                                    .map(|(role, ends_at)| {
                                        view! {
                                            {format!(" · as {}", role.label())}
                                            {ends_at.map(|at| view! { ", until " <Exactly at=at /> })}
                                        }
                                    })}
                            </p>
                        }
                    })}
                {because.map(|because| view! { <p class="sent-facts">{because}</p> })}
                {note
                    .map(|note| {
                        view! {
                            <p class="pending-reason">
                                <span class="visually-hidden">"Note: "</span>
                                {note}
                            </p>
                        }
                    })}
            </div>
            {(state == LineState::Pending)
                .then(|| {
                    view! {
                        <PostForm function="access-request/withdraw" class="sent-act">
                            <input type="hidden" name="request" value=request.to_string() />
                            <input type="hidden" name="line" value=line.to_string() />
                            <Button small=true object=object>
                                "Withdraw"
                            </Button>
                        </PostForm>
                    }
                })}
        </li>
    }
}

#[component]
fn StateBadge(state: RequestState) -> impl IntoView {
    let tone = match state {
        RequestState::Open => Tone::Waiting,
        RequestState::Accepted => Tone::Good,
        RequestState::Declined | RequestState::Mixed | RequestState::Closed => Tone::Plain,
    };
    view! { <Badge tone=tone>{state.label()}</Badge> }
}

#[component]
fn LineBadge(state: LineState) -> impl IntoView {
    let tone = match state {
        LineState::Pending => Tone::Waiting,
        LineState::Accepted => Tone::Good,
        _ => Tone::Plain,
    };
    view! { <Badge tone=tone>{state.label()}</Badge> }
}
