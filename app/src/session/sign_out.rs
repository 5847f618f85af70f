//! The button to sign out, on pages without the frame.

use crate::ui::button::Button;
use leptos::prelude::*;

/// Ends the session, and leads to the page to sign in.
#[component]
pub fn SignOutForm() -> impl IntoView {
    view! {
        <form method="post" action="/api/session/sign-out">
            <Button>"Sign out"</Button>
        </form>
    }
}
