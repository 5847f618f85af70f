//! The clipboard, as far as the browser lets a page write to it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// How often this page has written to the clipboard.
static COPIES: AtomicU32 = AtomicU32::new(0);

/// Between two looks at whether the page has the focus.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Puts a text into the clipboard. Gives the number of this copy, or nothing where the browser refuses.
pub(crate) async fn write(text: &str) -> Option<u32> {
    if !window().is_secure_context() {
        // There is no clipboard to ask.
        return None;
    }
    let written = window().navigator().clipboard().write_text(text);
    JsFuture::from(written).await.ok()?;
    Some(COPIES.fetch_add(1, Ordering::Relaxed) + 1)
}

/// Empties the clipboard after a while, and tells whether the browser has let it. When this page has copied something else
/// since, nothing is done, nor told. A page without the focus may not write: it waits for it.
pub(crate) fn empty_later(copy: u32, wait: Duration, told: impl FnOnce(bool) + 'static) {
    let empty = move || {
        if COPIES.load(Ordering::Relaxed) != copy {
            return;
        }
        if document().has_focus().unwrap_or_default() {
            spawn_local(async move { told(write("").await.is_some()) });
        } else {
            empty_later(copy, LOOK_AGAIN, told);
        }
    };
    set_timeout(empty, wait);
}
