//! An account as a card.

use crate::layout::moment::{Ago, Exactly};
use crate::ui::app_mark::AppMark;
use crate::ui::badge::{Badge, Initial, Tone};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::icon::{Drawing, Icon};
use domain::AccountId;
use domain::account::{AccountCardView, AccountRole, LastUse};
use domain::workspace::WorkspaceBadge;
use leptos::prelude::*;

/// The card, named by the account's label.
#[component]
pub(super) fn AccountCard(card: AccountCardView) -> impl IntoView {
    let AccountCardView { account, label, app, username, role, ends_at, badge, last_use, can_log_in } = card;
    let name_id = format!("account-{account}");
    let named_by = name_id.clone();
    let can_extend = badge.is_some() && ends_at.is_some();
    let log_in = can_log_in.then(|| label.clone());
    view! {
        <article class="account-card" aria-labelledby=named_by>
            <div class="account-card-body">
                <Mark app=app.clone() badge=badge />
                <div class="account-card-text">
                    <p class="account-card-app">{app}</p>
                    <h2 class="account-card-label">
                        <a id=name_id href=format!("/accounts/{account}")>
                            {label}
                        </a>
                    </h2>
                    <p class="account-card-username">{username}</p>
                    <p class="account-card-badges">
                        <RoleBadge role=role />
                        {ends_at
                            .map(|ends_at| {
                                view! {
                                    <Badge tone=Tone::Waiting>
                                        <span>"Ends " <Exactly at=ends_at /></span>
                                    </Badge>
                                }
                            })}
                    </p>
                </div>
            </div>
            <div class="account-card-foot">
                <p class="account-card-use">
                    <Used last_use=last_use />
                </p>
                <Acts account=account role=role log_in=log_in can_extend=can_extend />
            </div>
        </article>
    }
}

/// The app's mark; for an account of another workspace with that workspace's initial letter.
#[component]
pub(super) fn Mark(app: String, badge: Option<WorkspaceBadge>, #[prop(optional)] large: bool) -> impl IntoView {
    view! {
        <div class="account-mark">
            <AppMark name=app large=large />
            {badge.map(|badge| view! { <Initial letter=badge.initial() name=badge.name /> })}
        </div>
    }
}

/// The reader's role.
#[component]
pub(super) fn RoleBadge(role: AccountRole) -> impl IntoView {
    let tone = if role == AccountRole::Collaborator { Tone::Plain } else { Tone::Accent };
    view! { <Badge tone=tone>{role.label()}</Badge> }
}

/// "1 hour ago · by Ann".
#[component]
pub(super) fn Used(last_use: Option<LastUse>) -> impl IntoView {
    match last_use {
        Some(LastUse { at, by }) => view! {
            <span class="visually-hidden">"Last used "</span>
            <Ago at=at />
            " · by "
            {by}
        }
        .into_any(),
        None => view! { "Not used yet" }.into_any(),
    }
}

#[component]
fn Acts(
    account: AccountId,
    role: AccountRole,
    /// The account's label, when there is a login to open.
    log_in: Option<String>,
    can_extend: bool,
) -> impl IntoView {
    view! {
        <div class="account-card-acts">
            {(role == AccountRole::AccountManager).then(|| view! { <RequestAccess account=account /> })}
            {can_extend.then(|| view! { <ExtendAccess account=account /> })}
            {(role == AccountRole::Owner)
                .then(|| {
                    view! {
                        <ButtonLink href=format!("/accounts/{account}/settings") small=true>
                            "Settings"
                        </ButtonLink>
                        <ButtonLink href=format!("/accounts/{account}/share") small=true>
                            "Share"
                        </ButtonLink>
                    }
                })} {log_in.map(|label| view! { <LogIn account=account label=label small=true /> })}
        </div>
    }
}

/// Opens the account's login URL in a new tab, and records the use; where scripts run, the panel over this page has what
/// the site asks for. Like all acts of a card it is named by the act alone: the card around it is named by the account.
#[component]
pub(super) fn LogIn(account: AccountId, label: String, #[prop(optional)] small: bool) -> impl IntoView {
    view! {
        <form
            method="post"
            action="/api/account/log-in"
            target="_blank"
            data-log-in=account.to_string()
            data-label=label
        >
            <input type="hidden" name="account" value=account.to_string() />
            <Button look=Look::Primary small=small>
                "Log in"
            </Button>
        </form>
    }
}

/// Leads to the form that asks for more time, for a guest whose access ends.
#[component]
pub(super) fn ExtendAccess(account: AccountId) -> impl IntoView {
    view! {
        <ButtonLink href=format!("/accounts/{account}/extend-access") small=true>
            "Extend access"
        </ButtonLink>
    }
}

/// Leads to the request form; the dialog over this page takes over where scripts run. The account's name is no part of
/// the accessible name, which is also the tooltip: the card around it is named.
#[component]
fn RequestAccess(account: AccountId) -> impl IntoView {
    view! {
        <form
            method="get"
            action=format!("/accounts/{account}/request-access")
            data-request-access=account.to_string()
        >
            <button type="submit" class="button button-small button-icon">
                <Icon drawing=Drawing::PersonAdd />
                <span class="tooltip">"Request share access for this account"</span>
            </button>
        </form>
    }
}
