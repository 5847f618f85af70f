//! Settings: one's own, and the workspace's. Each tab is a page of the feature that it is about.

mod security_page;

pub use security_page::SecurityPage;

use crate::layout::form::Posted;
use crate::ui::tabs::{self, Tabs};
use leptos::prelude::*;
use leptos_meta::Title;

/// A part of the settings, with its own address. In the order in which they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// One's own name and address.
    Profile,
    /// One's own password, second factors and sessions.
    Security,
    /// Which mails one gets.
    Notifications,
    /// What the workspace asks of its members when they sign in.
    SignInRules,
    /// The workspace's name and ID, and whose it is.
    Workspace,
}

impl Tab {
    const ALL: &'static [Self] =
        &[Self::Profile, Self::Security, Self::Notifications, Self::Workspace, Self::SignInRules];

    const fn label(self) -> &'static str {
        match self {
            Self::Profile => "Profile",
            Self::Notifications => "Notifications",
            Self::Security => "Security",
            Self::SignInRules => "Sign-in rules",
            Self::Workspace => "Workspace",
        }
    }

    const fn href(self) -> &'static str {
        match self {
            Self::Profile => "/settings",
            Self::Notifications => "/settings/notifications",
            Self::Security => "/settings/security",
            Self::SignInRules => "/settings/sign-in-rules",
            Self::Workspace => "/settings/workspace",
        }
    }
}

/// The top of each tab: the heading, and the tabs.
#[component]
pub fn SettingHeader(
    /// The tab that is open.
    tab: Tab,
    /// The form of the tab that was posted, if one was: the page's name says when it has failed.
    #[prop(optional)]
    posted: Posted,
) -> impl IntoView {
    let page = format!("{} · Settings", tab.label());
    let tabs = Tab::ALL.iter().map(|other| tabs::Tab {
        label: other.label(),
        href: other.href().to_owned(),
        open: *other == tab,
    });
    let tabs = tabs.collect();
    view! {
        <Title text=posted.title(&page) />
        <div class="page-head">
            <h1>"Settings"</h1>
        </div>
        <Tabs label="Parts of the settings" tabs=tabs />
    }
}

/// A part of a tab, under a heading of its own.
#[component]
pub fn SettingPart(
    /// The heading.
    heading: &'static str,
    /// Its id, so that other pages can lead here.
    id: &'static str,
    /// What stands under it.
    children: Children,
) -> impl IntoView {
    let heading_id = format!("{id}-heading");
    let labelled_by = heading_id.clone();
    view! {
        <section class="setting-part" id=id aria-labelledby=labelled_by>
            <h2 id=heading_id>{heading}</h2>
            {children()}
        </section>
    }
}
