//! The top of each tab of a partner, and what marks a partner in a list.

use crate::layout::title;
use crate::ui::badge::{Badge, Initial, Tone};
use crate::ui::tabs::{self, Tabs};
use domain::PartnershipId;
use domain::partnership::{PartnerHeaderView, PartnershipState, initial, name_alone};
use domain::policy::Side;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// A part of a partner's page, with its own address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Who it is, where it stands, and what can be done.
    Overview,
    /// What is shared.
    Accounts,
    /// The guest's people who have it.
    Members,
    /// What a guest may ask for.
    Policy,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Overview, Self::Accounts, Self::Members, Self::Policy];

    const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Accounts => "Accounts",
            Self::Members => "Members",
            Self::Policy => "Policy",
        }
    }

    fn href(self, partnership: PartnershipId) -> String {
        match self {
            Self::Overview => format!("/partners/{partnership}"),
            Self::Accounts => format!("/partners/{partnership}/accounts"),
            Self::Members => format!("/partners/{partnership}/members"),
            Self::Policy => format!("/partners/{partnership}/policy"),
        }
    }
}

/// The partnership that the page's path names, if it names one.
pub fn in_address() -> Option<PartnershipId> {
    use_params_map().with_untracked(|params| params.get_str("partnership")?.parse().ok())
}

/// Name, side, state, and the tabs.
#[component]
pub fn PartnerHeader(
    /// What is shown.
    header: PartnerHeaderView,
    /// The tab that is open.
    tab: Tab,
    /// Whether a form on the page has failed.
    #[prop(optional)]
    failed: bool,
) -> impl IntoView {
    let PartnerHeaderView { partnership, name, side, state, in_force } = header;
    let heading = name_alone(&name);
    let failed = if failed { "Error: " } else { "" };
    let page = format!("{failed}{} · {heading}", tab.label());
    let tabs = Tab::ALL
        .into_iter()
        .filter(|other| in_force || *other == tab || !matches!(other, Tab::Accounts | Tab::Members))
        .map(|other| tabs::Tab { label: other.label(), href: other.href(partnership), open: other == tab })
        .collect();
    view! {
        <Title text=title(&page) />
        <div class="partner-header">
            <Company name=name.clone() />
            <div class="partner-header-text">
                <h1>{heading}</h1>
                // Its id changes with the state, so that a change on the open page is announced.
                <p class="partner-marks" id=format!("partner-{state}")>
                    <SideBadge side=side />
                    <StateBadge state=state side=side />
                </p>
            </div>
        </div>
        <Tabs label=format!("Parts of {name}") tabs=tabs />
    }
}

/// The company's initial letter.
#[component]
pub(super) fn Company(name: String) -> impl IntoView {
    view! {
        <span class="partner-mark" aria-hidden="true">
            <Initial letter=initial(&name) name=name_alone(&name) />
        </span>
    }
}

/// On which side the partner stands.
#[component]
pub(super) fn SideBadge(side: Side) -> impl IntoView {
    match side {
        Side::Host => view! { <Badge tone=Tone::Accent>"Host"</Badge> },
        Side::Guest => view! { <Badge tone=Tone::Plain>"Guest"</Badge> },
    }
}

/// Where the partnership stands, with a partner on this side.
#[component]
pub(super) fn StateBadge(state: PartnershipState, side: Side) -> impl IntoView {
    let tone = match state {
        PartnershipState::Active => Tone::Good,
        PartnershipState::Proposed | PartnershipState::AwaitingGuest | PartnershipState::Suspended => Tone::Waiting,
        _ => Tone::Plain,
    };
    let label = match (state, side) {
        (PartnershipState::AwaitingGuest, Side::Host) => "Waits for your Admins",
        _ => state.label(),
    };
    view! { <Badge tone=tone>{label}</Badge> }
}
