//! Where the focus goes after a change of the page.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Focuses the element with this id, once the page shows what has just changed.
pub(super) fn later(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || {
        if let Some(element) =
            document().get_element_by_id(&id).and_then(|element| element.dyn_into::<HtmlElement>().ok())
        {
            // What refuses the focus leaves it where it is.
            let _ = element.focus();
        }
    });
}
