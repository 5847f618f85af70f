//! Server functions of accounts.
#![allow(clippy::too_many_arguments, reason = "the arguments of a form's function are its fields")]

use crate::wire::{Failure, Json};
use domain::account::{
    AccountDeletionView, AccountFilter, AccountGeneralView, AccountListView, AccountSettingsView, AssignOwnerView,
    DeletedAccountListView, LogInView, OwnerlessListView,
};
use domain::secret::Secret;
use domain::{AccountId, IdempotencyKey, MemberId};
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
    Ok(crate::ssr::ctx()?.account(account).await?.general().await?)
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

/// A key for a form that adds an account.
#[server(prefix = "/api", endpoint = "account/new-key", input = PostUrl, output = Json)]
pub async fn new_account_key() -> Result<IdempotencyKey, Failure> {
    Ok(crate::ssr::ctx()?.new_form_key())
}

/// A member adds an account, and becomes its Owner.
#[server(prefix = "/api", endpoint = "account/add", input = PostUrl, output = Json)]
pub async fn add_account(
    key: IdempotencyKey,
    label: String,
    app: String,
    #[server(default)] login_url: String,
    #[server(default)] username: String,
    #[server(default)] note: String,
    #[server(default)] password: Secret,
    #[server(default)] one_time_code: Secret,
) -> Result<(), Failure> {
    let form = domain::account::AccountForm { label, app, login_url, username, note };
    let (account, label) = crate::ssr::add_account(key, &form, password, one_time_code).await?;
    crate::ssr::done(&format!("/accounts/{account}"), format!("{label} is added. You are its Owner."));
    Ok(())
}

/// What an account owner can change about an account.
#[server(prefix = "/api", endpoint = "account/settings", input = PostUrl, output = Json)]
pub async fn account_settings(account: AccountId) -> Result<AccountSettingsView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.owner()?.settings().await?)
}

/// An account owner changes the details of an account.
#[server(prefix = "/api", endpoint = "account/edit", input = PostUrl, output = Json)]
pub async fn edit_account(
    account: AccountId,
    version: i32,
    label: String,
    app: String,
    #[server(default)] login_url: String,
    #[server(default)] username: String,
    #[server(default)] note: String,
) -> Result<(), Failure> {
    let form = domain::account::AccountForm { label, app, login_url, username, note };
    let saved = crate::ssr::ctx()?.account(account).await?.owner()?.edit(&form, version).await?;
    crate::ssr::notify(crate::wire::Notice::done(saved));
    Ok(())
}

/// What follows when an account is deleted, for its owners.
#[server(prefix = "/api", endpoint = "account/deletion", input = PostUrl, output = Json)]
pub async fn account_deletion(account: AccountId) -> Result<AccountDeletionView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.owner()?.deletion().await?)
}

/// An account owner deletes an account.
#[server(prefix = "/api", endpoint = "account/delete", input = PostUrl, output = Json)]
pub async fn delete_account(account: AccountId, reason: String) -> Result<(), Failure> {
    let deleted = crate::ssr::ctx()?.delete_account(account, &reason).await?;
    crate::ssr::done("/accounts", deleted);
    Ok(())
}

/// Deleted accounts that a member owns, or looks after as an Admin, a page at a time.
#[server(prefix = "/api", endpoint = "account/deleted", input = PostUrl, output = Json)]
pub async fn deleted_accounts(#[server(default)] after: Option<String>) -> Result<DeletedAccountListView, Failure> {
    Ok(crate::ssr::ctx()?.deleted_accounts(after.as_deref()).await?)
}

/// An account owner restores a deleted account; an Admin, when it has no owner.
#[server(prefix = "/api", endpoint = "account/restore", input = PostUrl, output = Json)]
pub async fn restore_account(account: AccountId) -> Result<(), Failure> {
    let restored = crate::ssr::ctx()?.restore_account(account).await?;
    crate::ssr::notify(crate::wire::Notice::done(restored.message()));
    let tab = if restored.waiting > 0 { "/members" } else { "" };
    crate::ssr::redirect(&format!("/accounts/{account}{tab}"));
    Ok(())
}

/// Accounts of the workspace without an owner, for its Admins, a page at a time.
#[server(prefix = "/api", endpoint = "account/without-owner", input = PostUrl, output = Json)]
pub async fn accounts_without_owner(#[server(default)] after: Option<String>) -> Result<OwnerlessListView, Failure> {
    Ok(crate::ssr::ctx()?.admin()?.accounts_without_owner(after.as_deref()).await?)
}

/// Members who could own an account that has no owner, for a host Admin.
#[server(prefix = "/api", endpoint = "account/owner-choices", input = PostUrl, output = Json)]
pub async fn owner_choices(account: AccountId, #[server(default)] typed: String) -> Result<AssignOwnerView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.assigner()?.choices(&typed).await?)
}

/// A host Admin gives an account without an owner one.
#[server(prefix = "/api", endpoint = "account/assign-owner", input = PostUrl, output = Json)]
pub async fn assign_owner(account: AccountId, member: MemberId) -> Result<(), Failure> {
    let assigned = crate::ssr::ctx()?.account(account).await?.assign_owner(member).await?;
    crate::ssr::done("/accounts/without-owner", assigned);
    Ok(())
}
