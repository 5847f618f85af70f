//! The partners that an account is shared with, on its Members tab.

use super::stop::ShareActs;
use crate::layout::moment::Exactly;
use crate::ui::badge::{Badge, Tone};
use crate::ui::table::{Cell, NamingCell, Table};
use domain::account_share::AccountShareView;
use leptos::prelude::*;

mod column {
    pub(super) const ROLE: &str = "Highest role";
    pub(super) const PEOPLE: &str = "People with access";
    pub(super) const ACTS: &str = "Sharing";
    pub(super) const ALL: [&str; 4] = ["Partner", ROLE, PEOPLE, ACTS];
}

/// Nothing when it is shared with nobody.
#[component]
pub fn SharedWith(
    /// The account's label.
    label: String,
    /// The shares.
    shares: Vec<AccountShareView>,
) -> impl IntoView {
    (!shares.is_empty()).then(|| {
        view! {
            <section class="shared-with">
                <h2>"Shared with"</h2>
                <Table caption=format!("Partners {label} is shared with") columns=&column::ALL>
                    {shares.into_iter().map(|share| view! { <Row share=share /> }).collect_view()}
                </Table>
            </section>
        }
    })
}

#[component]
fn Row(share: AccountShareView) -> impl IntoView {
    let partner = share.partner.clone();
    let href = share.sees_partnership.then(|| format!("/partners/{}", share.partnership));
    let (role, object) = (share.highest_role.label(), format!("with {partner}"));
    let state = share.clone();
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                {match href {
                    Some(href) => view! { <a href=href>{partner}</a> }.into_any(),
                    None => view! { <span class="share-partner">{partner}</span> }.into_any(),
                }}
            </NamingCell>
            <Cell label=column::ROLE>{role}</Cell>
            <Cell label=column::PEOPLE>
                <ShareState share=state />
            </Cell>
            <Cell label=column::ACTS>
                <ShareActs share=share object=object />
            </Cell>
        </tr>
    }
}

/// How many have access, until when, and what hinders them.
#[component]
pub(super) fn ShareState(share: AccountShareView) -> impl IntoView {
    let people = match (share.people, share.waiting) {
        (0, 0) => view! { <p class="share-nobody">"Nobody has access any more"</p> }.into_any(),
        (0, _) => view! { <p>"Nobody yet"</p> }.into_any(),
        (1, _) => view! { <p>"1 person"</p> }.into_any(),
        (people, _) => view! { <p>{format!("{people} people")}</p> }.into_any(),
    };
    let unconfirmed = match share.waiting {
        0 => None,
        1 => Some("1 person waits for an owner to confirm".to_owned()),
        waiting => Some(format!("{waiting} people wait for an owner to confirm")),
    };
    let waiting = match share.pending {
        0 => None,
        1 => Some("1 request waits".to_owned()),
        pending => Some(format!("{pending} requests wait")),
    };
    view! {
        {people}
        {unconfirmed.map(|unconfirmed| view! { <p class="share-soft">{unconfirmed}</p> })}
        {waiting.map(|waiting| view! { <p class="share-soft">{waiting}</p> })}
        {share
            .ends_at
            .map(|at| {
                view! {
                    <p class="share-soft">"Ends " <Exactly at=at /></p>
                }
            })}
        {share.suspended.then(|| view! { <Badge tone=Tone::Waiting>"Suspended"</Badge> })}
    }
}
