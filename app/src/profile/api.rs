//! Server functions of the own profile.

use crate::wire::{Failure, Json};
use domain::profile::{EmailChangeView, ProfileView};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// A user reads their own profile.
#[server(prefix = "/api", endpoint = "profile/own", input = PostUrl, output = Json)]
pub async fn own_profile() -> Result<ProfileView, Failure> {
    Ok(crate::ssr::oneself()?.profile())
}

/// A user takes another name.
#[server(prefix = "/api", endpoint = "profile/rename", input = PostUrl, output = Json)]
pub async fn rename_oneself(#[server(default)] name: String) -> Result<(), Failure> {
    crate::ssr::oneself()?.rename(&name).await?;
    crate::ssr::notify(crate::wire::Notice::done("Your name has been changed."));
    Ok(())
}

/// A user asks for another address to sign in with.
#[server(prefix = "/api", endpoint = "profile/change-email", input = PostUrl, output = Json)]
pub async fn change_email(#[server(default)] email: String) -> Result<(), Failure> {
    crate::ssr::oneself()?.recently_confirmed()?.change_email(&email).await?;
    let text = "A mail is on its way to the address you have now. Agree to the change with the link in it.";
    crate::ssr::notify(crate::wire::Notice::done(text));
    Ok(())
}

/// Anyone with a link looks at the change of an address that it is about; none when it works no more.
#[server(prefix = "/api", endpoint = "profile/email-change", input = PostUrl, output = Json)]
pub async fn email_change(#[server(default)] token: String) -> Result<Option<EmailChangeView>, Failure> {
    Ok(crate::ssr::services().email_change(&token).await?)
}

/// Anyone with a link agrees to the change of an address.
#[server(prefix = "/api", endpoint = "profile/agree-to-email", input = PostUrl, output = Json)]
pub async fn agree_to_email_change(#[server(default)] token: String) -> Result<(), Failure> {
    let agreed = crate::ssr::services().agree_to_email_change(&token).await?;
    crate::ssr::redirect(match agreed.step {
        domain::profile::EmailChangeStep::Old => "/change-email?done=old",
        domain::profile::EmailChangeStep::New => "/change-email?done=new",
    });
    Ok(())
}
