//! The page behind the links with which both addresses agree to a change. Opening it changes nothing.

use super::api::email_change;
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{Alone, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use domain::profile::{EmailChangeStep, EmailChangeView};
use leptos::prelude::*;
use leptos_meta::Title;

/// Asks whether one agrees.
#[component]
pub fn EmailChangePage() -> impl IntoView {
    let page = Address::of_page();
    let token = page.get("token").unwrap_or_default().to_owned();
    let done = page.get("done").map(str::to_owned);
    let posted = Posted::to("profile/agree-to-email");
    view! {
        <Title text=posted.title("New email address") />
        <Alone>
            {Suspend::new(async move {
                match done.as_deref() {
                    Some("old") => view! { <Agreed /> }.into_any(),
                    Some(_) => view! { <Changed /> }.into_any(),
                    None => {
                        let change = email_change(token.clone()).await;
                        page_or_error(
                            change,
                            |change| match change {
                                Some(change) => {
                                    view! { <Agree change=change token=token posted=posted /> }.into_any()
                                }
                                None => view! { <Over /> }.into_any(),
                            },
                        )
                            .into_any()
                    }
                }
            })}
        </Alone>
    }
}

#[component]
fn Agree(change: EmailChangeView, token: String, posted: Posted) -> impl IntoView {
    let EmailChangeView { old, new, step } = change;
    let (told, button) = match step {
        EmailChangeStep::Old => (
            "If you agree, the new address gets a mail in which it is confirmed. Until then nothing is different.",
            "Agree",
        ),
        EmailChangeStep::New => ("From then on you sign in with the new address.", "Confirm the address"),
    };
    view! {
        <h1>"New email address"</h1>
        <dl class="email-change">
            <dt>"Now"</dt>
            <dd>{old}</dd>
            <dt>"New"</dt>
            <dd>{new}</dd>
        </dl>
        <p>{told}</p>
        <Problems posted=posted />
        <PostForm function="profile/agree-to-email">
            <input type="hidden" name="token" value=token />
            <div class="form-acts">
                <Button look=Look::Primary>{button}</Button>
            </div>
        </PostForm>
    }
}

#[component]
fn Agreed() -> impl IntoView {
    view! {
        <h1>"One more step"</h1>
        <p role="status">"A mail is on its way to the new address. Confirm the address with the link in it."</p>
    }
}

#[component]
fn Changed() -> impl IntoView {
    view! {
        <h1>"Your email address has been changed"</h1>
        <p role="status">"Sign in with the new address from now on. Where you are signed in, you stay so."</p>
        <div class="form-acts">
            <ButtonLink href="/accounts" look=Look::Primary>
                "Go to All accounts"
            </ButtonLink>
        </div>
    }
}

#[component]
fn Over() -> impl IntoView {
    crate::answer_with(404);
    view! {
        <h1>"This link does not work any more"</h1>
        <p>"It was used, its time is over, or a part of its address is missing. Begin again under Settings, Profile."</p>
        <div class="form-acts">
            <ButtonLink href="/settings" look=Look::Primary>
                "Go to Settings"
            </ButtonLink>
        </div>
    }
}
