//! The page behind the set-up link of an empty installation.

use super::api::can_set_up;
use crate::invitation::NewSignIn;
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{Alone, title, why_not};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextField;
use leptos::prelude::*;
use leptos_meta::Title;

/// Sets up the first workspace. Opening the page changes nothing.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let token = Address::of_page().get("token").unwrap_or_default().to_owned();
    view! {
        <Alone>
            {Suspend::new(async move {
                match can_set_up(token.clone()).await {
                    Ok(true) => view! { <SetUpForm token=token posted=Posted::to("workspace/set-up") /> }.into_any(),
                    Ok(false) => view! { <Gone /> }.into_any(),
                    Err(failure) => why_not(failure),
                }
            })}
        </Alone>
    }
}

#[component]
fn Gone() -> impl IntoView {
    crate::answer_with(404);
    view! {
        <Title text=title("This link does not work") />
        <h1>"This link does not work"</h1>
        <p>
            "It has ended, or Latchkey is set up already. If it is not, the command " <code>"latchkey setup-link"</code>
            " prints a new link."
        </p>
        <ButtonLink href="/sign-in">"Sign in"</ButtonLink>
    }
}

#[component]
fn SetUpForm(token: String, posted: Posted) -> impl IntoView {
    view! {
        <Title text=posted.title("Set up Latchkey") />
        <h1>"Set up Latchkey"</h1>
        <p>"You make the first workspace, your company’s, and become its Owner. You can invite others afterwards."</p>
        <Problems posted=posted.clone() />
        <PostForm function="workspace/set-up">
            <input type="hidden" name="token" value=token />
            <WorkspaceName posted=posted.clone() />
            <TextField
                name="email"
                label="Email address"
                hint="You sign in with it, and get mail there."
                kind="email"
                value=posted.or("email", "")
                autocomplete="username"
                required=true
                error=posted.problem("email")
            />
            <NewSignIn posted=posted />
            <Button look=Look::Primary>"Set up"</Button>
        </PostForm>
    }
}

/// What the workspace is called.
#[component]
pub(super) fn WorkspaceName(
    /// The form, when it has failed.
    posted: Posted,
) -> impl IntoView {
    view! {
        <TextField
            name="workspace"
            label="Workspace name"
            hint="Your company’s name, as your partners know it."
            value=posted.or("workspace", "")
            autocomplete="organization"
            required=true
            error=posted.problem("workspace")
        />
    }
}
