//! Refuses what another site makes a reader's browser send, before the body is read.
//!
//! After OWASP's Cross-Site Request Forgery Prevention Cheat Sheet: `Sec-Fetch-Site` decides where a browser sends it,
//! else `Origin` has to be the site's own. `same-site` is another origin, and refused; `none` is the reader's own doing in
//! the browser, which no page can bring about. Who sends neither header is refused, as the cheat sheet recommends: every
//! browser of the last years sends one of them with an unsafe request, and a program can send `Origin`.

use super::{Reader, Refusal, Server};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Uri};
use url::Url;

pub(super) async fn refuse_others(State(server): State<Server>, request: Request, next: Next) -> Response {
    let host = host(request.headers(), request.uri());
    if request.method().is_safe() || is_own(request.headers(), host, server.site_url()) {
        return next.run(request).await;
    }
    tracing::warn!("refused a request from another origin");
    Reader::of(&request, &server).refuse(Refusal::other_origin())
}

fn is_own(headers: &HeaderMap, host: Option<&str>, site: &Url) -> bool {
    if headers.contains_key("sec-fetch-site") {
        return matches!(only(headers, "sec-fetch-site"), Some("same-origin" | "none"));
    }
    only(headers, ORIGIN.as_str())
        .and_then(|origin| Url::parse(origin).ok())
        .is_some_and(|origin| is_own_address(&origin, host, site))
}

/// Whether an address is on this site: under the address that the operator has set, or under the host that the request
/// itself was sent to, which a page elsewhere cannot choose. A site on TLS does not take the address without for its own.
pub(super) fn is_own_address(address: &Url, host: Option<&str>, site: &Url) -> bool {
    if address.origin() == site.origin() {
        return true;
    }
    let scheme = address.scheme();
    let fits = scheme == "https" || (scheme == "http" && site.scheme() == "http");
    let here = host.and_then(|host| Url::parse(&format!("{scheme}://{host}")).ok());
    fits && here.is_some_and(|here| here.origin() == address.origin())
}

/// The host and port that the request was sent to.
pub(crate) fn host<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    uri.authority().map(|authority| authority.as_str()).or_else(|| only(headers, HOST.as_str()))
}

/// The value of a header that stands there once.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}
