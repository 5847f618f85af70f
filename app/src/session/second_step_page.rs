//! The second step of signing in, after the password.

use super::api::{half_open, notice};
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{Alone, page_or_error};
use crate::passkey::SignInWithPasskey;
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextField;
use domain::second_factor::HalfOpenView;
use leptos::prelude::*;
use leptos_meta::Title;

/// Asks for a code or a passkey.
#[component]
pub fn SecondStepPage() -> impl IntoView {
    let next = Address::of_page().get("next").unwrap_or_default().to_owned();
    let posted = Posted::to("session/second-step");
    view! {
        <Title text=posted.title("Second step") />
        <Alone>
            {Suspend::new(async move {
                // A message that was left for the page before is not for this one.
                let _ = notice().await;
                page_or_error(
                    half_open().await,
                    |half_open| match half_open {
                        Some(half_open) => {
                            view! { <SecondStep half_open=half_open next=next posted=posted /> }.into_any()
                        }
                        None => view! { <Over /> }.into_any(),
                    },
                )
            })}
        </Alone>
    }
}

#[component]
fn SecondStep(half_open: HalfOpenView, next: String, posted: Posted) -> impl IntoView {
    let HalfOpenView { codes, passkeys } = half_open;
    view! {
        <h1>"Second step"</h1>
        {passkeys.then(|| view! { <SignInWithPasskey next=next.clone() label="Use a passkey" /> })}
        {codes
            .then(|| {
                view! {
                    <Problems posted=posted.clone() />
                    <PostForm function="session/second-step">
                        <input type="hidden" name="next" value=next />
                        <TextField
                            name="code"
                            label="Code"
                            hint="The six digits that your app shows now, or one of your recovery codes."
                            autocomplete="one-time-code"
                            required=true
                            error=posted.problem("code")
                        />
                        <div class="form-acts">
                            <Button look=Look::Primary>"Sign in"</Button>
                        </div>
                    </PostForm>
                }
            })}
        <p class="field-hint">
            "Neither at hand, and no recovery code left? An Admin of your workspace can reset your second factor."
        </p>
        <p class="alone-way">
            <a href="/sign-in">"Begin again"</a>
        </p>
    }
}

#[component]
fn Over() -> impl IntoView {
    view! {
        <h1>"Sign in again"</h1>
        <p>"The second step took too long, or there were too many wrong codes. Begin again with your password."</p>
        <div class="form-acts">
            <ButtonLink href="/sign-in" look=Look::Primary>
                "Sign in"
            </ButtonLink>
        </div>
    }
}
