//! Server functions of workspaces.

use crate::wire::{Failure, Json};
use domain::MemberId;
use domain::workspace::{FoundingPageView, HandOverView, WorkspaceView};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// Whoever has the set-up link sees whether it works.
#[server(prefix = "/api", endpoint = "workspace/can-set-up", input = PostUrl, output = Json)]
pub async fn can_set_up(#[server(default)] token: String) -> Result<bool, Failure> {
    Ok(crate::ssr::services().can_set_up(&token).await?)
}

/// Whoever has the set-up link makes the first workspace.
#[server(prefix = "/api", endpoint = "workspace/set-up", input = PostUrl, output = Json)]
pub async fn set_up(
    #[server(default)] token: String,
    #[server(default)] workspace: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] password: String,
) -> Result<(), Failure> {
    crate::ssr::set_up(&token, domain::workspace::FoundingForm { workspace, name, email, password }).await
}

/// Anyone sees whether they can found a workspace, and what the link they have is for.
#[server(prefix = "/api", endpoint = "workspace/founding", input = PostUrl, output = Json)]
pub async fn view_founding(#[server(default)] token: String) -> Result<FoundingPageView, Failure> {
    Ok(crate::ssr::services().founding_page(&token, crate::ssr::reader().as_ref()).await?)
}

/// Whoever has a link founds a workspace; where founding is open, whoever is signed in.
#[server(prefix = "/api", endpoint = "workspace/found", input = PostUrl, output = Json)]
pub async fn found_workspace(
    #[server(default)] token: String,
    #[server(default)] workspace: String,
    #[server(default)] name: String,
    #[server(default)] password: String,
) -> Result<(), Failure> {
    crate::ssr::found_workspace(
        &token,
        domain::workspace::FoundingForm { workspace, name, email: String::new(), password },
    )
    .await
}

/// Whoever has the link of a proposal puts it before a workspace that they look after.
#[server(prefix = "/api", endpoint = "workspace/answer-as", input = PostUrl, output = Json)]
pub async fn answer_as(#[server(default)] token: String, member: MemberId) -> Result<(), Failure> {
    let domain::workspace::AnsweredAs { workspace, host, partnership } =
        crate::ssr::oneself()?.answer_as(&token, member).await?;
    let told = format!("The request of {host} is for {workspace} now. Read the terms, then accept or decline.");
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// Where founding is open, anyone asks for a link.
#[server(prefix = "/api", endpoint = "workspace/ask-to-found", input = PostUrl, output = Json)]
pub async fn ask_to_found(#[server(default)] email: String) -> Result<(), Failure> {
    crate::ssr::ask_to_found(&email).await?;
    crate::ssr::redirect("/found-workspace?sent=1");
    Ok(())
}

/// A member reads the settings of the workspace.
#[server(prefix = "/api", endpoint = "workspace/own", input = PostUrl, output = Json)]
pub async fn own_workspace() -> Result<WorkspaceView, Failure> {
    Ok(crate::ssr::ctx()?.own_workspace().await?)
}

/// An Admin renames the workspace.
#[server(prefix = "/api", endpoint = "workspace/rename", input = PostUrl, output = Json)]
pub async fn rename_workspace(#[server(default)] name: String) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.admin()?.rename(&name).await?;
    crate::ssr::notify(crate::wire::Notice::done(told));
    Ok(())
}

/// The Owner looks for somebody to hand the workspace over to.
#[server(prefix = "/api", endpoint = "workspace/hand-over-choices", input = PostUrl, output = Json)]
pub async fn hand_over_choices(
    #[server(default)] member: Option<MemberId>,
    #[server(default)] typed: String,
) -> Result<HandOverView, Failure> {
    Ok(crate::ssr::ctx()?.workspace_owner()?.hand_over_choices(member, &typed).await?)
}

/// The Owner hands the workspace over.
#[server(prefix = "/api", endpoint = "workspace/hand-over", input = PostUrl, output = Json)]
pub async fn hand_over(member: MemberId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.workspace_owner()?.hand_over_to(member).await?;
    crate::ssr::done("/settings/workspace", told);
    Ok(())
}
