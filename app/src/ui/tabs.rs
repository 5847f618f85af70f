//! Parts of a page that have addresses of their own.

use leptos::prelude::*;

/// Where one tab leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// Its name.
    pub label: &'static str,
    /// Its address.
    pub href: String,
    /// Whether it is the page that is open.
    pub open: bool,
}

/// Links to the parts of a page, the open one marked.
#[component]
pub fn Tabs(
    /// What they are parts of, for screen readers.
    #[prop(into)]
    label: String,
    /// The tabs, in order.
    tabs: Vec<Tab>,
) -> impl IntoView {
    view! {
        <nav class="tabs" aria-label=label>
            <ul class="tabs-list" role="list">
                {tabs
                    .into_iter()
                    .map(|tab| {
                        view! {
                            <li>
                                <a class="tab" href=tab.href aria-current=tab.open.then_some("page")>
                                    {tab.label}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}
