//! Server functions for whoever has the link of an invitation.

use crate::wire::{Failure, Json};
use domain::invitation::InvitationView;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// Whoever has a link sees what it is for; nothing when it does not work.
#[server(prefix = "/api", endpoint = "invitation/view", input = PostUrl, output = Json)]
pub async fn view_invitation(#[server(default)] token: String) -> Result<Option<InvitationView>, Failure> {
    Ok(crate::ssr::services().invitation(&token, crate::ssr::reader().as_ref()).await?)
}

/// Whoever has a link joins the workspace.
#[server(prefix = "/api", endpoint = "invitation/join", input = PostUrl, output = Json)]
pub async fn join_workspace(
    #[server(default)] token: String,
    #[server(default)] name: String,
    #[server(default)] password: String,
) -> Result<(), Failure> {
    crate::ssr::join(&token, name, password).await
}
