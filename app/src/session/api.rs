//! Server functions of sign-in, sign-out and the frame.

// `Notice` itself would clash with the type that the macro makes of `notice`.
use crate::wire::{self, Failure, Json};
use domain::MemberId;
use domain::session::FrameView;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// Anyone signs in with email address and password, and goes to the page they came for.
#[server(prefix = "/api", endpoint = "session/sign-in", input = PostUrl, output = Json)]
pub async fn sign_in(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), Failure> {
    crate::ssr::sign_in(email, password, next).await
}

/// A signed-in user ends the session.
#[server(prefix = "/api", endpoint = "session/sign-out", input = PostUrl, output = Json)]
pub async fn sign_out() -> Result<(), Failure> {
    crate::ssr::sign_out().await
}

/// A user of several workspaces goes to another one.
#[server(prefix = "/api", endpoint = "session/switch-workspace", input = PostUrl, output = Json)]
pub async fn switch_workspace(member: MemberId) -> Result<(), Failure> {
    crate::ssr::ctx()?.switch_to(member).await?;
    crate::ssr::redirect("/accounts");
    Ok(())
}

/// What stands around every signed-in page.
#[server(prefix = "/api", endpoint = "session/frame", input = PostUrl, output = Json)]
pub async fn frame() -> Result<FrameView, Failure> {
    Ok(crate::ssr::oneself()?.frame())
}

/// The one-time message that waits for this browser, if any. Reading it in a page takes it away.
#[server(prefix = "/api", endpoint = "session/notice", input = PostUrl, output = Json)]
pub async fn notice() -> Result<Option<wire::Notice>, Failure> {
    Ok(crate::ssr::take_notice())
}
