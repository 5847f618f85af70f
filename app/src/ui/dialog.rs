//! A modal dialog: the browser's own, which keeps the focus inside and the page behind it out of reach.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A modal dialog with a heading. It is opened with `show_modal()` on the element, and closed by Escape, by a click beside
/// it, and with `close()`.
#[component]
pub fn Dialog<Content: IntoView + 'static>(
    /// The element's id.
    id: &'static str,
    /// The heading, and the dialog's name.
    title: &'static str,
    /// Where the element can be had once it stands in the page.
    node_ref: NodeRef<html::Dialog>,
    /// Runs after it has been closed, whichever way.
    #[prop(into)]
    on_close: Callback<()>,
    /// What stands under the heading.
    children: TypedChildren<Content>,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    // A text selection that begins inside and ends on the backdrop is not a click on the backdrop.
    let pressed_beside = StoredValue::new(false);
    let click = move |event: ev::MouseEvent| {
        if pressed_beside.get_value()
            && is_beside(&event)
            && let Some(dialog) = node_ref.get_untracked()
        {
            dialog.close();
        }
    };
    view! {
        <dialog
            id=id
            class="dialog"
            aria-labelledby=labelled_by
            node_ref=node_ref
            on:mousedown=move |event| pressed_beside.set_value(is_beside(&event))
            on:click=click
            on:close=move |_| on_close.run(())
        >
            <div class="dialog-body">
                <h2 id=title_id class="dialog-title">
                    {title}
                </h2>
                {children.into_inner()()}
            </div>
        </dialog>
    }
}

/// Whether the pointer is on the backdrop, which belongs to the dialog element itself: all of its inside is the box.
fn is_beside(event: &ev::MouseEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| element.tag_name() == "DIALOG")
}
