//! The top of each tab of an account.

use super::card::{ExtendAccess, Mark, RoleBadge};
use crate::layout::moment::Exactly;
use crate::layout::title;
use crate::ui::badge::{Badge, Tone};
use crate::ui::tabs::{self, Tabs};
use domain::AccountId;
use domain::account::{AccountHeaderView, AccountRole};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// A part of an account's page, with its own address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What the account is.
    General,
    /// Who has access, and who asks for it.
    Members,
    /// What happened.
    Activity,
    /// Who could know the password.
    Exposure,
    /// What its owners keep secret.
    Secrets,
    /// What its owners change.
    Settings,
}

impl Tab {
    const ALL: [Self; 6] =
        [Self::General, Self::Members, Self::Activity, Self::Exposure, Self::Secrets, Self::Settings];

    const fn label(self) -> &'static str {
        match self {
            Self::General => "General",
            Self::Members => "Members",
            Self::Activity => "Activity",
            Self::Exposure => "Exposure",
            Self::Secrets => "Secrets",
            Self::Settings => "Settings",
        }
    }

    fn href(self, account: AccountId) -> String {
        match self {
            Self::General => format!("/accounts/{account}"),
            Self::Members => format!("/accounts/{account}/members"),
            Self::Activity => format!("/accounts/{account}/activity"),
            Self::Exposure => format!("/accounts/{account}/exposure"),
            Self::Secrets => format!("/accounts/{account}/secrets"),
            Self::Settings => format!("/accounts/{account}/settings"),
        }
    }
}

/// The account that the page's path names, if it names one.
pub fn in_address() -> Option<AccountId> {
    use_params_map().with_untracked(|params| params.get_str("account")?.parse().ok())
}

/// Label, app, workspace, the reader's role, and the tabs.
#[component]
pub fn AccountHeader(
    /// What is shown.
    header: AccountHeaderView,
    /// The tab that is open.
    tab: Tab,
) -> impl IntoView {
    let AccountHeaderView {
        account,
        label,
        app,
        badge,
        role,
        ends_at,
        sees_members,
        sees_exposure,
        password_to_change,
    } = header;
    let page = format!("{} · {label}", tab.label());
    let can_extend = badge.is_some() && role.is_some() && ends_at.is_some();
    let workspace = badge.clone().map(|badge| view! { <span>{format!("Shared by {}", badge.name)}</span> });
    let tabs = Tab::ALL.into_iter().filter(|other| match other {
        Tab::Members => sees_members,
        Tab::Exposure => sees_exposure,
        Tab::Secrets | Tab::Settings => role == Some(AccountRole::Owner),
        Tab::General | Tab::Activity => true,
    });
    let tabs = tabs.map(|other| tabs::Tab { label: other.label(), href: other.href(account), open: other == tab });
    let tabs = tabs.collect();
    view! {
        <Title text=title(&page) />
        <div class="account-header">
            <Mark app=app.clone() badge=badge large=true />
            <div class="account-header-text">
                <h1>{label.clone()}</h1>
                <div class="account-header-facts">
                    <span>{app}</span>
                    {workspace}
                    {role.map(|role| view! { <RoleBadge role=role /> })}
                    {ends_at
                        .map(|ends_at| {
                            view! {
                                <Badge tone=Tone::Waiting>
                                    <span>"Ends " <Exactly at=ends_at /></span>
                                </Badge>
                            }
                        })}
                    {password_to_change
                        .then(|| {
                            view! {
                                <a class="account-header-change" href=Tab::Secrets.href(account)>
                                    <Badge tone=Tone::Waiting>"Change password"</Badge>
                                </a>
                            }
                        })}
                    {can_extend.then(|| view! { <ExtendAccess account=account /> })}
                </div>
            </div>
        </div>
        <Tabs label=format!("Parts of {label}") tabs=tabs />
    }
}
