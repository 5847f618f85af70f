//! Proving once more who one is, before something that a browser left alone must not do.

use crate::layout::form::{PostForm, Posted, Problems};
use crate::ui::button::{Button, Look};
use crate::ui::text_field::TextField;
use leptos::prelude::*;

/// Asks for the password; then the page is shown again, with what needed it.
#[component]
pub fn ConfirmItIsYou(
    /// What it is asked for, as the end of a sentence: "to change how you sign in".
    purpose: &'static str,
) -> impl IntoView {
    let posted = Posted::to("session/confirm");
    view! {
        <div class="confirm">
            <p>{format!("Confirm with your Latchkey password that it is you, {purpose}. It holds for ten minutes.")}</p>
            <Problems posted=posted.clone() />
            <PostForm function="session/confirm">
                <TextField
                    name="password"
                    label="Your Latchkey password"
                    kind="password"
                    autocomplete="current-password"
                    required=true
                    error=posted.problem("password")
                />
                <div class="form-acts">
                    <Button look=Look::Primary>"Confirm"</Button>
                </div>
            </PostForm>
        </div>
    }
}
