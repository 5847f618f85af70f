//! The page behind a link that sets a new password. Opening it changes nothing.

use super::api::reset_link;
use super::change::{HINT, UsernameForStore};
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{Alone, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextField;
use domain::session::ResetPasswordView;
use leptos::prelude::*;
use leptos_meta::Title;

/// Asks for the new password.
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let token = Address::of_page().get("token").unwrap_or_default().to_owned();
    let posted = Posted::to("password/reset");
    view! {
        <Title text=posted.title("New password") />
        <Alone>
            {Suspend::new(async move {
                let link = reset_link(token.clone()).await;
                page_or_error(
                    link,
                    |link| match link {
                        Some(ResetPasswordView { email }) => {
                            view! { <Form token=token email=email posted=posted /> }.into_any()
                        }
                        None => view! { <Over /> }.into_any(),
                    },
                )
            })}
        </Alone>
    }
}

#[component]
fn Form(token: String, email: String, posted: Posted) -> impl IntoView {
    view! {
        <h1>"New password"</h1>
        <p>"For " <strong>{email.clone()}</strong> ". Every browser in which you are signed in is signed out."</p>
        <Problems posted=posted.clone() />
        <PostForm function="password/reset">
            <input type="hidden" name="token" value=token />
            <UsernameForStore email=email />
            <TextField
                name="new_password"
                label="New password"
                hint=HINT
                kind="password"
                autocomplete="new-password"
                required=true
                error=posted.problem("new_password")
            />
            <div class="form-acts">
                <Button look=Look::Primary>"Set password"</Button>
            </div>
        </PostForm>
    }
}

#[component]
fn Over() -> impl IntoView {
    crate::answer_with(404);
    view! {
        <h1>"This link does not work any more"</h1>
        <p>"It was used, its time is over, or a part of its address is missing. Ask for a new one."</p>
        <div class="form-acts">
            <ButtonLink href="/forgot-password" look=Look::Primary>
                "Ask for a new link"
            </ButtonLink>
        </div>
    }
}
