//! A box that selects all rows of a list.

use super::element::elements;
use leptos::ev;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

/// Ticks every box that belongs to a form, or none. Without scripts there is no such box: each is ticked by itself.
#[island]
pub fn SelectAll(
    /// The form that the boxes belong to.
    form: String,
    /// What they select, as the end of the box's name: "requests" in "Select all requests".
    what: String,
) -> impl IntoView {
    let awake = RwSignal::new(false);
    let all = RwSignal::new(false);
    let selector = StoredValue::new(format!("input[type=checkbox][form=\"{form}\"]"));
    let boxes = move || {
        let found = document().query_selector_all(&selector.read_value()).ok();
        elements::<HtmlInputElement>(found).collect::<Vec<_>>()
    };
    let look = move || all.set(boxes().iter().all(HtmlInputElement::checked));
    Effect::new(move |_| {
        awake.set(true);
        look();
    });
    let listening = window_event_listener(ev::change, move |_| look());
    on_cleanup(move || listening.remove());
    let select = move |_| {
        let wanted = !all.get_untracked();
        for one in boxes() {
            one.set_checked(wanted);
        }
        all.set(wanted);
    };
    view! {
        <label class="select-all" hidden=move || !awake.get()>
            <input class="checkbox-input" type="checkbox" prop:checked=move || all.get() on:change=select />
            "Select all "
            {what}
        </label>
    }
}
