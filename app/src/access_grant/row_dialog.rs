//! A dialog that belongs to a row and needs no script.

use leptos::prelude::*;

/// Opened by a [`DialogOpener`](crate::ui::button::DialogOpener). As a popover too, for browsers that have no invoker
/// commands.
#[component]
pub fn RowDialog(
    /// The element's id.
    id: String,
    /// Also its accessible name.
    #[prop(into)]
    heading: String,
    /// What stands under the heading.
    children: Children,
) -> impl IntoView {
    let heading_id = format!("{id}-heading");
    let named_by = heading_id.clone();
    view! {
        <dialog class="dialog" id=id popover="auto" aria-labelledby=named_by>
            <div class="dialog-body">
                <h2 class="dialog-title" id=heading_id>
                    {heading}
                </h2>
                {children()}
            </div>
        </dialog>
    }
}
