//! Server functions of the members of an account.

use crate::wire::{Failure, Json};
use domain::access_grant::{AddMembersView, AddedMembers};
use domain::access_request::AccountMembersView;
use domain::account::AccountRole;
use domain::{AccountId, MemberId, RequestLineId};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// The members of an account that the reader may see, a page at a time, and the lines that wait, `line` among them.
#[server(prefix = "/api", endpoint = "access-grant/members", input = PostUrl, output = Json)]
pub async fn account_members(
    account: AccountId,
    #[server(default)] after: Option<String>,
    #[server(default)] line: Option<RequestLineId>,
) -> Result<AccountMembersView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.members(after.as_deref(), line).await?)
}

/// An account owner changes a member's role on the account.
#[server(prefix = "/api", endpoint = "access-grant/change-role", input = PostUrl, output = Json)]
pub async fn change_role(account: AccountId, member: MemberId, role: AccountRole) -> Result<(), Failure> {
    let changed = crate::ssr::ctx()?.account(account).await?.owner()?.change_role(member, role).await?;
    crate::ssr::notify(crate::wire::Notice::done(changed));
    Ok(())
}

/// An account owner, the partnership owner or a host Admin removes a member's access.
#[server(prefix = "/api", endpoint = "access-grant/remove", input = PostUrl, output = Json)]
pub async fn remove_access(account: AccountId, member: MemberId) -> Result<(), Failure> {
    let removed = crate::ssr::ctx()?.account(account).await?.remover()?.remove(member).await?;
    crate::ssr::notify(crate::wire::Notice::done(removed));
    Ok(())
}

/// An account owner looks for members of the own workspace to add.
#[server(prefix = "/api", endpoint = "access-grant/add-form", input = PostUrl, output = Json)]
pub async fn add_members_form(
    account: AccountId,
    #[server(default)] typed: String,
    #[server(default)] members: Vec<MemberId>,
) -> Result<AddMembersView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.owner()?.add_members_form(&typed, &members).await?)
}

/// An account owner gives members of the own workspace access.
#[server(prefix = "/api", endpoint = "access-grant/give", input = PostUrl, output = Json)]
pub async fn give_access(
    account: AccountId,
    #[server(default)] members: Vec<MemberId>,
    #[server(default)] role: String,
) -> Result<AddedMembers, Failure> {
    let form = domain::access_grant::GiveForm { members, role };
    let added = crate::ssr::ctx()?.account(account).await?.owner()?.give_access(&form).await?;
    crate::ssr::notify(crate::wire::Notice { items: added.not_added(), ..crate::wire::Notice::done(added.message()) });
    crate::ssr::redirect(&format!("/accounts/{account}/members"));
    Ok(added)
}

/// A member gives back their own access to an account.
#[server(prefix = "/api", endpoint = "access-grant/give-back", input = PostUrl, output = Json)]
pub async fn give_back_access(account: AccountId) -> Result<(), Failure> {
    let given = crate::ssr::ctx()?.account(account).await?.holder()?.give_back().await?;
    crate::ssr::done("/accounts", given);
    Ok(())
}

/// An account owner confirms guests' access that waits since the account was restored.
#[server(prefix = "/api", endpoint = "access-grant/confirm", input = PostUrl, output = Json)]
pub async fn confirm_access(account: AccountId, #[server(default)] members: Vec<MemberId>) -> Result<(), Failure> {
    let confirmed = crate::ssr::ctx()?.account(account).await?.owner()?.confirm_access(&members).await?;
    crate::ssr::notify(crate::wire::Notice::done(confirmed));
    Ok(())
}
