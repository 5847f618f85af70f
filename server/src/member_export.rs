//! `POST /members/export`: the members that the filter shows, as a file.

use crate::router::{Reader, Refusal, Server, read_form, sign_in_first};
use app::ssr::told_to;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::member::MemberFilter;
use futures::TryStreamExt;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use services::Ctx;

pub(crate) async fn post(State(server): State<Server>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let Some(ctx) = request.extensions().get::<Ctx>().cloned() else {
        return sign_in_first(Some("/members"));
    };
    let body = match read_form(request).await {
        Ok((_, body)) => body,
        Err(refusal) => return reader.refuse(refusal),
    };
    let admin = match ctx.admin() {
        Ok(admin) => admin,
        Err(denial) => return reader.refuse(Refusal::of(told_to(&ctx, "download members", denial.into()))),
    };
    match admin.export_members(filter_in(&body)).await {
        Ok(pieces) => file(Body::from_stream(pieces.inspect_err(|error| {
            // The file breaks off: the browser says so.
            tracing::error!(error = %services::chain(error), "the list of members broke off");
        }))),
        Err(error) => reader.refuse(Refusal::of(told_to(&ctx, "download members", error))),
    }
}

/// What the list was narrowed down to. A word that is not known narrows nothing, as on the page.
fn filter_in(body: &str) -> MemberFilter {
    let mut filter = MemberFilter::default();
    for (name, value) in url::form_urlencoded::parse(body.as_bytes()) {
        match name.as_ref() {
            "search" => filter.search = value.into_owned(),
            "role" => filter.role = value.parse().ok(),
            "status" => filter.status = value.parse().ok(),
            _ => {}
        }
    }
    filter
}

fn file(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"members.csv\""));
    response
}
