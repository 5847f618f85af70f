//! Downloads of activity: `POST /activity/export`, what the filter shows as comma-separated values, and
//! `POST /activity/record`, a company's own record with what is needed to verify it.

use crate::router::{Reader, Refusal, Server, read_form, sign_in_first};
use app::ssr::told_to;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::activity::ActivityFilter;
use futures::{Stream, TryStreamExt};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use services::Ctx;

pub(crate) async fn table(State(server): State<Server>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let Some(ctx) = request.extensions().get::<Ctx>().cloned() else {
        return sign_in_first(Some("/activity"));
    };
    let body = match read_form(request).await {
        Ok((_, body)) => body,
        Err(refusal) => return reader.refuse(refusal),
    };
    match ctx.export_activity(&filter_in(&body)).await {
        Ok(pieces) => file(pieces, "text/csv; charset=utf-8", "attachment; filename=\"activity.csv\""),
        Err(error) => reader.refuse(Refusal::of(told_to(&ctx, "download activity", error))),
    }
}

/// What the list was narrowed down to. A word that is not known narrows nothing, as on the page.
fn filter_in(body: &str) -> ActivityFilter {
    let mut filter = ActivityFilter::default();
    for (name, value) in url::form_urlencoded::parse(body.as_bytes()) {
        let value = value.into_owned();
        match name.as_ref() {
            "from" => filter.from = value,
            "to" => filter.to = value,
            "event" => filter.event = value.parse().ok(),
            "account" => filter.account = value,
            "app" => filter.app = value,
            "member" => filter.member = value,
            _ => {}
        }
    }
    filter
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
