//! All accounts.

use super::api::list_accounts;
use super::card::AccountCard;
use super::filter::FilterForm;
use crate::access_request::RequestAccessDialog;
use crate::credential::LogInPanel;
use crate::layout::address::Address;
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error, title};
use crate::ui::button::{ButtonLink, Look};
use crate::ui::icon::Drawing;
use domain::account::{AccountFilter, AccountListView};
use domain::text::thousands;
use leptos::prelude::*;
use leptos_meta::Title;

/// The accounts of a member. What the list is narrowed down to is part of the address.
#[component]
pub fn AccountListPage() -> impl IntoView {
    let page = Address::of_page();
    let filter = super::filter::in_address(&page);
    view! {
        <Title text=title("All accounts") />
        {Suspend::new(async move {
            let list = list_accounts(filter.clone()).await;
            page_or_error(list, |list| view! { <AccountList list=list filter=filter page=page /> })
        })}
    }
}

#[component]
fn AccountList(list: AccountListView, filter: AccountFilter, page: Address) -> impl IntoView {
    let AccountListView { cards, next, workspaces, without_owner, passwords_to_change } = list;
    let nothing_to_filter = cards.is_empty() && !filter.narrows() && filter.after.is_none();
    let empty = cards.is_empty().then(|| view! { <NoAccounts narrowed=!nothing_to_filter /> });
    view! {
        <div class="page-head">
            <h1>"All accounts"</h1>
            <div class="page-acts">
                <ButtonLink href="/accounts/import">"Import accounts"</ButtonLink>
                <ButtonLink href="/accounts/new" look=Look::Primary>
                    "Add account"
                </ButtonLink>
            </div>
        </div>
        <div data-live="accounts">
            {(without_owner > 0).then(|| view! { <WithoutOwner count=without_owner /> })}
            {(passwords_to_change > 0).then(|| view! { <PasswordsToChange count=passwords_to_change /> })}
            {(!nothing_to_filter).then(|| view! { <FilterForm filter=filter workspaces=workspaces /> })}
            {empty}
            <ul class="account-list" role="list">
                {cards
                    .into_iter()
                    .map(|card| {
                        view! {
                            <li>
                                <AccountCard card=card />
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            <Paging page=page next=next />
        </div>
        <p class="account-list-more">
            <a href="/accounts/deleted">"Deleted accounts"</a>
        </p>
        <RequestAccessDialog />
        <LogInPanel />
    }
}

/// Leads those who can assign an owner to the accounts that have none.
#[component]
fn WithoutOwner(count: u32) -> impl IntoView {
    let told = match count {
        1 => "1 account has no owner: nobody can decide about it.".to_owned(),
        count => format!("{} accounts have no owner: nobody can decide about them.", thousands(count as usize)),
    };
    view! {
        <div class="notice notice-neutral account-list-told">
            <div class="notice-body">
                <p class="notice-text">{told}</p>
                <p>
                    <a href="/accounts/without-owner">"Accounts without an owner"</a>
                </p>
            </div>
        </div>
    }
}

/// Leads owners to the passwords that somebody knows who has lost access.
#[component]
fn PasswordsToChange(count: u32) -> impl IntoView {
    let told = match count {
        1 => "1 password is to be changed: somebody who has seen it has lost access.".to_owned(),
        count => {
            format!(
                "{} passwords are to be changed: somebody who has seen them has lost access.",
                thousands(count as usize)
            )
        }
    };
    view! {
        <div class="notice notice-neutral account-list-told">
            <div class="notice-body">
                <p class="notice-text">{told}</p>
                <p>
                    <a href="/accounts/passwords-to-change">"Passwords to change"</a>
                </p>
            </div>
        </div>
    }
}

#[component]
fn NoAccounts(narrowed: bool) -> impl IntoView {
    if narrowed {
        view! {
            <Empty heading="No account found" drawing=Drawing::Search>
                <p>
                    "Try other words or filters, or " <a href="/accounts">"clear the search"</a>
                    " to see all your accounts."
                </p>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty heading="You have no accounts yet" drawing=Drawing::Key>
                <p>
                    "Ask an owner of the account, or your company's account manager, to give you access. The account
                    appears here as soon as they have. You can also add an account of your company yourself."
                </p>
            </Empty>
        }
        .into_any()
    }
}
