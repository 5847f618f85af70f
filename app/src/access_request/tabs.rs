//! The top of the Requests page.

use crate::layout::title;
use crate::ui::tabs::{self, Tabs};
use leptos::prelude::*;
use leptos_meta::Title;

/// A part of the Requests page, with its own address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    /// What waits for the reader.
    ToDecide,
    /// What the reader has asked for.
    Sent,
}

impl Tab {
    const ALL: [Self; 2] = [Self::ToDecide, Self::Sent];

    const fn label(self) -> &'static str {
        match self {
            Self::ToDecide => "To decide",
            Self::Sent => "Sent",
        }
    }

    const fn href(self) -> &'static str {
        match self {
            Self::ToDecide => "/requests",
            Self::Sent => "/requests/sent",
        }
    }
}

/// Heading and tabs.
#[component]
pub(super) fn RequestsHead(
    /// The tab that is open.
    tab: Tab,
    /// Whether a form of the page has failed, which the page's name in the browser begins with.
    failed: bool,
) -> impl IntoView {
    let page = format!("{} · Requests", tab.label());
    let page = if failed { format!("Error: {page}") } else { page };
    let tabs =
        Tab::ALL.map(|other| tabs::Tab { label: other.label(), href: other.href().to_owned(), open: other == tab });
    view! {
        <Title text=title(&page) />
        <div class="page-head">
            <h1>"Requests"</h1>
        </div>
        <Tabs label="Parts of Requests" tabs=tabs.to_vec() />
    }
}
