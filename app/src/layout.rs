//! What stands around the pages: frame, navigation, messages, and the pages for what went wrong.

pub mod address;
pub mod error_page;
pub mod form;
pub mod header;
pub mod moment;
pub mod navigation;
pub mod paging;
mod written;

pub use error_page::{ErrorPage, NotFound, NotFoundPage, page_or_error, why_not};

use crate::session::api;
use crate::ui::notice::MessageBox;
use crate::wire::Notice;
use header::Header;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use navigation::Navigation;
use written::written;

/// The title of a page in the browser.
pub fn title(page: &str) -> String {
    format!("{page} · Latchkey")
}

/// The frame around every signed-in page. Nothing of the page is asked for before the frame knows who is signed in.
#[component]
pub fn Frame() -> impl IntoView {
    Suspend::new(async move {
        match api::frame().await {
            Ok(frame) => {
                let (sequence, waiting, live) = (frame.sequence, frame.waiting, frame.live);
                view! {
                    <SkipLink />
                    <div class="frame">
                        {written(view! { <Header frame=frame /> })}
                        <div class="frame-body">
                            {written(view! { <Navigation waiting=waiting /> })}
                            <main class="main" id="main" tabindex="-1">
                                <Messages />
                                <Outlet />
                            </main>
                        </div>
                    </div>
                    {live.then(|| view! { <crate::live::Live sequence=sequence /> })}
                }
                .into_any()
            }
            Err(failure) => view! {
                <Alone>
                    <ErrorPage error=failure.0 />
                </Alone>
            }
            .into_any(),
        }
    })
}

/// A page without the frame.
#[component]
pub fn Alone(
    /// What stands in its card.
    children: Children,
) -> impl IntoView {
    view! {
        <main class="alone" id="main">
            <a class="brand" href="/accounts">
                <header::BrandMark />
                "Latchkey"
            </a>
            <div class="alone-card">{children()}</div>
        </main>
    }
}

/// An empty list: why it is empty, and what to do.
#[component]
pub fn Empty(
    /// Why it is empty.
    heading: &'static str,
    /// A drawing that fits.
    drawing: crate::ui::icon::Drawing,
    /// What to do.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-icon">
                <crate::ui::icon::Icon drawing=drawing size="28" />
            </span>
            <h2>{heading}</h2>
            <div class="empty-text">{children()}</div>
        </div>
    }
}

#[component]
fn SkipLink() -> impl IntoView {
    view! {
        <a class="skip-link" href="#main">
            "Skip to the main part"
        </a>
    }
}

/// Where one-time messages are shown. The region is there before any message is, so that a later one is announced.
#[component]
fn Messages() -> impl IntoView {
    view! {
        <div class="messages" data-messages="" aria-live="polite">
            {Suspend::new(async move {
                let notice = api::notice().await.ok().flatten();
                notice
                    .map(|Notice { failed, text, items, copy, .. }| {
                        view! { <MessageBox failed=failed text=text items=items copy=copy /> }
                    })
            })}
        </div>
    }
}
