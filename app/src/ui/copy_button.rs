//! A button that copies a text.

use super::clipboard;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long the button says that it has copied.
const SAID: Duration = Duration::from_secs(3);

/// Copies a text that stands beside it. Without scripts, and where the browser lets no page write to the clipboard, there
/// is no button: the text itself can be selected.
#[island]
pub fn CopyButton(
    /// What is copied.
    value: String,
    /// What it is, as the end of the button's name: "user name" in "Copy user name".
    what: String,
) -> impl IntoView {
    let awake = RwSignal::new(false);
    let said = RwSignal::new("");
    Effect::new(move |_| awake.set(window().is_secure_context()));
    let value = StoredValue::new(value);
    let copy = move |_| {
        spawn_local(async move {
            said.set(match clipboard::write(&value.get_value()).await {
                true => "Copied",
                false => "Could not copy. Select the text and copy it.",
            });
            set_timeout(move || said.set(""), SAID);
        });
    };
    view! {
        <span class="copy">
            <button type="button" class="button button-small copy-button" hidden=move || !awake.get() on:click=copy>
                "Copy"
                <span class="visually-hidden">" " {what}</span>
            </button>
            <span class="copy-said" role="status">
                {move || said.get()}
            </span>
        </span>
    }
}
