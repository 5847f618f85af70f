//! Settings: the own password.

use crate::layout::form::{PostForm, Posted, Problems};
use crate::ui::button::{Button, Look};
use crate::ui::text_field::TextField;
use leptos::prelude::*;

/// What a new password has to be.
pub(super) const HINT: &str = "At least 12 characters. Several words that do not belong together are easy to remember.";

/// The form to set another password.
#[component]
pub fn ChangePassword(
    /// The own address, for the browser's store of passwords.
    email: String,
) -> impl IntoView {
    let posted = Posted::to("password/change");
    view! {
        <Problems posted=posted.clone() />
        <PostForm function="password/change">
            <UsernameForStore email=email />
            <TextField
                name="current_password"
                label="Current password"
                kind="password"
                autocomplete="current-password"
                required=true
                error=posted.problem("current_password")
            />
            <TextField
                name="new_password"
                label="New password"
                hint=HINT
                kind="password"
                autocomplete="new-password"
                required=true
                error=posted.problem("new_password")
            />
            <p class="field-hint">"Every other browser in which you are signed in is signed out."</p>
            <div class="form-acts">
                <Button look=Look::Primary>"Change password"</Button>
            </div>
        </PostForm>
    }
}

/// Tells a store of passwords whose password it is (HTML, autofill).
#[component]
pub(super) fn UsernameForStore(email: String) -> impl IntoView {
    view! { <input type="text" name="username" value=email autocomplete="username" hidden=true aria-hidden="true" /> }
}
