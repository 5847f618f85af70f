//! Server functions of activity.

use crate::wire::{Failure, Json};
use domain::AccountId;
use domain::activity::{ActivityFilter, ActivityListView};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// What happened to an account, as far as the reader may see it, newest first.
#[server(prefix = "/api", endpoint = "activity/account", input = PostUrl, output = Json)]
pub async fn account_activity(
    account: AccountId,
    #[server(default)] filter: ActivityFilter,
) -> Result<ActivityListView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.activity(&filter).await?)
}

/// What happened in the workspace, as far as the reader may see it, newest first.
#[server(prefix = "/api", endpoint = "activity/list", input = PostUrl, output = Json)]
pub async fn list_activity(filter: ActivityFilter) -> Result<ActivityListView, Failure> {
    Ok(crate::ssr::ctx()?.activity(&filter).await?)
}
