//! The page for whoever has forgotten their password.

use crate::layout::Alone;
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::ui::button::{Button, Look};
use crate::ui::text_field::TextField;
use leptos::prelude::*;
use leptos_meta::Title;

/// Asks for the address; then says what happens, whoever's it is.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let sent = Address::of_page().get("sent").is_some();
    let posted = Posted::to("password/forgot");
    view! {
        <Title text=posted.title("Forgotten password") />
        <Alone>
            <h1>"Forgotten password"</h1>
            {if sent {
                view! { <Sent /> }.into_any()
            } else {
                view! { <Ask posted=posted /> }.into_any()
            }}
            <p class="alone-way">
                <a href="/sign-in">"Back to sign in"</a>
            </p>
        </Alone>
    }
}

#[component]
fn Ask(posted: Posted) -> impl IntoView {
    view! {
        <p>"Enter the address that you sign in with. You get a mail with a link to set a new password."</p>
        <Problems posted=posted.clone() />
        <PostForm function="password/forgot">
            <TextField
                name="email"
                label="Email address"
                kind="email"
                value=posted.or("email", "")
                autocomplete="username"
                required=true
                error=posted.problem("email")
            />
            <div class="form-acts">
                <Button look=Look::Primary>"Send link"</Button>
            </div>
        </PostForm>
    }
}

#[component]
fn Sent() -> impl IntoView {
    view! {
        <p role="status">
            "If somebody signs in with this address, a mail is on its way to it. The link in it works once, for one hour."
        </p>
        <p>"No mail after a few minutes? Look among the unwanted mail, check the address, or ask an Admin of your workspace."</p>
        <p>
            <a href="/forgot-password">"Enter the address again"</a>
        </p>
    }
}
