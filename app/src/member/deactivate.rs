//! Putting a member out: what ends with it, before it is done.

use super::api::leaving_member;
use super::{ALL_MEMBERS, in_address};
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use domain::member::LeavingView;
use leptos::prelude::*;
use leptos_meta::Title;

/// Asks once more, and says what will be lost.
#[component]
pub fn DeactivateMemberPage() -> impl IntoView {
    let Some(member) = in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = Posted::to("member/deactivate");
    Suspend::new(async move {
        page_or_error(leaving_member(member).await, |leaving| view! { <Leaving leaving=leaving posted=posted /> })
    })
    .into_any()
}

#[component]
fn Leaving(leaving: LeavingView, posted: Posted) -> impl IntoView {
    let LeavingView { member, name, email, accounts, waiting, asked_for, last_owner_of, last_owner_count, .. } =
        leaving.clone();
    let heading = format!("Deactivate {name}?");
    let hinders = leaving.refused.is_some() || last_owner_count > 0;
    let lost = [
        Some("Every session ends at once, and so does every open page.".to_owned()),
        counted(accounts, "Access to 1 account ends.", |many| format!("Access to {many} accounts ends.")),
        counted(waiting, "1 request for them that waits is cancelled.", |many| {
            format!("{many} requests for them that wait are cancelled.")
        }),
        counted(asked_for, "1 request of theirs for somebody else is cancelled.", |many| {
            format!("Requests of theirs for {many} other people are cancelled.")
        }),
        Some("Reactivating lets them sign in again, and brings none of this back.".to_owned()),
    ];
    view! {
        <Title text=posted.title(&heading) />
        <div class="page-head">
            <h1>{heading}</h1>
        </div>
        <Problems posted=posted />
        <div class="people-leaving">
            <p class="people-soft">{email}</p>
            {leaving.refused.clone().map(|refused| view! { <p class="notice notice-neutral">{refused}</p> })}
            <LastOwner count=last_owner_count accounts=last_owner_of name=name.clone() />
            <h2>"What happens"</h2>
            <ul class="people-lost">
                {lost.into_iter().flatten().map(|line| view! { <li>{line}</li> }).collect_view()}
            </ul>
            <Partnerships leaving=leaving />
            <PostForm function="member/deactivate">
                <input type="hidden" name="member" value=member.to_string() />
                <div class="form-acts">
                    {(!hinders).then(|| view! { <Button look=Look::Danger object=name>"Deactivate"</Button> })}
                    <ButtonLink href=ALL_MEMBERS>{if hinders { "Back to All members" } else { "Cancel" }}</ButtonLink>
                </div>
            </PostForm>
        </div>
    }
}

/// Accounts that would have no Owner.
#[component]
fn LastOwner(count: u32, accounts: Vec<(domain::AccountId, String)>, name: String) -> impl IntoView {
    (count > 0).then(|| {
        let more = count as usize - accounts.len().min(count as usize);
        view! {
            <div class="notice notice-neutral people-hindrance">
                <p>
                    <strong>"Make someone else Owner first. "</strong>
                    {name}
                    " is the last Owner of:"
                </p>
                <ul>
                    {accounts
                        .into_iter()
                        .map(|(account, label)| {
                            view! {
                                <li>
                                    <a href=format!("/accounts/{account}/members")>{label}</a>
                                </li>
                            }
                        })
                        .collect_view()}
                    {(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}
                </ul>
            </div>
        }
    })
}

/// Partnerships that go on without their owner.
#[component]
fn Partnerships(leaving: LeavingView) -> impl IntoView {
    (!leaving.partnerships.is_empty()).then(|| {
        view! {
            <h2>"Partnerships they own"</h2>
            <p>"They go on. The Admins look after them until one of them names another partnership owner."</p>
            <ul class="people-lost">
                {leaving
                    .partnerships
                    .into_iter()
                    .map(|(partnership, partner)| {
                        view! {
                            <li>
                                <a href=format!("/partners/{partnership}")>{partner}</a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        }
    })
}

fn counted(count: u32, one: &str, many: impl FnOnce(u32) -> String) -> Option<String> {
    match count {
        0 => None,
        1 => Some(one.to_owned()),
        count => Some(many(count)),
    }
}
