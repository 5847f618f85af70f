//! The Exposure tab of an account: who could know which version of its password.

use super::api::exposure;
use super::rotation::RotationNotice;
use crate::account::{AccountHeader, Tab, in_address};
use crate::layout::moment::{Ago, Exactly};
use crate::layout::{Empty, NotFound, page_or_error};
use crate::ui::badge::{Badge, Initial, Tone};
use crate::ui::icon::Drawing;
use crate::ui::table::{Cell, NamingCell, Table};
use domain::AccountId;
use domain::credential::{ExposedMember, ExposedVersion, ExposureView, KeptView};
use leptos::prelude::*;

const COLUMNS: [&str; 4] = ["Member", "Role", "Seen", "Access now"];

/// The page.
#[component]
pub fn ExposurePage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    Suspend::new(
        async move { page_or_error(exposure(account).await, |exposure| view! { <Exposure exposure=exposure /> }) },
    )
    .into_any()
}

#[component]
fn Exposure(exposure: ExposureView) -> impl IntoView {
    let ExposureView { header, rotation, may_store, versions, earlier } = exposure;
    let account = header.account;
    let none = versions.is_empty();
    view! {
        <AccountHeader header=header tab=Tab::Exposure />
        {rotation.map(|task| view! { <RotationNotice task=task leads_on=may_store /> })}
        {if none {
            view! { <NeverKept account=account may_store=may_store /> }.into_any()
        } else {
            view! {
                <p class="account-sentence">
                    "Who has stored a password, has had it shown or copied it here, and who could have. Whoever could log in could
                    also have learned it in another way."
                </p>
                {versions.into_iter().map(|version| view! { <Version version=version /> }).collect_view()}
                {earlier
                    .then(|| {
                        view! {
                            <p class="secrets-text">
                                "Earlier versions are not shown. Who was handed one stands under Activity."
                            </p>
                        }
                    })}
            }
                .into_any()
        }}
    }
}

#[component]
fn NeverKept(account: AccountId, may_store: bool) -> impl IntoView {
    view! {
        <Empty heading="No password was ever kept" drawing=Drawing::Key>
            <p>
                "So nobody can have learned one here."
                {may_store
                    .then(|| {
                        view! {
                            " "
                            <a href=format!("/accounts/{account}/secrets")>"Store a password"</a>
                        }
                    })}
            </p>
        </Empty>
    }
}

#[component]
fn Version(version: ExposedVersion) -> impl IntoView {
    let ExposedVersion { kept, until, people, others } = version;
    let KeptView { version, set_at, set_by } = kept;
    let id = format!("version-{version}");
    let labelled_by = id.clone();
    let heading =
        if until.is_none() { format!("Current password, version {version}") } else { format!("Version {version}") };
    view! {
        <section class="secrets-part exposure-version" aria-labelledby=labelled_by>
            <h2 id=id>{heading}</h2>
            <p class="secrets-text">
                "Stored by " {set_by} ", kept since " <Exactly at=set_at />
                {until.map(|until| view! { " until " <Exactly at=until /> })} "."
            </p>
            {if people.is_empty() {
                view! { <p class="secrets-text">"Nobody else could have learned it."</p> }.into_any()
            } else {
                view! {
                    <Table caption=format!("Who could know version {version}") columns=&COLUMNS>
                        {people.into_iter().map(|member| view! { <Row member=member /> }).collect_view()}
                    </Table>
                    {(others > 0).then(|| view! { <p class="secrets-text">{more(others)}</p> })}
                }
                    .into_any()
            }}
        </section>
    }
}

#[component]
fn Row(member: ExposedMember) -> impl IntoView {
    let knows = member.knows();
    let ExposedMember { name, badge, role, stored, seen_at, times, has_access } = member;
    let [_, role_column, seen, access] = COLUMNS;
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                <div class="member">
                    {badge.map(|badge| view! { <Initial letter=badge.initial() name=badge.name /> })}
                    <span class="member-name">{name}</span>
                </div>
            </NamingCell>
            <Cell label=role_column>{role.label()}</Cell>
            <Cell label=seen>
                {stored.then_some("Stored it")} {(stored && seen_at.is_some()).then_some(", seen ")}
                {seen_at.map(|at| view! { {how_often(times, stored)} ", last " <Ago at=at /> })}
                {(!knows).then(|| view! { <span class="member-soft">"Could have learned it"</span> })}
            </Cell>
            <Cell label=access>
                {if has_access {
                    view! { <Badge tone=Tone::Good>"Yes"</Badge> }.into_any()
                } else {
                    view! { <Badge>"No"</Badge> }.into_any()
                }}
            </Cell>
        </tr>
    }
}

/// How often something was seen, at the start of a sentence or inside it.
fn how_often(times: u32, inside: bool) -> String {
    match times {
        1 if inside => "once".to_owned(),
        1 => "Once".to_owned(),
        times => format!("{times} times"),
    }
}

/// The people who are not in the table.
fn more(others: u32) -> String {
    match others {
        1 => "One more person could have learned it.".to_owned(),
        others => format!("{others} more people could have learned it."),
    }
}
