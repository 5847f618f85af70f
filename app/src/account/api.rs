//! Server functions of accounts.

use crate::wire::{Failure, Json};
use domain::AccountId;
use domain::account::{AccountFilter, AccountGeneralView, AccountListView, LogInView};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// A member's accounts, a page at a time.
#[server(prefix = "/api", endpoint = "account/list", input = PostUrl, output = Json)]
pub async fn list_accounts(filter: AccountFilter) -> Result<AccountListView, Failure> {
    Ok(crate::ssr::ctx()?.accounts(&filter).await?)
}

/// What a member may read about an account.
#[server(prefix = "/api", endpoint = "account/general", input = PostUrl, output = Json)]
pub async fn account_general(account: AccountId) -> Result<AccountGeneralView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.general())
}

/// A member with access logs in: the use is recorded, and a page of ours leads to the account's login URL.
#[server(prefix = "/api", endpoint = "account/log-in", input = PostUrl, output = Json)]
pub async fn log_in(account: AccountId) -> Result<(), Failure> {
    crate::ssr::ctx()?.account(account).await?.holder()?.log_in().await?;
    crate::ssr::redirect(&format!("/accounts/{account}/log-in"));
    Ok(())
}

/// Where a member with access logs in.
#[server(prefix = "/api", endpoint = "account/login-url", input = PostUrl, output = Json)]
pub async fn login_url(account: AccountId) -> Result<LogInView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.holder()?.login())
}
