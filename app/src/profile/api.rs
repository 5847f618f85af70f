//! Server functions of the own profile.

use crate::wire::{Failure, Json, Notice};
use domain::profile::ProfileView;
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
    crate::ssr::notify(Notice::done("Your name has been changed."));
    Ok(())
}
