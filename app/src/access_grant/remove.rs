//! Taking a member's access away, asked once more first.

use super::row_dialog::RowDialog;
use crate::ui::button::{Button, DialogCloser, DialogOpener, Look};
use domain::{AccountId, MemberId};
use leptos::prelude::*;

#[component]
pub(super) fn Remove(account: AccountId, member: MemberId, name: String, guest: bool) -> impl IntoView {
    let dialog = format!("remove-{member}");
    view! {
        <DialogOpener dialog=dialog.clone() look=Look::Quiet object=name.clone()>
            "Remove"
        </DialogOpener>
        <RowDialog id=dialog.clone() heading="Remove member?">
            <p>
                <strong>{name}</strong>
                " loses access to this account at once."
                {guest.then_some(" An account manager of their company can request it again.")}
            </p>
            <p>
                "Whoever knows the account's password can still use it outside Latchkey. Change the password at the app
                itself when they must not."
            </p>
            <form class="dialog-acts" method="post" action="/api/access-grant/remove">
                <input type="hidden" name="account" value=account.to_string() />
                <input type="hidden" name="member" value=member.to_string() />
                <DialogCloser dialog=dialog>"Cancel"</DialogCloser>
                <Button look=Look::Danger>"Remove"</Button>
            </form>
        </RowDialog>
    }
}
