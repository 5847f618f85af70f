//! A list of activity with what narrows it down, the same on its own page and on an account's.

use super::filter::{FilterForm, fields};
use super::row::ActivityTable;
use crate::layout::Empty;
use crate::layout::address::Address;
use crate::layout::paging::Paging;
use crate::ui::button::Button;
use crate::ui::error_summary::ErrorSummary;
use crate::ui::icon::Drawing;
use crate::wire::Failure;
use domain::activity::{ActivityFilter, ActivityListView};
use domain::{AccountId, AppError, Problem};
use leptos::prelude::*;

/// What the activity is of.
#[derive(Clone)]
pub(super) enum Of {
    /// The reader's workspace.
    Workspace,
    /// An account, by its label.
    Account(AccountId, String),
}

impl Of {
    /// The page that shows it.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Workspace => "/activity".to_owned(),
            Self::Account(account, _) => format!("/accounts/{account}/activity"),
        }
    }

    fn caption(&self) -> String {
        match self {
            Self::Workspace => "Activity".to_owned(),
            Self::Account(_, label) => format!("Activity of {label}"),
        }
    }

    /// What the page's stream of changes is asked for.
    fn watched(&self) -> String {
        match self {
            Self::Workspace => "all".to_owned(),
            Self::Account(account, _) => account.to_string(),
        }
    }
}

/// A page of activity, or what is wrong with the filter.
#[derive(Clone)]
pub(super) struct Loaded(Result<ActivityListView, Vec<Problem>>);

impl Loaded {
    /// Sorts out of an answer what the page tells beside the filter.
    pub(super) fn of(answer: Result<ActivityListView, Failure>) -> Result<Self, Failure> {
        match answer {
            Ok(list) => Ok(Self(Ok(list))),
            Err(Failure(AppError::Invalid { problems })) => Ok(Self(Err(problems))),
            Err(failure) => Err(failure),
        }
    }

    /// The page, if there is one.
    pub(super) fn list(&self) -> Option<&ActivityListView> {
        self.0.as_ref().ok()
    }
}

/// What narrows it down, and the events.
#[component]
pub(super) fn Listing(
    of: Of,
    loaded: Loaded,
    filter: ActivityFilter,
    page: Address,
    /// What stands between the two.
    #[prop(optional_no_strip)]
    acts: Option<AnyView>,
) -> impl IntoView {
    let narrows = filter.narrows();
    let (list, problems) = match loaded.0 {
        Ok(list) => (Some(list), Vec::new()),
        Err(problems) => (None, problems),
    };
    let summary = (!problems.is_empty()).then(|| {
        let problems = problems.iter().map(|problem| (problem.field.clone(), problem.text.clone())).collect();
        view! { <ErrorSummary problems=problems /> }
    });
    view! {
        {summary}
        <FilterForm of=of.clone() filter=filter problems=problems />
        {acts}
        {list.map(|list| view! { <List of=of list=list narrows=narrows page=page /> })}
    }
}

#[component]
fn List(of: Of, list: ActivityListView, narrows: bool, page: Address) -> impl IntoView {
    let ActivityListView { rows, next, .. } = list;
    // What is new comes to the first page.
    let watched = page.get("after").is_none().then(|| of.watched());
    view! {
        <div data-live="activity" data-watched=watched>
            {match (rows.is_empty(), narrows) {
                (true, true) => {
                    view! {
                        <Empty heading="Nothing found" drawing=Drawing::Search>
                            <p>
                                "Try other words or times, or " <a href=of.path()>"clear the filter"</a>
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
                (false, _) => view! { <ActivityTable caption=of.caption() rows=rows /> }.into_any(),
            }}
            <Paging page=page next=next />
        </div>
    }
}

/// Posted, because it is recorded.
#[component]
pub(super) fn Downloads(
    of: Of,
    filter: ActivityFilter,
    /// Whether the company's record can be downloaded, too.
    #[prop(optional)]
    record: bool,
) -> impl IntoView {
    let hidden = fields(&filter).into_iter().filter(|(_, value)| !value.is_empty());
    view! {
        <div class="page-acts">
            {record
                .then(|| {
                    view! {
                        <form method="post" action="/activity/record">
                            <Button>"Download record"</Button>
                        </form>
                    }
                })}
            <form method="post" action=format!("{}/export", of.path())>
                {hidden
                    .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                    .collect_view()}
                <Button>"Download CSV"</Button>
            </form>
        </div>
    }
}
