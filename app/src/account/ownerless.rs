//! Accounts without an owner, for the Admins of their workspace.

use super::api::accounts_without_owner;
use crate::layout::address::Address;
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error, title};
use crate::ui::button::ButtonLink;
use crate::ui::icon::Drawing;
use crate::ui::table::{Cell, NamingCell, Table};
use domain::account::{OwnerlessAccountView, OwnerlessListView};
use leptos::prelude::*;
use leptos_meta::Title;

const COLUMNS: [&str; 3] = ["Account", "Owned before by", "New owner"];

/// The page.
#[component]
pub fn OwnerlessListPage() -> impl IntoView {
    let page = Address::of_page();
    view! {
        <Title text=title("Accounts without an owner") />
        {Suspend::new(async move {
            let list = accounts_without_owner(page.get("after").map(str::to_owned)).await;
            page_or_error(list, |list| view! { <OwnerlessList list=list page=page /> })
        })}
    }
}

#[component]
fn OwnerlessList(list: OwnerlessListView, page: Address) -> impl IntoView {
    let OwnerlessListView { accounts, next } = list;
    view! {
        <div class="page-head">
            <h1>"Accounts without an owner"</h1>
        </div>
        <div data-live="accounts-without-owner">
            {if accounts.is_empty() {
                view! {
                    <Empty heading="Every account has an owner" drawing=Drawing::Check>
                        <p>
                            "There is nothing to do. " <a href="/accounts">"Go to All accounts"</a>
                        </p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <p class="account-sentence">
                        "None of the owners of these accounts is an active member any more. Until you assign an owner, requests
                        for them are decided by your workspace's Admins."
                    </p>
                    <Table caption="Accounts without an owner".to_owned() columns=&COLUMNS>
                        {accounts.into_iter().map(|account| view! { <Row account=account /> }).collect_view()}
                    </Table>
                }
                    .into_any()
            }} <Paging page=page next=next />
        </div>
    }
}

#[component]
fn Row(account: OwnerlessAccountView) -> impl IntoView {
    let OwnerlessAccountView { account, label, app, username, former_owners } = account;
    let [_, before, new] = COLUMNS;
    let object = format!("to {label}");
    let login = if username.is_empty() { app } else { format!("{app} · {username}") };
    let owners = if former_owners.is_empty() { "–".to_owned() } else { former_owners.join(", ") };
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                <div class="account-named">
                    <a class="account-named-label" href=format!("/accounts/{account}")>
                        {label}
                    </a>
                    <span class="account-named-login">{login}</span>
                </div>
            </NamingCell>
            <Cell label=before>{owners}</Cell>
            <Cell label=new>
                <ButtonLink href=format!("/accounts/{account}/assign-owner") small=true object=object>
                    "Assign owner"
                </ButtonLink>
            </Cell>
        </tr>
    }
}
