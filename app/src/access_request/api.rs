//! Server functions of access requests.

use crate::wire::{Failure, Json};
use domain::access_request::{Decided, RequestFormView, SentRequest};
use domain::account::AccountRole;
use domain::member::{MemberSuggestion, PickedMember};
use domain::{AccountId, MemberId, RequestLineId};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// An account manager opens the form.
#[server(prefix = "/api", endpoint = "access-request/form", input = PostUrl, output = Json)]
pub async fn request_form(account: AccountId) -> Result<RequestFormView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.manager()?.request_form().await?)
}

/// An account manager looks for members of the own workspace to ask for, with the role they would get.
#[server(prefix = "/api", endpoint = "access-request/search-members", input = PostUrl, output = Json)]
pub async fn search_members(
    account: AccountId,
    role: AccountRole,
    #[server(default)] typed: String,
) -> Result<Vec<MemberSuggestion>, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.manager()?.search_members(&typed, role).await?)
}

/// An account manager sees by name and address whom they have picked.
#[server(prefix = "/api", endpoint = "access-request/picked-members", input = PostUrl, output = Json)]
pub async fn picked_members(
    account: AccountId,
    #[server(default)] members: Vec<MemberId>,
) -> Result<Vec<PickedMember>, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.manager()?.picked_members(&members).await?)
}

/// An account manager sends the request.
#[server(prefix = "/api", endpoint = "access-request/send", input = PostUrl, output = Json)]
pub async fn send_access_request(
    account: AccountId,
    form: domain::access_request::RequestForm,
) -> Result<SentRequest, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.manager()?.request_access(&form).await?)
}

/// An account owner says yes to one line of a request, as it was asked or with a lower role or an earlier end.
#[server(prefix = "/api", endpoint = "access-request/accept", input = PostUrl, output = Json)]
pub async fn accept_request_line(
    account: AccountId,
    line: RequestLineId,
    #[server(default)] role: String,
    #[server(default)] access_end: String,
    #[server(default)] access_end_date: String,
) -> Result<Decided, Failure> {
    let ctx = crate::ssr::ctx()?;
    let with = services::access_request::accept_with(&role, &access_end, &access_end_date, ctx.now())?;
    let decided = ctx.account(account).await?.decider()?.accept(line, with).await?;
    crate::ssr::notify(crate::wire::Notice::done(decided.message()));
    Ok(decided)
}

/// An account owner says no to one line of a request.
#[server(prefix = "/api", endpoint = "access-request/decline", input = PostUrl, output = Json)]
pub async fn decline_request_line(
    account: AccountId,
    line: RequestLineId,
    #[server(default)] note: String,
) -> Result<Decided, Failure> {
    let ctx = crate::ssr::ctx()?;
    let decline = async { ctx.account(account).await?.decider()?.decline(line, &note).await };
    let decided = decline.await.map_err(|error| crate::ssr::keep_typed(error, &note, &line.to_string()))?;
    crate::ssr::notify(crate::wire::Notice::done(decided.message()));
    Ok(decided)
}
