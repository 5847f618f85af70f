//! The ways to the parts of Latchkey: a column on wide screens, a drawer on narrow ones.

use super::address::Address;
use crate::ui::icon::{Drawing, Icon};
use leptos::prelude::*;

/// The id of the drawer, which the header opens.
pub const DRAWER: &str = "navigation";

/// Where the number of those that wait stands.
const REQUESTS: &str = "/requests";

/// The parts, in order.
const PLACES: [(&str, &str, Drawing); 6] = [
    ("All accounts", "/accounts", Drawing::Cards),
    ("Requests", REQUESTS, Drawing::Inbox),
    ("Partners", "/partners", Drawing::Partners),
    ("All members", "/members", Drawing::People),
    ("Activity", "/activity", Drawing::Clock),
    ("Settings", "/settings", Drawing::Settings),
];

/// The links. On narrow screens they are a popover, so opening and closing needs no script.
#[component]
pub fn Navigation(
    /// Lines that wait for the reader's decision.
    waiting: u32,
) -> impl IntoView {
    view! {
        <nav class="navigation" id=DRAWER aria-label="Main" popover="auto">
            <div class="navigation-top">
                <span class="menu-heading">"Menu"</span>
                <button
                    type="button"
                    class="button button-quiet button-icon"
                    popovertarget=DRAWER
                    popovertargetaction="hide"
                >
                    <Icon drawing=Drawing::Close />
                    <span class="visually-hidden">"Close menu"</span>
                </button>
            </div>
            <ul class="navigation-list" role="list">
                {PLACES
                    .into_iter()
                    .map(|(label, href, drawing)| {
                        view! {
                            <li>
                                <a class="navigation-link" href=href aria-current=current(href)>
                                    <Icon drawing=drawing />
                                    {label}
                                    {(href == REQUESTS).then(|| view! { <Waiting waiting=waiting /> })}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}

/// How many wait for the reader; nothing where nobody does, but a place for the number that may come.
#[component]
fn Waiting(waiting: u32) -> impl IntoView {
    let count = if waiting < 100 { waiting.to_string() } else { "99+".to_owned() };
    view! {
        <span class="navigation-count" data-live="waiting">
            {(waiting > 0)
                .then(|| {
                    view! {
                        <span class="navigation-number">
                            {count} <span class="visually-hidden">" waiting for you"</span>
                        </span>
                    }
                })}
        </span>
    }
}

/// What `aria-current` says of a link: this very page, or one below it.
pub fn current(href: &str) -> Option<&'static str> {
    let page = Address::of_page();
    let below = page.path().strip_prefix(href)?;
    match below {
        "" | "/" => Some("page"),
        below if below.starts_with('/') => Some("true"),
        _ => None,
    }
}
