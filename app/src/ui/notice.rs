//! A message box: what became of an act. It stays until it is dismissed or the reader goes on.

use super::copy_button::CopyButton;
use super::icon::{Drawing, Icon};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;

/// The box. It takes the focus when the page opens, so that it is read first; Tab goes on behind it.
#[component]
pub fn MessageBox(
    /// Whether the act failed.
    failed: bool,
    /// The message.
    text: String,
    /// Further lines.
    items: Vec<String>,
    /// A link to pass on.
    #[prop(optional_no_strip)]
    copy: Option<String>,
) -> impl IntoView {
    let (class, role, drawing) =
        if failed { ("notice notice-failed", "alert", Drawing::Warning) } else { ("notice", "status", Drawing::Check) };
    view! {
        <div class=class role=role tabindex="-1" autofocus=true data-notice="">
            <Icon drawing=drawing class="notice-icon" />
            <div class="notice-body">
                <p class="notice-text">{text}</p>
                {(!items.is_empty())
                    .then(|| {
                        view! {
                            <ul class="notice-items">
                                {items.into_iter().map(|item| view! { <li>{item}</li> }).collect_view()}
                            </ul>
                        }
                    })}
                {copy
                    .map(|link| {
                        view! {
                            <p class="notice-copy">
                                <code>{link.clone()}</code>
                                <CopyButton value=link what="link".to_owned() />
                            </p>
                        }
                    })}
            </div>
            <Dismiss />
        </div>
    }
}

/// Takes the message box around it out of the page. Shown once scripts run.
#[island]
pub fn Dismiss() -> impl IntoView {
    let dismiss = |event: leptos::ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(Some(notice)) = target.and_then(|target| target.closest("[data-notice]").ok()) {
            notice.remove();
        }
    };
    view! {
        <button type="button" class="button button-quiet button-small notice-dismiss" on:click=dismiss>
            "Dismiss"
            <span class="visually-hidden">" this message"</span>
        </button>
    }
}
