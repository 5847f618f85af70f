//! Founding a further workspace: with a link, or where the operator lets anyone.

use super::api::view_founding;
use super::set_up::WorkspaceName;
use crate::invitation::{ForgottenPassword, NewSignIn};
use crate::layout::address::{Address, leading_to};
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{Alone, title, why_not};
use crate::session::SignOutForm;
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextField;
use domain::invitation::TakenUpBy;
use domain::workspace::{AnsweringWorkspace, FoundingPageView, FoundingView};
use leptos::prelude::*;
use leptos_meta::Title;

const HEADING: &str = "Found a workspace";

/// Found a workspace. Opening the page changes nothing.
#[component]
pub fn FoundWorkspacePage() -> impl IntoView {
    let page = Address::of_page();
    let token = page.get("token").unwrap_or_default().to_owned();
    view! {
        <Alone>
            {Suspend::new(async move {
                match view_founding(token.clone()).await {
                    Ok(founding) => view! { <Founding founding=founding token=token page=page /> }.into_any(),
                    Err(failure) => why_not(failure),
                }
            })}
        </Alone>
    }
}

#[component]
fn Founding(founding: FoundingPageView, token: String, page: Address) -> impl IntoView {
    let FoundingPageView { open, link, reader } = founding;
    match (link, reader) {
        (Some(link), reader) => view! { <WithLink link=link token=token page=page.whole() reader=reader /> }.into_any(),
        (None, _) if !token.is_empty() => view! { <Gone open=open /> }.into_any(),
        (None, _) if !open => view! { <ByInvitation /> }.into_any(),
        (None, Some(reader)) => view! { <AnotherOne reader=reader /> }.into_any(),
        (None, None) if page.get("sent").is_some() => view! { <Sent /> }.into_any(),
        (None, None) => view! { <Ask /> }.into_any(),
    }
}

#[component]
fn WithLink(link: FoundingView, token: String, page: String, reader: Option<String>) -> impl IntoView {
    let posted = Posted::to("workspace/found");
    let FoundingView { email, by, host, answering } = link;
    let company = host.clone();
    view! {
        <Title text=posted.title(HEADING) />
        <h1>{HEADING}</h1>
        <Problems posted=posted.clone() />
        {host.map(|host| view! { <Proposes host=host here=!answering.is_empty() /> })}
        {match by {
            TakenUpBy::NewSignIn => {
                view! {
                    <p>"You become its Owner, and sign in as " <strong>{email.clone()}</strong> "."</p>
                    <PostForm function="workspace/found">
                        <input type="hidden" name="token" value=token />
                        <input type="hidden" name="username" autocomplete="username" value=email />
                        <WorkspaceName posted=posted.clone() />
                        <NewSignIn posted=posted />
                        <Button look=Look::Primary>"Found workspace"</Button>
                    </PostForm>
                }
                    .into_any()
            }
            TakenUpBy::Password => {
                view! {
                    <PostForm function="workspace/found">
                        <input type="hidden" name="token" value=token />
                        <input type="hidden" name="username" autocomplete="username" value=email.clone() />
                        <WorkspaceName posted=posted.clone() />
                        <TextField
                            name="password"
                            label="Password"
                            hint=format!("{email} has a sign-in already. Enter its password.")
                            kind="password"
                            autocomplete="current-password"
                            required=true
                            error=posted.problem("password")
                        />
                        <Button look=Look::Primary>"Found workspace"</Button>
                    </PostForm>
                    <ForgottenPassword />
                }
                    .into_any()
            }
            TakenUpBy::SignIn => {
                view! {
                    <p>
                        <strong>{email}</strong>
                        " has a sign-in already. Sign in with it, and you come back here."
                    </p>
                    <ButtonLink href=leading_to("/sign-in", &page) look=Look::Primary>
                        "Sign in to go on"
                    </ButtonLink>
                }
                    .into_any()
            }
            TakenUpBy::SignedIn => {
                let look = if answering.is_empty() { Look::Primary } else { Look::Plain };
                view! {
                    {company
                        .filter(|_| !answering.is_empty())
                        .map(|host| view! { <Answering host=host answering=answering token=token.clone() /> })}
                    <p>"You become its Owner, as " <strong>{email}</strong> "."</p>
                    <PostForm function="workspace/found">
                        <input type="hidden" name="token" value=token />
                        <WorkspaceName posted=posted />
                        <Button look=look>"Found workspace"</Button>
                    </PostForm>
                }
                    .into_any()
            }
            TakenUpBy::SomebodyElse => {
                view! {
                    <p>
                        "This link is for " <strong>{email}</strong> ", and you are signed in as "
                        <strong>{reader.unwrap_or_default()}</strong> ". Sign out, then open the link again."
                    </p>
                    <SignOutForm />
                }
                    .into_any()
            }
        }}
    }
}

