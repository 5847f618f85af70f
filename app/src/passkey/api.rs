//! Server functions of passkeys.

use crate::wire::{Failure, Json};
use domain::PasskeyId;
use domain::second_factor::PasskeyQuestion;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// Anyone gets a question that their passkey can answer.
#[server(prefix = "/api", endpoint = "passkey/ask", input = PostUrl, output = Json)]
pub async fn ask_for_passkey() -> Result<PasskeyQuestion, Failure> {
    Ok(crate::ssr::services().ask_for_passkey(&crate::ssr::browser()).await?)
}

/// Anyone signs in with a passkey's answer, and goes to the page they came for.
#[server(prefix = "/api", endpoint = "passkey/sign-in", input = PostUrl, output = Json)]
pub async fn sign_in_with_passkey(
    #[server(default)] question: String,
    #[server(default)] answer: String,
    #[server(default)] next: String,
) -> Result<(), Failure> {
    crate::ssr::sign_in_with_passkey(question, answer, next).await
}

/// A user gets the question that their new passkey answers.
#[server(prefix = "/api", endpoint = "passkey/begin", input = PostUrl, output = Json)]
pub async fn begin_passkey() -> Result<PasskeyQuestion, Failure> {
    Ok(crate::ssr::oneself()?.recently_confirmed()?.begin_passkey(&crate::ssr::browser()).await?)
}

/// A user keeps a new passkey.
#[server(prefix = "/api", endpoint = "passkey/add", input = PostUrl, output = Json)]
pub async fn add_passkey(
    #[server(default)] passkey_name: String,
    #[server(default)] question: String,
    #[server(default)] answer: String,
) -> Result<(), Failure> {
    crate::ssr::oneself()?.recently_confirmed()?.add_passkey(&passkey_name, &question, &answer).await?;
    crate::ssr::notify(crate::wire::Notice::done("The passkey has been set up. You can sign in with it from now on."));
    Ok(())
}

/// A user takes a passkey away.
#[server(prefix = "/api", endpoint = "passkey/remove", input = PostUrl, output = Json)]
pub async fn remove_passkey(passkey: PasskeyId) -> Result<(), Failure> {
    crate::ssr::oneself()?.recently_confirmed()?.remove_passkey(passkey).await?;
    crate::ssr::notify(crate::wire::Notice::done("The passkey has been removed."));
    Ok(())
}
