//! Giving back one's own access, asked once more first.

use super::row_dialog::RowDialog;
use crate::ui::button::{Button, DialogCloser, DialogOpener, Look};
use domain::AccountId;
use leptos::prelude::*;

/// For whoever has access.
#[component]
pub fn GiveBack(
    /// The account.
    account: AccountId,
    /// Its label.
    label: String,
) -> impl IntoView {
    const DIALOG: &str = "give-back";
    view! {
        <DialogOpener dialog=DIALOG look=Look::Quiet object=format!("to {label}")>
            "Give back access"
        </DialogOpener>
        <RowDialog id=DIALOG.to_owned() heading="Give back your access?">
            <p>
                "You lose access to " <strong>{label}</strong>
                " at once, and its owners are told. What you have requested for others and nobody has decided is
                cancelled."
            </p>
            <p>"To have it again, ask an owner of the account, or an account manager of your company."</p>
            <form class="dialog-acts" method="post" action="/api/access-grant/give-back">
                <input type="hidden" name="account" value=account.to_string() />
                <DialogCloser dialog=DIALOG>"Cancel"</DialogCloser>
                <Button look=Look::Danger>"Give back"</Button>
            </form>
        </RowDialog>
    }
}
