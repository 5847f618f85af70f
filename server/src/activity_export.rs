//! Downloads of activity: `POST /activity/record`, a company's own record with what is needed to verify it.

use crate::router::{Reader, Refusal, Server, sign_in_first};
use app::ssr::told;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use futures::{Stream, TryStreamExt};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use services::Ctx;

pub(crate) async fn record(State(server): State<Server>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let Some(ctx) = request.extensions().get::<Ctx>().cloned() else {
        return sign_in_first(Some("/activity"));
    };
    let admin = match ctx.admin() {
        Ok(admin) => admin,
        Err(denial) => return reader.refuse(Refusal::of(denial.into())),
    };
    match admin.export_record().await {
        Ok(pieces) => {
            file(pieces, "application/jsonl; charset=utf-8", "attachment; filename=\"activity-record.jsonl\"")
        }
        Err(error) => reader.refuse(Refusal::of(told(error))),
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