/// Why somebody was sent here who did not ask for it.
#[component]
fn Proposes(
    /// The company that proposes.
    host: String,
    /// Whether the reader can answer with a workspace they have.
    here: bool,
) -> impl IntoView {
    view! {
        <p>
            <bdi>{host}</bdi>
            " wants to share accounts with your company."
            {(!here)
                .then_some(
                    " Found your company’s workspace first, then you can accept. If it has a workspace here already, give \
                     them its workspace ID: whoever is a member finds it under Partners.",
                )}
        </p>
    }
}

/// The workspaces that can answer instead of a new one.
#[component]
fn Answering(
    /// The company that proposes.
    host: String,
    answering: Vec<AnsweringWorkspace>,
    token: String,
) -> impl IntoView {
    let posted = Posted::to("workspace/answer-as");
    view! {
        <Problems posted=posted />
        <h2>"Answer for a workspace you have"</h2>
        <p>
            "You look after a workspace here already. Go on with it to read the terms of " <bdi>{host}</bdi>
            " and to accept or decline, without founding another."
        </p>
        {answering
            .into_iter()
            .map(|AnsweringWorkspace { member, name }| {
                let token = token.clone();
                view! {
                    <PostForm function="workspace/answer-as">
                        <input type="hidden" name="token" value=token />
                        <input type="hidden" name="member" value=member.to_string() />
                        <Button look=Look::Primary>
                            <span>"Go on as " <bdi>{name}</bdi></span>
                        </Button>
                    </PostForm>
                }
            })
            .collect_view()}
        <h2>"Found a new workspace"</h2>
    }
}

#[component]
fn Gone(open: bool) -> impl IntoView {
    crate::answer_with(404);
    view! {
        <Title text=title("This link does not work") />
        <h1>"This link does not work"</h1>
        <p>"It has ended, or was used, or what it was for was taken back. Ask whoever gave it to you for a new one."</p>
        {if open {
            view! { <ButtonLink href="/found-workspace">"Ask for a new link"</ButtonLink> }
        } else {
            view! { <ButtonLink href="/sign-in">"Sign in"</ButtonLink> }
        }}
    }
}

#[component]
fn ByInvitation() -> impl IntoView {
    view! {
        <Title text=title(HEADING) />
        <h1>{HEADING}</h1>
        <p>
            "Here, workspaces are founded by invitation. Ask the company that wants to share accounts with yours to add you
            as a partner, or whoever runs this installation."
        </p>
        <ButtonLink href="/sign-in">"Sign in"</ButtonLink>
    }
}

/// For somebody who is signed in, where anyone can found a workspace.
#[component]
fn AnotherOne(reader: String) -> impl IntoView {
    let posted = Posted::to("workspace/found");
    view! {
        <Title text=posted.title(HEADING) />
        <h1>{HEADING}</h1>
        <Problems posted=posted.clone() />
        <p>"You become its Owner, as " <strong>{reader}</strong> ", beside the workspaces you are a member of."</p>
        <PostForm function="workspace/found">
            <WorkspaceName posted=posted />
            <div class="form-acts">
                <Button look=Look::Primary>"Found workspace"</Button>
                <ButtonLink href="/accounts">"Cancel"</ButtonLink>
            </div>
        </PostForm>
    }
}

/// For anyone, where anyone can found a workspace: the address is proved first.
#[component]
fn Ask() -> impl IntoView {
    let posted = Posted::to("workspace/ask-to-found");
    view! {
        <Title text=posted.title(HEADING) />
        <h1>{HEADING}</h1>
        <Problems posted=posted.clone() />
        <p>"Enter your email address. You get a mail with a link that leads on."</p>
        <PostForm function="workspace/ask-to-found">
            <TextField
                name="email"
                label="Email address"
                kind="email"
                value=posted.or("email", "")
                autocomplete="email"
                required=true
                error=posted.problem("email")
            />
            <Button look=Look::Primary>"Send link"</Button>
        </PostForm>
        <p>
            <a href="/sign-in">"Sign in"</a>
            " if you are a member of a workspace already."
        </p>
    }
}

#[component]
fn Sent() -> impl IntoView {
    view! {
        <Title text=title("Look into your mail") />
        <h1>"Look into your mail"</h1>
        <p>
            "A mail with a link to found your workspace is on its way. Nothing there after some minutes? Look among the
            unwanted mail, or " <a href="/found-workspace">"try again"</a> "."
        </p>
    }
}
