//! `POST /accounts/{account}/request-access`: the form "Request share access" of a page without scripts.
//!
//! Each of its buttons posts the whole form, and the page comes back with everything typed. Only **Send** changes anything.

use crate::router::{Reader, Refusal, Server, read_body, see_other, sign_in_and_send_again};
use app::access_request::posted::{PostedAct, PostedRequest};
use app::ssr::told;
use app::wire::Notice;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::access_request::{RequestForm, SentRequest};
use domain::{AccountId, AppError};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE};
use http::{Method, StatusCode};
use leptos::prelude::provide_context;
use services::Ctx;

pub(crate) async fn post(State(server): State<Server>, Path(account): Path<String>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let path = request.uri().path().to_owned();
    let ctx = request.extensions().get::<Ctx>().cloned();
    let Ok(account) = account.parse::<AccountId>() else {
        return reader.refuse(Refusal::not_found());
    };
    let (request, body) = match form(request).await {
        Ok(read) => read,
        Err(refusal) => return reader.refuse(refusal),
    };
    let Some(ctx) = ctx else {
        return sign_in_and_send_again(&server, &path, &body);
    };
    let (posted, act) = match PostedRequest::parse(&body) {
        Ok(posted) => posted,
        Err(error) => return reader.refuse(Refusal::of(error)),
    };
    let mut posted = posted.after(act);
    if act == PostedAct::Send {
        posted.failure = posted.contradiction();
    }
    if act == PostedAct::Send && posted.failure.is_none() {
        match send(&ctx, account, &posted.form).await {
            Ok(sent) => return sent_answer(&server, sent),
            Err(error) => posted.failure = Some(told(error)),
        }
    }
    show_again(&server, request, posted).await
}

/// The body of a form, and the request without it.
async fn form(request: Request) -> Result<(Request, String), Refusal> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::wrong_kind());
    }
    let (parts, body) = read_body(request).await?.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Refusal::cut_off())?;
    let body = String::from_utf8(body.into()).map_err(|_| Refusal::unreadable_form())?;
    Ok((Request::from_parts(parts, Body::empty()), body))
}

async fn send(ctx: &Ctx, account: AccountId, form: &RequestForm) -> Result<SentRequest, services::Error> {
    ctx.account(account).await?.manager()?.request_access(form).await
}

fn sent_answer(server: &Server, sent: SentRequest) -> Response {
    let notice = Notice { items: sent.not_requested(), ..Notice::done(sent.message()) };
    let mut response = see_other("/accounts");
    response.headers_mut().append(SET_COOKIE, server.edge().leave(notice));
    response
}

/// The page, as it would be got, with what was posted in it.
async fn show_again(server: &Server, request: Request, posted: PostedRequest) -> Response {
    let status = posted.failure.as_ref().map(AppError::status);
    let (mut parts, _) = request.into_parts();
    parts.method = Method::GET;
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(CONTENT_TYPE);
    let request = Request::from_parts(parts, Body::empty());
    let mut response = server.render(request, move || provide_context(posted.clone())).await;
    // Where the page itself cannot be shown, its own status says why.
    if response.status() == StatusCode::OK
        && let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok())
    {
        *response.status_mut() = status;
    }
    response
}
