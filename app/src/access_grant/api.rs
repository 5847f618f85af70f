//! Server functions of the members of an account.

use crate::wire::{Failure, Json};
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
