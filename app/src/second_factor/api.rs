//! Server functions of second factors.

use crate::wire::{Failure, Json};
use domain::MemberId;
use domain::second_factor::{OneTimeCodeSetUp, RecoveryCodes, SignInRulesView};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// A user begins to set up one-time codes.
#[server(prefix = "/api", endpoint = "second-factor/begin-codes", input = PostUrl, output = Json)]
pub async fn begin_one_time_codes() -> Result<(), Failure> {
    crate::ssr::oneself()?.recently_confirmed()?.begin_one_time_codes().await?;
    crate::ssr::redirect("/settings/security/one-time-codes");
    Ok(())
}

/// A user sees what an app has to learn, while the set-up is under way.
#[server(prefix = "/api", endpoint = "second-factor/codes-under-way", input = PostUrl, output = Json)]
pub async fn one_time_codes_under_way() -> Result<Option<OneTimeCodeSetUp>, Failure> {
    Ok(crate::ssr::oneself()?.recently_confirmed()?.one_time_codes_under_way().await?)
}

/// A user shows by a code that an app makes them. Recovery codes are shown once.
#[server(prefix = "/api", endpoint = "second-factor/confirm-codes", input = PostUrl, output = Json)]
pub async fn confirm_one_time_codes(#[server(default)] code: String) -> Result<RecoveryCodes, Failure> {
    let codes = crate::ssr::oneself()?.recently_confirmed()?.confirm_one_time_codes(&code).await?;
    crate::ssr::show_once();
    Ok(RecoveryCodes { codes })
}

/// A user takes one-time codes away.
#[server(prefix = "/api", endpoint = "second-factor/remove-codes", input = PostUrl, output = Json)]
pub async fn remove_one_time_codes() -> Result<(), Failure> {
    crate::ssr::oneself()?.recently_confirmed()?.remove_one_time_codes().await?;
    crate::ssr::notify(crate::wire::Notice::done("One-time codes have been removed."));
    Ok(())
}

/// A user gets new recovery codes, which are shown once.
#[server(prefix = "/api", endpoint = "second-factor/new-recovery-codes", input = PostUrl, output = Json)]
pub async fn new_recovery_codes() -> Result<RecoveryCodes, Failure> {
    let codes = crate::ssr::oneself()?.recently_confirmed()?.new_recovery_codes().await?;
    crate::ssr::show_once();
    Ok(RecoveryCodes { codes })
}

/// A member reads what their workspace asks for at sign-in.
#[server(prefix = "/api", endpoint = "second-factor/rules", input = PostUrl, output = Json)]
pub async fn sign_in_rules() -> Result<SignInRulesView, Failure> {
    Ok(crate::ssr::ctx()?.sign_in_rules().await?)
}

/// An Admin asks every member for a second factor, or no longer.
#[server(prefix = "/api", endpoint = "second-factor/require", input = PostUrl, output = Json)]
pub async fn require_second_factor(#[server(default)] required: Option<String>) -> Result<(), Failure> {
    let required = required.is_some();
    crate::ssr::ctx()?.admin()?.require_second_factor(required).await?;
    let text = if required { "A second factor is required now." } else { "A second factor is not required any more." };
    crate::ssr::notify(crate::wire::Notice::done(text));
    Ok(())
}

/// An Admin takes away the second factors of a member who has lost theirs.
#[server(prefix = "/api", endpoint = "second-factor/reset", input = PostUrl, output = Json)]
pub async fn reset_second_factor(member: MemberId) -> Result<(), Failure> {
    crate::ssr::ctx()?.admin()?.reset_second_factor(member).await?;
    crate::ssr::notify(crate::wire::Notice::done(
        "The second factor has been reset. The member signs in with the password alone.",
    ));
    Ok(())
}
