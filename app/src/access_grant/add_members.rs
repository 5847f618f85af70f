//! The page "Add members", on which an account's owner gives colleagues access.

use super::api::add_members_form;
use crate::account::in_address;
use crate::layout::address::Address;
use crate::layout::form::{Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{ButtonLink, Look};
use crate::ui::radio_group::{Choice, RadioGroup};
use crate::ui::text_field::{Checkbox, Said, TextField};
use domain::MemberId;
use domain::access_grant::AddMembersView;
use domain::account::AccountRole;
use domain::member::{MemberSuggestion, PickedMember};
use domain::policy::{Side, roles_for};
use leptos::prelude::*;
use leptos_meta::Title;

/// The endpoint of the form.
const GIVE: &str = "access-grant/give";

/// Looking for members and adding them is one form with two buttons. The search is part of the address, with whoever is
/// ticked; only **Add members** posts.
#[component]
pub fn AddMembersPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    let (page, posted) = (Address::of_page(), Posted::to(GIVE));
    let field = |name: &str| {
        let typed = if posted.is_some() { posted.get(name) } else { page.get(name) };
        typed.unwrap_or_default().to_owned()
    };
    let (typed, role) = (field("typed"), field("role"));
    let ticked = if posted.is_some() { ids(posted.all("members[]")) } else { ids(page.all("members[]")) };
    Suspend::new(async move {
        let form = add_members_form(account, typed.clone(), ticked).await;
        page_or_error(form, |form| view! { <AddMembers form=form typed=typed role=role posted=posted /> })
    })
    .into_any()
}

fn ids<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<MemberId> {
    texts.filter_map(|text| text.parse().ok()).take(domain::access_request::MOST_MEMBERS).collect()
}

#[component]
fn AddMembers(form: AddMembersView, typed: String, role: String, posted: Posted) -> impl IntoView {
    let AddMembersView { header, found, picked } = form;
    let account = header.account;
    let page = format!("/accounts/{account}/add-members");
    let search = page.clone();
    let heading = format!("Add members to {}", header.label);
    let (error, role_error) = (posted.problem("members"), posted.problem("role"));
    let nobody = found.is_empty() && !typed.trim().is_empty();
    view! {
        <Title text=posted.title(&heading) />
        <div class="share-page">
            <h1>{heading}</h1>
            <p class="share-with">"Members of your own company get access at once, and are told."</p>
            <Problems posted=posted />
            <form class="form form-wide" method="get" action=search>
                <input type="hidden" name="account" value=account.to_string() />
                // The form's first button: what Enter in the search box presses.
                <div class="share-search">
                    <TextField name="typed" label="Search members by name or email address" kind="search" value=typed />
                    <button type="submit" class=Look::Plain.class(false)>
                        "Search"
                    </button>
                </div>
                {nobody.then(|| view! { <p class="share-soft" role="status">"No members found"</p> })}
                {(!found.is_empty())
                    .then(|| {
                        view! {
                            <fieldset class="form-set">
                                <legend class="form-legend">"Members found"</legend>
                                <ul class="share-choices" role="list">
                                    {found.into_iter().map(|found| view! { <Found found=found /> }).collect_view()}
                                </ul>
                            </fieldset>
                        }
                    })}
                <fieldset class="form-set" id="members" tabindex="-1" aria-describedby="members-hint">
                    <legend class="form-legend">"Members to get access"</legend>
                    <Said
                        name="members"
                        hint=Some(
                            if picked.is_empty() {
                                "Search for members, and tick those to add."
                            } else {
                                "Untick whom you do not want to add."
                            }
                                .to_owned(),
                        )
                        error=error
                    />
                    {picked.into_iter().map(|picked| view! { <Picked picked=picked /> }).collect_view()}
                </fieldset>
                <RoleChoice chosen=role error=role_error />
                <div class="form-acts">
                    <button
                        type="submit"
                        formmethod="post"
                        formaction=page
                        name="function"
                        value=GIVE
                        class=Look::Primary.class(false)
                    >
                        "Add members"
                    </button>
                    <ButtonLink href=format!("/accounts/{account}/members")>"Cancel"</ButtonLink>
                </div>
            </form>
        </div>
    }
}

#[component]
fn Found(found: MemberSuggestion) -> impl IntoView {
    let MemberSuggestion { member, name, email, blocked } = found;
    view! {
        <li class="share-choice">
            {match blocked {
                Some(blocked) => {
                    view! {
                        <div class="share-choice-shared">
                            <span>{name}</span>
                            <span class="share-soft">{email}</span>
                        </div>
                        <span class="share-soft">{blocked}</span>
                    }
                        .into_any()
                }
                None => view! { <Picked picked=PickedMember { member, name, email } found=true /> }.into_any(),
            }}
        </li>
    }
}

/// A member to tick, and ticked once it was picked.
#[component]
fn Picked(picked: PickedMember, #[prop(optional)] found: bool) -> impl IntoView {
    let PickedMember { member, name, email } = picked;
    view! {
        <Checkbox
            name="members[]"
            id=format!("member-{member}")
            value=member.to_string()
            label=name
            hint=email
            checked=!found
        />
    }
}

#[component]
fn RoleChoice(chosen: String, error: Option<String>) -> impl IntoView {
    let choice = |role: &AccountRole| Choice {
        value: role.word().to_owned(),
        label: role.label().to_owned(),
        hint: role.hint().to_owned(),
        blocked: None,
    };
    let choices = roles_for(Side::Host).iter().map(choice).collect();
    let chosen = if chosen.is_empty() { AccountRole::Collaborator.to_string() } else { chosen };
    view! {
        <RadioGroup id="role" name="role" legend="Role" choices=choices chosen=chosen error=Signal::stored(error) />
    }
}
