//! Downloads of activity: `POST /activity/export` and `POST /accounts/{account}/activity/export`, what the filter shows as
//! comma-separated values, and `POST /activity/record`, a company's own record with what is needed to verify it.

use crate::router::{Reader, Refusal, Server, read_form, see_other, sign_in_first};
use app::activity::{fields, filter_of};
use app::ssr::told_to;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::activity::ActivityFilter;
use domain::{AccountId, AppError};
use futures::{Stream, TryStreamExt};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use services::Ctx;
use std::collections::HashMap;

/// What happened in the workspace.
pub(crate) async fn table(State(server): State<Server>, request: Request) -> Response {
    export(&server, "/activity", request, async |ctx, filter| ctx.export_activity(filter).await).await
}

/// What happened to an account.
pub(crate) async fn table_of_account(
    State(server): State<Server>,
    Path(account): Path<String>,
    request: Request,
) -> Response {
    let Ok(account) = account.parse::<AccountId>() else {
        return Reader::of(&request, &server).refuse(Refusal::not_found());
    };
    let page = format!("/accounts/{account}/activity");
    export(&server, &page, request, async |ctx, filter| ctx.account(account).await?.export_activity(filter).await).await
}

/// Downloads what a page shows. A filter that cannot be used leads back there, where it stands again with what is wrong.
async fn export<S>(
    server: &Server,
    page: &str,
    request: Request,
    rows: impl AsyncFnOnce(&Ctx, &ActivityFilter) -> Result<S, services::Error>,
) -> Response
where
    S: Stream<Item = Result<Vec<u8>, services::Error>> + Send + 'static,
{
    let reader = Reader::of(&request, server);
    let Some(ctx) = request.extensions().get::<Ctx>().cloned() else {
        return sign_in_first(Some(page));
    };
    let body = match read_form(request).await {
        Ok((_, body)) => body,
        Err(refusal) => return reader.refuse(refusal),
    };
    let filter = filter_in(&body);
    match rows(&ctx, &filter).await {
        Ok(pieces) => file(pieces, "text/csv; charset=utf-8", "attachment; filename=\"activity.csv\""),
        Err(error) => match told_to(&ctx, "download activity", error) {
            AppError::Invalid { .. } => see_other(&format!("{page}?{}", in_query(&filter))),
            error => reader.refuse(Refusal::of(error)),
        },
    }
}

fn in_query(filter: &ActivityFilter) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields(filter)).finish()
}

/// What the list was narrowed down to.
fn filter_in(body: &str) -> ActivityFilter {
    let typed: HashMap<_, _> = url::form_urlencoded::parse(body.as_bytes()).collect();
    filter_of(|name| typed.get(name).map_or_else(String::new, |value| value.as_ref().to_owned()))
}

pub(crate) async fn record(State(server): State<Server>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let Some(ctx) = request.extensions().get::<Ctx>().cloned() else {
        return sign_in_first(Some("/activity"));
    };
    let admin = match ctx.admin() {
        Ok(admin) => admin,
        Err(denial) => return reader.refuse(Refusal::of(told_to(&ctx, "download the record", denial.into()))),
    };
    match admin.export_record().await {
        Ok(pieces) => {
            file(pieces, "application/jsonl; charset=utf-8", "attachment; filename=\"activity-record.jsonl\"")
        }
        Err(error) => reader.refuse(Refusal::of(told_to(&ctx, "download the record", error))),
    }
}

fn file(
    pieces: impl Stream<Item = Result<Vec<u8>, services::Error>> + Send + 'static,
    kind: &'static str,
    disposition: &'static str,
) -> Response {
    let mut response = Response::new(Body::from_stream(pieces.inspect_err(|error| {
        // The file breaks off: the browser says so.
        tracing::error!(error = %services::chain(error), "a download of activity broke off");
    })));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    response
}
