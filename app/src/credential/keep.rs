//! What is kept, since when, and taking it away.

use crate::access_grant::RowDialog;
use crate::layout::moment::Exactly;
use crate::ui::button::{Button, DialogCloser, DialogOpener, Look};
use domain::credential::KeptView;
use leptos::prelude::*;

/// Since when something is kept, and from whom.
#[component]
pub(super) fn Kept(kept: KeptView) -> impl IntoView {
    let KeptView { set_at, set_by, .. } = kept;
    view! { "Kept since " <Exactly at=set_at /> ", stored by " {set_by} "." }
}

/// Takes a secret away, asked once more first.
#[component]
pub(super) fn RemoveSecret(
    /// The dialog's id.
    dialog: String,
    /// The question.
    heading: &'static str,
    /// What is removed, as the end of the button's name.
    #[prop(into)]
    object: String,
    /// What follows.
    consequence: &'static str,
    /// The address of the server function.
    action: &'static str,
    /// What it is sent.
    fields: Vec<(&'static str, String)>,
) -> impl IntoView {
    view! {
        <div class="secrets-remove">
            <DialogOpener dialog=dialog.clone() look=Look::Quiet object=object.clone()>
                "Remove"
            </DialogOpener>
            <RowDialog id=dialog.clone() heading=heading>
                <p>
                    <strong>{object}</strong>
                </p>
                <p>{consequence}</p>
                <form class="dialog-acts" method="post" action=action>
                    {fields
                        .into_iter()
                        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                        .collect_view()}
                    <DialogCloser dialog=dialog>"Cancel"</DialogCloser>
                    <Button look=Look::Danger>"Remove"</Button>
                </form>
            </RowDialog>
        </div>
    }
}
