//! Server functions of access requests.

use crate::wire::{Failure, Json};
use domain::access_request::{
    AskedBefore, Decided, DecidedSelection, Decision, ExtensionFormView, RequestFormView, SentRequest, SentView,
    ToDecideView,
};
use domain::account::AccountRole;
use domain::member::{MemberSuggestion, PickedMember};
use domain::{AccessRequestId, AccountId, IdempotencyKey, MemberId, RequestLineId};
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

/// A decider sees what waits for them, over all accounts, oldest first.
#[server(prefix = "/api", endpoint = "access-request/to-decide", input = PostUrl, output = Json)]
pub async fn requests_to_decide(#[server(default)] after: Option<String>) -> Result<ToDecideView, Failure> {
    Ok(crate::ssr::ctx()?.requests_to_decide(after.as_deref()).await?)
}

/// A decider says yes or no to several lines, each for itself.
#[server(prefix = "/api", endpoint = "access-request/decide-selected", input = PostUrl, output = Json)]
pub async fn decide_selected(
    decision: Decision,
    #[server(default)] lines: Vec<RequestLineId>,
    #[server(default)] note: String,
) -> Result<DecidedSelection, Failure> {
    let decided = crate::ssr::ctx()?.decide_selected(&lines, decision, &note).await?;
    let notice = crate::wire::Notice::done(decided.message(decision));
    crate::ssr::notify(crate::wire::Notice { items: decided.clone().items(), ..notice });
    Ok(decided)
}

/// A member sees what they have asked for, and what became of it.
#[server(prefix = "/api", endpoint = "access-request/sent", input = PostUrl, output = Json)]
pub async fn sent_requests(#[server(default)] after: Option<String>) -> Result<SentView, Failure> {
    Ok(crate::ssr::ctx()?.sent_requests(after.as_deref()).await?)
}

/// Whoever sent a request takes it back: one line, or all that waits.
#[server(prefix = "/api", endpoint = "access-request/withdraw", input = PostUrl, output = Json)]
pub async fn withdraw_request(
    request: AccessRequestId,
    #[server(default)] line: Option<RequestLineId>,
) -> Result<(), Failure> {
    let withdrawn = crate::ssr::ctx()?.sent_request(request).await?.withdraw(line).await?;
    crate::ssr::notify(crate::wire::Notice::done(withdrawn));
    Ok(())
}

/// Whoever sent a request reminds those who decide.
#[server(prefix = "/api", endpoint = "access-request/remind", input = PostUrl, output = Json)]
pub async fn remind_of_request(request: AccessRequestId) -> Result<(), Failure> {
    let reminded = crate::ssr::ctx()?.sent_request(request).await?.remind().await?;
    crate::ssr::notify(crate::wire::Notice::done(reminded));
    Ok(())
}

/// An account manager asks again: what the form starts with.
#[server(prefix = "/api", endpoint = "access-request/asked-before", input = PostUrl, output = Json)]
pub async fn request_asked_before(account: AccountId, request: AccessRequestId) -> Result<AskedBefore, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.manager()?.asked_before(request).await?)
}

/// A guest whose access ends opens the form to extend it.
#[server(prefix = "/api", endpoint = "access-request/extension-form", input = PostUrl, output = Json)]
pub async fn extension_form(account: AccountId) -> Result<ExtensionFormView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.holder()?.extension_form().await?)
}

/// A guest whose access ends asks for more time.
#[server(prefix = "/api", endpoint = "access-request/extend", input = PostUrl, output = Json)]
pub async fn extend_access(
    account: AccountId,
    key: IdempotencyKey,
    #[server(default)] access_end: String,
    #[server(default)] access_end_date: String,
    #[server(default)] reason: String,
) -> Result<SentRequest, Failure> {
    let holder = crate::ssr::ctx()?.account(account).await?.holder()?;
    let sent = holder.extend(key, &access_end, &access_end_date, &reason).await?;
    crate::ssr::done(&format!("/accounts/{account}"), sent.message());
    Ok(sent)
}
