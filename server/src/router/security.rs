//! What every answer says to the browser about security, and where no answer ever leads: to another site.

use super::{Server, origin};
use app::ssr::own_path;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use url::Url;

/// For everything but pages of the application: no scripts at all.
const BARE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; \
                           form-action 'self'; frame-ancestors 'none'";

/// Beside the policy of content.
const ALWAYS: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Forms without scripts lead back to the page they stood on, which the server knows by this header.
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// A page's policy: the scripts that bear this answer's nonce, and what those load.
pub(super) fn page_policy(nonce: &str) -> HeaderValue {
    HeaderValue::from_str(&format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'"
    ))
    .expect("a nonce is made of visible letters")
}

/// An answer with a policy of its own.
pub(crate) fn with_policy(mut response: Response, policy: &'static str) -> Response {
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

pub(super) async fn secure(State(server): State<Server>, request: Request, next: Next) -> Response {
    let host = origin::host(request.headers(), request.uri()).map(str::to_owned);
    let posted = !request.method().is_safe();
    let mut response = next.run(request).await;

    // After a post, 302 leaves open by which method a browser goes on; 303 does not.
    if posted && response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    if response.status() == StatusCode::SEE_OTHER {
        // The framework puts the result of a server function beside the way back, where nobody reads it: it may be a secret.
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().remove(CONTENT_TYPE);
    }
    let headers = response.headers_mut();
    if let Some(location) = headers.get(LOCATION) {
        let own = location.to_str().ok().and_then(|way| own_way(way, host.as_deref(), server.site_url()));
        let own = own.and_then(|way| HeaderValue::from_str(&way).ok());
        headers.insert(LOCATION, own.unwrap_or(HeaderValue::from_static("/")));
    }
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(BARE_POLICY));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if server.edge().secure {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// A way as a path on this site, if it leads there. The framework leads back to the `Referer`, a whole address.
fn own_way(way: &str, host: Option<&str>, site: &Url) -> Option<String> {
    if let Some(path) = own_path(way) {
        return Some(path.to_owned());
    }
    let address = Url::parse(way).ok()?;
    if !origin::is_own_address(&address, host, site) {
        return None;
    }
    let query = address.query().filter(|query| !query.is_empty()).map(|query| format!("?{query}")).unwrap_or_default();
    own_path(&format!("{}{query}", address.path())).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_leads_to_another_site() {
        let site = Url::parse("https://latchkey.example").unwrap();
        for (way, own) in [
            ("/accounts?search=a", Some("/accounts?search=a")),
            ("https://latchkey.example/accounts?search=a#top", Some("/accounts?search=a")),
            ("https://other.example:8443/accounts", Some("/accounts")),
            ("https://latchkey.example/accounts?", Some("/accounts")),
            ("http://latchkey.example/accounts", None),
            ("https://evil.example/accounts", None),
            ("https://latchkey.example@evil.example/", None),
            ("https://latchkey.example.evil.example/", None),
            ("//evil.example", None),
            ("/\\evil.example", None),
            ("https://latchkey.example//evil.example", None),
            ("javascript:alert(1)", None),
            ("accounts", None),
        ] {
            assert_eq!(own_way(way, Some("other.example:8443"), &site).as_deref(), own, "{way}");
        }
    }
}
