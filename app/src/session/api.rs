//! Server functions of sign-in, sign-out and the frame.

// `Notice` itself would clash with the type that the macro makes of `notice`.
use crate::wire::{self, Failure, Json};
use domain::second_factor::HalfOpenView;
use domain::session::{FrameView, SecurityView};
use domain::{MemberId, SessionId};
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
    crate::ssr::oneself()?.switch_to(member).await?;
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

/// Anyone whose password was right sees what is asked for beside it; nothing when nothing is.
#[server(prefix = "/api", endpoint = "session/half-open", input = PostUrl, output = Json)]
pub async fn half_open() -> Result<Option<HalfOpenView>, Failure> {
    crate::ssr::half_open().await
}

/// Anyone whose password was right signs in with a code, and goes to the page they came for.
#[server(prefix = "/api", endpoint = "session/second-step", input = PostUrl, output = Json)]
pub async fn second_step(#[server(default)] code: String, #[server(default)] next: String) -> Result<(), Failure> {
    crate::ssr::second_step(code, next).await
}

/// A user proves by their password that it is them.
#[server(prefix = "/api", endpoint = "session/confirm", input = PostUrl, output = Json)]
pub async fn confirm_oneself(#[server(default)] password: String) -> Result<(), Failure> {
    Ok(crate::ssr::oneself()?.confirm(&password, &crate::ssr::browser()).await?)
}

/// A user reads how they sign in, and where they are signed in.
#[server(prefix = "/api", endpoint = "session/security", input = PostUrl, output = Json)]
pub async fn own_security() -> Result<SecurityView, Failure> {
    let oneself = crate::ssr::oneself()?;
    let (second_factors, sessions) = (oneself.second_factors().await?, oneself.sessions().await?);
    Ok(SecurityView { email: oneself.frame().email, second_factors, sessions })
}

/// A user ends one of their sessions.
#[server(prefix = "/api", endpoint = "session/end", input = PostUrl, output = Json)]
pub async fn end_session(session: SessionId) -> Result<(), Failure> {
    crate::ssr::oneself()?.end_session(session).await?;
    crate::ssr::notify(wire::Notice::done("The session has ended."));
    Ok(())
}

/// A user ends every session of theirs but this one.
#[server(prefix = "/api", endpoint = "session/end-others", input = PostUrl, output = Json)]
pub async fn end_other_sessions() -> Result<(), Failure> {
    let text = match crate::ssr::oneself()?.end_other_sessions().await? {
        0 => "There was no other session.".to_owned(),
        1 => "One other session has ended.".to_owned(),
        ended => format!("{ended} other sessions have ended."),
    };
    crate::ssr::notify(wire::Notice::done(text));
    Ok(())
}
