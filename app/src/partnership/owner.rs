//! Naming another partnership owner.

use super::api::partnership_owner_choices;
use super::header::in_address;
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextField;
use domain::PartnershipId;
use domain::member::PickedMember;
use domain::partnership::PartnershipOwnerView;
use leptos::prelude::*;
use leptos_meta::Title;

const FUNCTION: &str = "partnership/name-owner";

/// A search over the own members, and a button for each that is found.
#[component]
pub fn PartnershipOwnerPage() -> impl IntoView {
    let Some(partnership) = in_address() else { return view! { <NotFound /> }.into_any() };
    let page = Address::of_page();
    let posted = Posted::to(FUNCTION);
    let search = page.get("search").unwrap_or_default().to_owned();
    Suspend::new(async move {
        page_or_error(partnership_owner_choices(partnership, search.clone()).await, |choices| {
            view! { <Owner choices=choices search=search posted=posted /> }
        })
    })
    .into_any()
}

#[component]
fn Owner(choices: PartnershipOwnerView, search: String, posted: Posted) -> impl IntoView {
    let PartnershipOwnerView { header, owner, found } = choices;
    let partnership = header.partnership;
    let heading = "Name partnership owner";
    let said = match (search.trim().is_empty(), found.len()) {
        (true, _) => String::new(),
        (_, 0) => "No other active member of your workspace matches. Try a part of the name or address.".to_owned(),
        (_, 1) => "1 member found".to_owned(),
        (_, count) => format!("{count} members found"),
    };
    let action = format!("/partners/{partnership}/owner");
    view! {
        <Title text=posted.title(&format!("{heading} · {}", header.name)) />
        <div class="page-head">
            <h1>{heading}</h1>
        </div>
        <Problems posted=posted />
        <div class="partner-act-text">
            <p>
                "The partnership with " <strong>{header.name.clone()}</strong> " is looked after by "
                <strong>{owner}</strong> ". Whoever you name can share accounts through it, set its policy and end it."
            </p>
            <form class="form partner-search" method="get" action=action>
                <TextField
                    name="search"
                    label="Search members by name or email address"
                    kind="search"
                    value=search
                />
                <div class="form-acts">
                    <Button>"Search"</Button>
                    <ButtonLink href=format!("/partners/{partnership}") look=Look::Quiet>
                        "Cancel"
                    </ButtonLink>
                </div>
            </form>
            <p role="status">{said}</p>
            <ul class="partner-found" role="list">
                {found
                    .into_iter()
                    .map(|member| view! { <Found partnership=partnership member=member /> })
                    .collect_view()}
            </ul>
        </div>
    }
}

#[component]
fn Found(partnership: PartnershipId, member: PickedMember) -> impl IntoView {
    let PickedMember { member, name, email } = member;
    view! {
        <li class="partner-found-member">
            <div class="partner-text">
                <strong>{name.clone()}</strong>
                <span class="partner-what">{email}</span>
            </div>
            <PostForm function=FUNCTION class="partner-act">
                <input type="hidden" name="partnership" value=partnership.to_string() />
                <input type="hidden" name="member" value=member.to_string() />
                <Button small=true object=format!("of the partnership: {name}")>
                    "Name owner"
                </Button>
            </PostForm>
        </li>
    }
}
