//! The page "Share accounts": accounts, role and people, end of access.

use super::api::share_form;
use super::draft::{SHARE, ShareDraft, Step, page_of};
use super::people::{People, RoleChoice};
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::partnership::header::in_address;
use crate::ui::badge::{Badge, Tone};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::error_summary::ErrorSummary;
use crate::ui::select::{Choice, Select};
use crate::ui::text_field::{Checkbox, Said, TextField, described_by};
use domain::account::AccountRole;
use domain::account_share::{ShareAccountsView, ShareableAccountView, share_end_choices};
use domain::{MemberId, PartnershipId};
use leptos::prelude::*;
use leptos_meta::Title;

/// Its three steps are one address each. What was chosen in one stays in the address of the next.
#[component]
pub fn ShareAccountsPage() -> impl IntoView {
    let Some(partnership) = in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = Posted::to(SHARE);
    let draft = ShareDraft::of(&Address::of_page(), &posted);
    Suspend::new(async move {
        let form = share_form(partnership, draft.accounts.clone(), draft.search.clone(), draft.after.clone()).await;
        page_or_error(form, |form| view! { <Steps form=form draft=draft posted=posted /> })
    })
    .into_any()
}

#[component]
fn Steps(form: ShareAccountsView, mut draft: ShareDraft, posted: Posted) -> impl IntoView {
    // What is not the reader's to share, or is shared by now, is no longer chosen.
    draft.accounts = form.chosen.iter().filter(|chosen| !chosen.shared).map(|chosen| chosen.account).collect();
    let (step, missing) = draft.shown();
    let failed = if missing.is_some() || posted.is_some() { "Error: " } else { "" };
    let partner = form.partner.clone();
    let content = match step {
        Step::Accounts => view! { <Accounts form=form draft=draft error=missing /> }.into_any(),
        Step::People => view! { <RoleAndPeople form=form draft=draft error=missing /> }.into_any(),
        Step::End => view! { <End form=form draft=draft posted=posted /> }.into_any(),
    };
    view! {
        <Title text=crate::layout::title(&format!("{failed}Share accounts: {}", step.label())) />
        <div class="share-page">
            <h1>"Share accounts"</h1>
            <p class="share-with">"With " <strong>{partner}</strong></p>
            <ol class="share-steps" aria-label="Steps">
                {Step::ALL
                    .into_iter()
                    .map(|each| {
                        view! {
                            <li class="share-step" aria-current=(each == step).then_some("step")>
                                {each.label()}
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
            {content}
        </div>
    }
}

/// What was chosen in other steps.
#[component]
fn Carried(draft: ShareDraft, step: Step) -> impl IntoView {
    let fields = draft.carried(step).into_iter();
    fields.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()
}

/// What is missing in the step.
#[component]
fn Missing(field: &'static str, error: Option<&'static str>) -> impl IntoView {
    error.map(|error| view! { <ErrorSummary problems=vec![(field.to_owned(), error.to_owned())] /> })
}

#[component]
fn Accounts(form: ShareAccountsView, draft: ShareDraft, error: Option<&'static str>) -> impl IntoView {
    let ShareAccountsView { partnership, chosen, found, next, .. } = form;
    let chosen: Vec<ShareableAccountView> = chosen.into_iter().filter(|account| !account.shared).collect();
    let nothing = found.is_empty().then_some(if draft.search.trim().is_empty() && draft.after.is_none() {
        "You own no further accounts. Only an owner of an account can share it."
    } else {
        "No account found. Try other words."
    });
    let search = draft.search.clone();
    view! {
        <Missing field="accounts" error=error />
        <form class="form form-wide" method="get" action=page_of(partnership)>
            <Carried draft=draft step=Step::Accounts />
            // The form's first button: what Enter in the search box presses.
            <div class="share-search">
                <TextField name="search" label="Search accounts" kind="search" value=search />
                <button type="submit" name="step" value=Step::Accounts.word() class=Look::Plain.class(false)>
                    "Search"
                </button>
            </div>
            {(!chosen.is_empty())
                .then(|| {
                    view! {
                        <fieldset class="form-set">
                            <legend class="form-legend">"Chosen accounts"</legend>
                            <AccountChoices accounts=chosen checked=true />
                        </fieldset>
                    }
                })}
            <fieldset class="form-set" id="accounts" tabindex="-1" aria-describedby=error.map(|_| "accounts-error")>
                <legend class="form-legend">"Accounts you own"</legend>
                <Said name="accounts" hint=None error=error.map(str::to_owned) />
                {nothing.map(|nothing| view! { <p class="share-soft">{nothing}</p> })}
                <AccountChoices accounts=found checked=false />
            </fieldset>
            {next
                .map(|next| {
                    view! {
                        <button type="submit" name="after" value=next class=Look::Plain.class(true)>
                            "More accounts"
                        </button>
                    }
                })}
            <div class="form-acts">
                <button type="submit" name="step" value=Step::People.word() class=Look::Primary.class(false)>
                    "Continue"
                </button>
                <ButtonLink href=format!("/partners/{partnership}")>"Cancel"</ButtonLink>
            </div>
        </form>
    }
}

#[component]
fn AccountChoices(accounts: Vec<ShareableAccountView>, checked: bool) -> impl IntoView {
    (!accounts.is_empty()).then(|| {
        view! {
            <ul class="share-choices" role="list">
                {accounts.into_iter().map(|account| view! { <AccountChoice account=account checked=checked /> }).collect_view()}
            </ul>
        }
    })
}

/// An account to tick. What is shared already says so instead.
#[component]
fn AccountChoice(account: ShareableAccountView, checked: bool) -> impl IntoView {
    let ShareableAccountView { account, label, app, username, shared } = account;
    let of = if username.is_empty() { app } else { format!("{app} · {username}") };
    view! {
        <li class="share-choice">
            {if shared {
                view! {
                    <div class="share-choice-shared">
                        <span>{label}</span>
                        <span class="share-soft">{of}</span>
                    </div>
                    <Badge tone=Tone::Good>"Shared already"</Badge>
                }
                    .into_any()
            } else {
                view! {
                    <Checkbox
                        name="accounts[]"
                        id=format!("account-{account}")
                        value=account.to_string()
                        label=label
                        hint=of
                        checked=checked
                    />
                }
                    .into_any()
            }}
        </li>
    }
}

#[component]
fn RoleAndPeople(form: ShareAccountsView, draft: ShareDraft, error: Option<&'static str>) -> impl IntoView {
    let ShareAccountsView { partnership, partner, people, highest_role, .. } = form;
    let (highest, role, members) = (draft.highest_role, draft.role, draft.members.clone());
    view! {
        <Missing field="members" error=error />
        <form class="form form-wide" method="get" action=page_of(partnership)>
            <Carried draft=draft step=Step::People />
            <input type="hidden" name="people" value="1" />
            <RoleChoice
                name="highest_role"
                legend="Highest role that the company's people can have"
                chosen=highest
                highest=highest_role
                error=None
            />
            <People partner=partner people=people chosen=members error=error.map(str::to_owned) />
            <RoleChoice name="role" legend="Their role" chosen=role.or(highest) highest=highest_role error=None />
            <div class="form-acts">
                <button type="submit" name="step" value=Step::End.word() class=Look::Primary.class(false)>
                    "Continue"
                </button>
                <button type="submit" name="step" value=Step::Accounts.word() class=Look::Plain.class(false)>
                    "Back"
                </button>
            </div>
        </form>
    }
}

#[component]
fn End(form: ShareAccountsView, draft: ShareDraft, posted: Posted) -> impl IntoView {
    let partnership = form.partnership;
    let chosen_end = draft.access_end.clone();
    let ends = share_end_choices().into_iter();
    let ends = ends.map(|end| Choice::new(end.value.clone(), end.label, end.value == chosen_end)).collect();
    let date = draft.access_end_date.clone();
    let (end_error, date_error) = (posted.problem("access_end"), posted.problem("access_end_date"));
    let first_day = form.first_day.clone();
    let carried = draft.clone();
    view! {
        <Problems posted=posted />
        <Summary form=form draft=draft />
        <PostForm function=SHARE class="form form-wide">
            <input type="hidden" name="partnership" value=partnership.to_string() />
            <Carried draft=carried step=Step::End />
            <Select
                name="access_end"
                label="Access ends"
                hint="At its end everybody of the company loses access, and the accounts are no longer shared."
                error=end_error
                choices=ends
            />
            <LastDay value=date first_day=first_day error=date_error />
            <div class="form-acts">
                <Button look=Look::Primary>"Share accounts"</Button>
                <button
                    type="submit"
                    formmethod="get"
                    formaction=page_of(partnership)
                    name="step"
                    value=Step::People.word()
                    class=Look::Plain.class(false)
                >
                    "Back"
                </button>
            </div>
        </PostForm>
    }
}

#[component]
fn LastDay(value: String, first_day: String, error: Option<String>) -> impl IntoView {
    const NAME: &str = "access_end_date";
    let hint = "A day entered here counts instead of the choice above. Access ends at midnight (UTC) after it.";
    let described_by = described_by(NAME, true, error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="field-label" for=NAME>
                "Last day of access (optional)"
            </label>
            <Said name=NAME hint=Some(hint.to_owned()) error=error />
            <input
                class="control"
                type="date"
                id=NAME
                name=NAME
                value=value
                min=first_day
                aria-describedby=described_by
                aria-invalid=invalid
            />
        </div>
    }
}

/// What is shared, each with the way back to its step. A problem with one of them leads there.
#[component]
fn Summary(form: ShareAccountsView, draft: ShareDraft) -> impl IntoView {
    let partnership = form.partnership;
    let labels: Vec<String> =
        form.chosen.iter().filter(|chosen| !chosen.shared).map(|chosen| chosen.label.clone()).collect();
    let picked = |member: &MemberId| form.people.iter().find(|person| person.member == *member);
    let members = draft.members.clone().unwrap_or_default();
    let names: Vec<String> = members.iter().filter_map(picked).map(|person| person.name.clone()).collect();
    let role = |role: Option<AccountRole>| role.map_or("", AccountRole::label).to_owned();
    let rows = [
        ("accounts", "Accounts", labels, Step::Accounts),
        ("highest_role", "Highest role", vec![role(draft.highest_role)], Step::People),
        ("members", "People", names, Step::People),
        ("role", "Their role", vec![role(draft.role)], Step::People),
    ];
    view! {
        <dl class="share-summary">
            {rows
                .into_iter()
                .map(|(id, name, values, step)| {
                    let href = draft.address(partnership, step);
                    view! { <SummaryRow id=id name=name values=values href=href /> }
                })
                .collect_view()}
        </dl>
    }
}

#[component]
fn SummaryRow(id: &'static str, name: &'static str, values: Vec<String>, href: String) -> impl IntoView {
    view! {
        <div class="share-summary-row">
            <dt>{name}</dt>
            {values.into_iter().map(|value| view! { <dd>{value}</dd> }).collect_view()}
            <dd class="share-summary-act">
                <a id=id href=href>
                    "Change"
                    <span class="visually-hidden">{format!(" {}", name.to_lowercase())}</span>
                </a>
            </dd>
        </div>
    }
}

/// The address of the page for a partner, with this account chosen.
pub(super) fn sharing(account: domain::AccountId, partnership: PartnershipId) -> String {
    ShareDraft { accounts: vec![account], ..ShareDraft::default() }.address(partnership, Step::Accounts)
}
