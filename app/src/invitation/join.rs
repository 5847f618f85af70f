//! The page behind the link of an invitation.

use super::api::view_invitation;
use crate::layout::address::{Address, leading_to};
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::moment::Exactly;
use crate::layout::{Alone, why_not};
use crate::session::SignOutForm;
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextField;
use domain::invitation::{InvitationView, TakenUpBy};
use domain::text::SHORTEST_PASSWORD;
use leptos::prelude::*;
use leptos_meta::Title;

/// Join a workspace. Opening the page changes nothing.
#[component]
pub fn JoinPage() -> impl IntoView {
    let page = Address::of_page();
    let token = page.get("token").unwrap_or_default().to_owned();
    view! {
        <Alone>
            {Suspend::new(async move {
                match view_invitation(token.clone()).await {
                    Ok(Some(invitation)) => {
                        view! { <Invitation invitation=invitation token=token page=page.whole() /> }.into_any()
                    }
                    Ok(None) => view! { <Gone /> }.into_any(),
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
        <Title text=crate::layout::title("This invitation does not work") />
        <h1>"This invitation does not work"</h1>
        <p>"It has ended, or was used or withdrawn. Ask whoever invited you to send it again."</p>
        <ButtonLink href="/sign-in">"Sign in"</ButtonLink>
    }
}

#[component]
fn Invitation(invitation: InvitationView, token: String, page: String) -> impl IntoView {
    let posted = Posted::to("invitation/join");
    let InvitationView { workspace, invited_by, email, ends_at, by, reader } = invitation;
    let heading = format!("Join {workspace}");
    view! {
        <Title text=posted.title(&heading) />
        <h1>{heading}</h1>
        <Problems posted=posted.clone() />
        <p>
            <bdi>{invited_by}</bdi>
            " invites "
            <strong>{email.clone()}</strong>
            ". The invitation ends on "
            <Exactly at=ends_at />
            "."
        </p>
        {match by {
            TakenUpBy::NewSignIn => {
                view! {
                    <PostForm function="invitation/join">
                        <input type="hidden" name="token" value=token />
                        // For password managers, which keep it beside the password.
                        <input type="hidden" name="username" autocomplete="username" value=email />
                        <NewSignIn posted=posted />
                        <Button look=Look::Primary>"Join"</Button>
                    </PostForm>
                }
                    .into_any()
            }
            TakenUpBy::SignIn => {
                view! {
                    <p>"This address has a sign-in already. Sign in with it, and you come back here to join."</p>
                    <ButtonLink href=leading_to("/sign-in", &page) look=Look::Primary>
                        "Sign in to join"
                    </ButtonLink>
                }
                    .into_any()
            }
            TakenUpBy::Password => {
                view! {
                    <PostForm function="invitation/join">
                        <input type="hidden" name="token" value=token />
                        <input type="hidden" name="username" autocomplete="username" value=email />
                        <TextField
                            name="password"
                            label="Password"
                            hint="This address has a sign-in already. Enter its password."
                            kind="password"
                            autocomplete="current-password"
                            required=true
                            error=posted.problem("password")
                        />
                        <Button look=Look::Primary>"Join"</Button>
                    </PostForm>
                    <ForgottenPassword />
                }
                    .into_any()
            }
            TakenUpBy::SignedIn => {
                view! {
                    <p>"You are signed in with this address. You can switch between your workspaces at any time."</p>
                    <PostForm function="invitation/join">
                        <input type="hidden" name="token" value=token />
                        <Button look=Look::Primary>"Join"</Button>
                    </PostForm>
                }
                    .into_any()
            }
            TakenUpBy::SomebodyElse => {
                view! {
                    <p>
                        "You are signed in as " <strong>{reader.unwrap_or_default()}</strong>
                        ". Sign out, then open the link of the invitation again."
                    </p>
                    <SignOutForm />
                }
                    .into_any()
            }
        }}
    }
}

/// The way out for somebody who is asked for the password of a sign-in they have not used for long.
#[component]
pub(crate) fn ForgottenPassword() -> impl IntoView {
    view! {
        <p>
            <a href="/forgot-password">"Forgotten your password?"</a>
            " Set a new one, then open this link again."
        </p>
    }
}

/// Name and password of somebody who has no sign-in yet.
#[component]
pub(crate) fn NewSignIn(
    /// The form, when it has failed.
    posted: Posted,
) -> impl IntoView {
    view! {
        <TextField
            name="name"
            label="Your name"
            value=posted.or("name", "")
            autocomplete="name"
            required=true
            error=posted.problem("name")
        />
        <TextField
            name="password"
            label="Password"
            hint=format!("At least {SHORTEST_PASSWORD} characters. Several words in a row are good.")
            kind="password"
            autocomplete="new-password"
            required=true
            error=posted.problem("password")
        />
    }
}
