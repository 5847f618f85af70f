//! `POST /accounts/{account}/request-access`: the form "Request share access" of a page without scripts.
//!
//! Each of its buttons posts the whole form, and the page comes back with everything typed. Only **Send** changes anything.

use crate::page_form::status_of;
use crate::router::{Reader, Refusal, SECURITY, Server, read_form, see_other, show_again, sign_in_and_send_again};
use app::access_request::posted::{PostedAct, PostedRequest};
use app::ssr::told_to;
use app::wire::Notice;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::AccountId;
use domain::access_request::{RequestForm, SentRequest};
use http::header::SET_COOKIE;
use leptos::prelude::provide_context;
use services::{Ctx, Oneself};

pub(crate) async fn post(State(server): State<Server>, Path(account): Path<String>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let path = request.uri().path().to_owned();
    let ctx = request.extensions().get::<Ctx>().cloned();
    let Ok(account) = account.parse::<AccountId>() else {
        return reader.refuse(Refusal::not_found());
    };
    let (request, body) = match read_form(request).await {
        Ok(read) => read,
        Err(refusal) => return reader.refuse(refusal),
    };
    let Some(ctx) = ctx else {
        if request.extensions().get::<Oneself>().is_some() {
            return see_other(SECURITY);
        }
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
            Err(error) => posted.failure = Some(told_to(&ctx, "request access", error)),
        }
    }
    let status = posted.failure.as_ref().and_then(status_of);
    show_again(&server, request, status, move || provide_context(posted.clone())).await
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
