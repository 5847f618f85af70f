//! Activity: what happened in the workspace.

use super::ACTIVITY;
use super::api::list_activity;
use super::filter::{FilterForm, fields, filter_in};
use super::row::ActivityTable;
use crate::layout::address::Address;
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error};
use crate::ui::button::Button;
use crate::ui::error_summary::ErrorSummary;
use crate::ui::icon::Drawing;
use crate::wire::Failure;
use domain::activity::{ActivityFilter, ActivityListView};
use domain::{AppError, Problem};
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
            let (list, problems) = match list_activity(filter.clone()).await {
                Err(Failure(AppError::Invalid { problems })) => (Ok(None), problems),
                list => (list.map(Some), Vec::new()),
            };
            page_or_error(list, |list| {
                view! { <Activity list=list problems=problems filter=filter page=page /> }
            })
        })}
    }
}

#[component]
fn Activity(
    /// None when the filter cannot be used as it is.
    list: Option<ActivityListView>,
    problems: Vec<Problem>,
    filter: ActivityFilter,
    page: Address,
) -> impl IntoView {
    let administers = list.as_ref().is_some_and(|list| list.administers);
    let downloads = list.is_some().then(|| view! { <Downloads filter=filter.clone() administers=administers /> });
    let narrows = filter.narrows();
    let summary = (!problems.is_empty()).then(|| {
        let problems = problems.iter().map(|problem| (problem.field.clone(), problem.text.clone())).collect();
        view! { <ErrorSummary problems=problems /> }
    });
    view! {
        <div class="page-head">
            <h1>"Activity"</h1>
            {downloads}
        </div>
        {summary}
        <FilterForm filter=filter problems=problems />
        {list.map(|list| view! { <List list=list narrows=narrows page=page /> })}
    }
}

#[component]
fn List(list: ActivityListView, narrows: bool, page: Address) -> impl IntoView {
    let ActivityListView { rows, next, .. } = list;
    view! {
        <div data-live="activity">
            {match (rows.is_empty(), narrows) {
                (true, true) => {
                    view! {
                        <Empty heading="Nothing found" drawing=Drawing::Search>
                            <p>
                                "Try other words or times, or " <a href=ACTIVITY>"clear the filter"</a>
                                " to see all activity."
                            </p>
                        </Empty>
                    }
                        .into_any()
                }
                (true, false) => {
                    view! {
                        <Empty heading="Nothing has happened yet" drawing=Drawing::Clock>
                            <p>"Log-ins, requests and decisions appear here as they happen."</p>
                        </Empty>
                    }
                        .into_any()
                }
                (false, _) => view! { <ActivityTable caption="Activity".to_owned() rows=rows /> }.into_any(),
            }}
            <Paging page=page next=next />
        </div>
    }
}

/// Posted, because it is recorded.
#[component]
fn Downloads(filter: ActivityFilter, administers: bool) -> impl IntoView {
    let hidden = fields(&filter).into_iter().filter(|(_, value)| !value.is_empty());
    view! {
        <div class="page-acts">
            {administers
                .then(|| {
                    view! {
                        <form method="post" action="/activity/record">
                            <Button>"Download record"</Button>
                        </form>
                    }
                })}
            <form method="post" action="/activity/export">
                {hidden
                    .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                    .collect_view()}
                <Button>"Download CSV"</Button>
            </form>
        </div>
    }
}
