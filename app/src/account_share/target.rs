//! The page "Share", on which an account's owner chooses with whom.

use super::api::share_partners;
use super::share::sharing;
use crate::account::in_address;
use crate::layout::{NotFound, page_or_error, title};
use crate::ui::badge::{Badge, Tone};
use crate::ui::button::{ButtonLink, Look};
use domain::AccountId;
use domain::account_share::{ShareAccountView, SharePartnerView};
use leptos::prelude::*;
use leptos_meta::Title;

/// Colleagues on one side, partners on the other.
#[component]
pub fn ShareAccountPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    Suspend::new(
        async move { page_or_error(share_partners(account).await, |view| view! { <ShareAccount view=view /> }) },
    )
    .into_any()
}

#[component]
fn ShareAccount(view: ShareAccountView) -> impl IntoView {
    let ShareAccountView { account, label, partners } = view;
    let heading = format!("Share {label}");
    view! {
        <Title text=title(&heading) />
        <div class="share-page">
            <h1>{heading}</h1>
            <section class="share-target">
                <h2>"With members of your company"</h2>
                <p class="share-soft">"As Owner, who decides about the account, or as Collaborator, who logs in."</p>
                <ButtonLink href=format!("/accounts/{account}/add-members")>"Add members"</ButtonLink>
            </section>
            <section class="share-target">
                <h2>"With a partner"</h2>
                {if partners.is_empty() {
                    view! {
                        <p class="share-soft">
                            "You look after no active partnership. Ask an Admin of your company, or add a partner on the "
                            <a href="/partners">"Partners"</a> " page."
                        </p>
                    }
                        .into_any()
                } else {
                    view! {
                        <ul class="share-choices" role="list">
                            {partners
                                .into_iter()
                                .map(|partner| view! { <Partner account=account partner=partner /> })
                                .collect_view()}
                        </ul>
                    }
                        .into_any()
                }}
            </section>
            <p>
                <a href=format!("/accounts/{account}/members")>"See who has access"</a>
            </p>
        </div>
    }
}

#[component]
fn Partner(account: AccountId, partner: SharePartnerView) -> impl IntoView {
    let SharePartnerView { partnership, partner, shared } = partner;
    view! {
        <li class="share-choice">
            <span class="share-partner">{partner.clone()}</span>
            {if shared {
                view! { <Badge tone=Tone::Good>"Shared already"</Badge> }.into_any()
            } else {
                view! {
                    <ButtonLink
                        href=sharing(account, partnership)
                        look=Look::Primary
                        small=true
                        object=format!("with {partner}")
                    >
                        "Share"
                    </ButtonLink>
                }
                    .into_any()
            }}
        </li>
    }
}
