//! The clipboard, as far as the browser lets a page write to it.
//!
//! A secret leaves it after a while, whichever page of the site is open by then: when it has to go stands in the browser's
//! storage, and every page looks there. Of what is in the clipboard nothing is stored.

use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;
use web_sys::Storage;
use web_sys::js_sys::Date;

/// How often this page has written to the clipboard.
static COPIES: AtomicU32 = AtomicU32::new(0);

/// Under this key stands when the clipboard is to be emptied, in milliseconds of the browser's clock. There is none when it
/// is not.
const EMPTY_AT: &str = "latchkey-empty-clipboard-at";

/// Between two looks at whether the page has the focus.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Whether there is a clipboard to write to: browsers keep it from pages that did not come by HTTPS.
pub(crate) fn is_there() -> bool {
    window().is_secure_context()
}

/// Puts a text into the clipboard that may stay there. Says whether the browser has let it.
pub(crate) async fn write(text: &str) -> bool {
    if !is_there() {
        return false;
    }
    let written = window().navigator().clipboard().write_text(text);
    if JsFuture::from(written).await.is_err() {
        return false;
    }
    COPIES.fetch_add(1, Ordering::Relaxed);
    if let Some(storage) = storage() {
        // It throws only where there was no storage to begin with.
        let _ = storage.remove_item(EMPTY_AT);
    }
    true
}

/// Puts a text into the clipboard, and takes it out after a while. Says whether the browser has let it be put there. Whether
/// it was let out is `told`, unless something else was copied since.
pub(crate) async fn write_for(text: &str, time: Duration, told: impl FnOnce(bool) + 'static) -> bool {
    if !write(text).await {
        return false;
    }
    let at = format!("{:.0}", Date::now() + time.as_secs_f64() * 1_000.0);
    if let Some(storage) = storage() {
        // A full storage: then the clipboard is emptied by this page alone.
        let _ = storage.set_item(EMPTY_AT, &at);
    }
    empty_later(COPIES.load(Ordering::Relaxed), at, time, told);
    true
}

/// Empties the clipboard when its time comes, where a page that was left has not come to it. Nothing stays there for longer
/// than `longest`.
pub(crate) fn go_on(longest: Duration) {
    let Some(at) = empty_at() else { return };
    let left = at.parse::<f64>().unwrap_or_default() - Date::now();
    // A clock that was set back does not keep a secret there for longer than it may stay.
    let left = Duration::from_secs_f64((left / 1_000.0).clamp(0.0, longest.as_secs_f64()));
    empty_later(COPIES.load(Ordering::Relaxed), at, left, |_| ());
}

/// When this page or another one has copied something else since, nothing is done, nor told. A page without the focus may not
/// write: it waits for it.
fn empty_later(copy: u32, at: String, wait: Duration, told: impl FnOnce(bool) + 'static) {
    let empty = move || {
        if COPIES.load(Ordering::Relaxed) != copy || empty_at().is_some_and(|stored| stored != at) {
            return;
        }
        if document().has_focus().unwrap_or_default() {
            spawn_local(async move { told(write("").await) });
        } else {
            empty_later(copy, at, LOOK_AGAIN, told);
        }
    };
    set_timeout(empty, wait);
}

/// When the clipboard is to be emptied, as it is stored.
fn empty_at() -> Option<String> {
    storage()?.get_item(EMPTY_AT).ok().flatten()
}

/// None where the reader does not let sites store anything.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
