//! Server functions of passwords.

use crate::wire::{Failure, Json};
use domain::session::ResetPasswordView;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// A user sets another password.
#[server(prefix = "/api", endpoint = "password/change", input = PostUrl, output = Json)]
pub async fn change_password(
    #[server(default)] current_password: String,
    #[server(default)] new_password: String,
) -> Result<(), Failure> {
    let oneself = crate::ssr::oneself()?;
    let session = oneself.change_password(&current_password, &new_password, &crate::ssr::browser()).await?;
    crate::ssr::enter(&session);
    crate::ssr::notify(crate::wire::Notice::done("Your password has been changed. Every other browser is signed out."));
    Ok(())
}

/// Anyone asks for a link to set a new password. The answer is the same whether the address is anybody's.
#[server(prefix = "/api", endpoint = "password/forgot", input = PostUrl, output = Json)]
pub async fn forgot_password(#[server(default)] email: String) -> Result<(), Failure> {
    crate::ssr::services().forgot_password(&email, &crate::ssr::browser()).await?.in_background();
    crate::ssr::redirect("/forgot-password?sent=yes");
    Ok(())
}

/// Anyone with a link looks at whose password it sets; nobody's when it works no more.
#[server(prefix = "/api", endpoint = "password/reset-link", input = PostUrl, output = Json)]
pub async fn reset_link(#[server(default)] token: String) -> Result<Option<ResetPasswordView>, Failure> {
    Ok(crate::ssr::services().reset_link(&token).await?)
}

/// Anyone with a link sets a new password.
#[server(prefix = "/api", endpoint = "password/reset", input = PostUrl, output = Json)]
pub async fn reset_password(
    #[server(default)] token: String,
    #[server(default)] new_password: String,
) -> Result<(), Failure> {
    crate::ssr::services().reset_password(&token, &new_password).await?;
    crate::ssr::leave_session();
    crate::ssr::redirect("/sign-in?password=set");
    Ok(())
}
