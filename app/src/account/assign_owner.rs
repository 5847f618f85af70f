//! Giving an account without an owner one.

use super::api::owner_choices;
use super::header::in_address;
use crate::layout::address::Address;
use crate::layout::{NotFound, page_or_error, title};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextField;
use domain::AccountId;
use domain::account::AssignOwnerView;
use domain::member::PickedMember;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page: a search, and a button for each member found.
#[component]
pub fn AssignOwnerPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    let page = Address::of_page();
    let typed = page.get("search").unwrap_or_default().to_owned();
    view! {
        <Title text=title("Assign owner") />
        {Suspend::new(async move {
            let choices = owner_choices(account, typed.clone()).await;
            page_or_error(choices, |choices| view! { <AssignOwner choices=choices typed=typed /> })
        })}
    }
    .into_any()
}

#[component]
fn AssignOwner(choices: AssignOwnerView, typed: String) -> impl IntoView {
    let AssignOwnerView { header, members } = choices;
    let account = header.account;
    let heading = format!("Assign owner to {}", header.label);
    let found = match (members.is_empty(), typed.trim().is_empty()) {
        (true, _) => "No active member of your workspace is called like this. Try another part of the name or address.",
        (false, true) => "You, and colleagues who use the account. Search for anybody else.",
        (false, false) => "Members found",
    };
    view! {
        <div class="page-head">
            <h1>{heading}</h1>
        </div>
        <p class="account-sentence">
            "The owner decides who has access to the account, and about requests for it. They are told."
        </p>
        <form
            class="form"
            role="search"
            method="get"
            action=format!("/accounts/{account}/assign-owner")
        >
            <TextField
                name="search"
                label="Search members by name or email address"
                kind="search"
                value=typed
            />
            <div class="form-acts">
                <Button>"Search"</Button>
                <ButtonLink href="/accounts/without-owner" look=Look::Quiet>
                    "Cancel"
                </ButtonLink>
            </div>
        </form>
        <p class="account-found" id="members-found">
            {found}
        </p>
        <ul class="pick-list" role="list" aria-labelledby="members-found">
            {members
                .into_iter()
                .map(|member| {
                    view! {
                        <li class="pick-list-entry">
                            <Candidate account=account member=member />
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

#[component]
fn Candidate(account: AccountId, member: PickedMember) -> impl IntoView {
    let PickedMember { member, name, email } = member;
    view! {
        <span class="account-named">
            <span class="account-named-label">{name.clone()}</span>
            <span class="account-named-login">{email}</span>
        </span>
        <form method="post" action="/api/account/assign-owner">
            <input type="hidden" name="account" value=account.to_string() />
            <input type="hidden" name="member" value=member.to_string() />
            <Button small=true object=name>
                "Assign owner"
            </Button>
        </form>
    }
}
