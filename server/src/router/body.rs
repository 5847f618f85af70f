//! Reads the body of a request, as far and for as long as a form can reasonably need.

use super::Refusal;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use domain::account::LONGEST_FILE;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use std::time::Duration;

/// Bytes of a body. The longest form, a request for 100 people with a reason of 1,000 letters, needs a tenth of it.
pub const LONGEST_BODY: usize = 256 * 1024;
/// Bytes of a body with a file in it, or with a file's text, each letter of which may take three.
const LONGEST_UPLOAD: usize = 3 * LONGEST_FILE + LONGEST_BODY;
/// How long a body may take to arrive.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The same request, with its whole body in memory.
pub(crate) async fn read(request: Request) -> Result<Request, Refusal> {
    read_up_to(LONGEST_BODY, request).await
}

async fn read_up_to(longest: usize, request: Request) -> Result<Request, Refusal> {
    let (parts, body) = request.into_parts();
    let announced = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > longest as u64) {
        return Err(Refusal::too_long());
    }
    let body = match tokio::time::timeout(LONGEST_WAIT, to_bytes(body, longest)).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) if is_limit(&error) => return Err(Refusal::too_long()),
        Ok(Err(_)) => return Err(Refusal::cut_off()),
        Err(_) => return Err(Refusal::too_slow()),
    };
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// The body of a form with a file in it, and the request without it.
pub(crate) async fn read_upload(request: Request) -> Result<(Request, Bytes), Refusal> {
    let (parts, body) = read_up_to(LONGEST_UPLOAD, request).await?.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Refusal::cut_off())?;
    Ok((Request::from_parts(parts, Body::empty()), body))
}

/// The body of a form, and the request without it.
pub(crate) async fn read_form(request: Request) -> Result<(Request, String), Refusal> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::wrong_kind());
    }
    let (parts, body) = read(request).await?.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Refusal::cut_off())?;
    let body = String::from_utf8(body.into()).map_err(|_| Refusal::unreadable_form())?;
    Ok((Request::from_parts(parts, Body::empty()), body))
}

fn is_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>())
}
