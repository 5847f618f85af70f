//! Passwords to change, because somebody who has seen them has lost access.

use super::api::rotation_tasks;
use crate::layout::address::Address;
use crate::layout::moment::Ago;
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error, title};
use crate::ui::button::ButtonLink;
use crate::ui::icon::Drawing;
use crate::ui::table::{Cell, NamingCell, Table};
use domain::credential::{RotationListView, RotationTaskView};
use leptos::prelude::*;
use leptos_meta::Title;

const COLUMNS: [&str; 4] = ["Account", "Who has lost access", "Since", "Change"];

/// What to do about the password of one account.
#[component]
pub(super) fn RotationNotice(
    /// What to do.
    task: RotationTaskView,
    /// Whether it leads to where a new one is stored.
    #[prop(optional)]
    leads_on: bool,
) -> impl IntoView {
    let RotationTaskView { account, leavers, .. } = task;
    view! {
        <div class="notice notice-neutral secrets-told">
            <div class="notice-body">
                <p class="notice-text">{told(&leavers)}</p>
                {leads_on
                    .then(|| {
                        view! {
                            <p>
                                <a href=format!("/accounts/{account}/secrets")>"Store a new password"</a>
                            </p>
                        }
                    })}
            </div>
        </div>
    }
}

/// Who has seen it, and what follows.
fn told(leavers: &[String]) -> String {
    let seen = match leavers {
        [] => "somebody who has seen it has lost access".to_owned(),
        [one] => format!("{one} has seen it and has lost access"),
        [first @ .., last] => format!("{} and {last} have seen it and have lost access", first.join(", ")),
    };
    format!("Change this password: {seen}. Sessions that the site itself holds may live on: end them there, too.")
}

/// Every account of which the reader has to change the password.
#[component]
pub fn RotationListPage() -> impl IntoView {
    let page = Address::of_page();
    view! {
        <Title text=title("Passwords to change") />
        {Suspend::new(async move {
            let list = rotation_tasks(page.get("after").map(str::to_owned)).await;
            page_or_error(list, |list| view! { <RotationList list=list page=page /> })
        })}
    }
}

#[component]
fn RotationList(list: RotationListView, page: Address) -> impl IntoView {
    let RotationListView { tasks, next } = list;
    view! {
        <div class="page-head">
            <h1>"Passwords to change"</h1>
        </div>
        <div data-live="passwords-to-change">
            {if tasks.is_empty() {
                view! {
                    <Empty heading="No password is to be changed" drawing=Drawing::Check>
                        <p>
                            "Nobody who has seen a password of your accounts has lost access since it was stored. "
                            <a href="/accounts">"Go to All accounts"</a>
                        </p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <p class="account-sentence">
                        "Somebody has seen these passwords and has lost access since. Change each at the app itself, end the
                        sessions that it still holds, and store the new password here."
                    </p>
                    <Table caption="Passwords to change".to_owned() columns=&COLUMNS>
                        {tasks.into_iter().map(|task| view! { <Row task=task /> }).collect_view()}
                    </Table>
                }
                    .into_any()
            }} <Paging page=page next=next />
        </div>
    }
}

#[component]
fn Row(task: RotationTaskView) -> impl IntoView {
    let RotationTaskView { account, label, app, opened_at, leavers } = task;
    let [_, who, since, change] = COLUMNS;
    let object = format!("for {label}");
    let named = object.clone();
    let who_left = if leavers.is_empty() { "Whoever had lost it has it again".to_owned() } else { leavers.join(", ") };
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                <div class="account-named">
                    <a class="account-named-label" href=format!("/accounts/{account}")>
                        {label}
                    </a>
                    <span class="account-named-login">{app}</span>
                </div>
            </NamingCell>
            <Cell label=who>
                {who_left}
                <p>
                    <a href=format!("/accounts/{account}/exposure")>
                        "Who else could know it" <span class="visually-hidden">" " {named}</span>
                    </a>
                </p>
            </Cell>
            <Cell label=since>
                <Ago at=opened_at />
            </Cell>
            <Cell label=change>
                <ButtonLink href=format!("/accounts/{account}/secrets") small=true object=object>
                    "Store a new password"
                </ButtonLink>
            </Cell>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_seen_it_is_told_in_one_sentence() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(told(&names(&["Ben"])).starts_with("Change this password: Ben has seen it and has lost access."));
        assert!(
            told(&names(&["Ann", "Ben", "Chloé"])).contains("Ann, Ben and Chloé have seen it and have lost access.")
        );
    }
}
