use crate::site::{Difference, STYLE, Site, get, post};
use axum::Router;
use axum::body::Body;
use axum::routing;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
};
use http::{Method, StatusCode};
use server::telemetry::REQUEST_ID;

async fn broken() {
    panic!("on purpose");
}

#[tokio::test]
async fn every_answer_tells_the_browser_what_it_may_do() {
    let routes = Router::new().route("/broken", routing::get(broken));
    let site = Site::start_with(Difference { routes, mail: true, ..Difference::default() }).await;
    let cookie = site.sign_in().await;
    let foreign = || post("/accounts").header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    let long = || post("/api/session/sign-in").body(Body::from(vec![b'a'; 300 * 1024])).unwrap();
    let delete = || post("/accounts").method(Method::DELETE).body(Body::empty()).unwrap();
    for (name, answer, status) in [
        ("a page", site.get("/sign-in").await, StatusCode::OK),
        ("a page for members", site.get_as(&cookie, "/accounts").await, StatusCode::OK),
        ("an asset", site.get(STYLE).await, StatusCode::OK),
        ("health", site.get("/health").await, StatusCode::OK),
        ("readiness", site.get("/ready").await, StatusCode::OK),
        ("mail", site.get("/dev/mail").await, StatusCode::OK),
        ("a way on", site.get("/").await, StatusCode::SEE_OTHER),
        ("a closed page", site.get("/accounts").await, StatusCode::SEE_OTHER),
        ("no page", site.get("/nothing").await, StatusCode::NOT_FOUND),
        ("no page for members", site.get_as(&cookie, "/nothing").await, StatusCode::NOT_FOUND),
        ("no stream", site.get("/live?since=0").await, StatusCode::UNAUTHORIZED),
        ("a function by link", site.get("/api/account/list").await, StatusCode::METHOD_NOT_ALLOWED),
        ("a wrong method", site.send(delete()).await, StatusCode::METHOD_NOT_ALLOWED),
        ("another origin", site.send(foreign()).await, StatusCode::FORBIDDEN),
        ("too much", site.send(long()).await, StatusCode::PAYLOAD_TOO_LARGE),
        ("an incident", site.get("/broken").await, StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        for (header, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(header), value, "{header} of {name}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"), "{name}");
        let policy = answer.header(CONTENT_SECURITY_POLICY);
        for part in ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(part), "{part} in the policy of {name}: {policy}");
        }
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{name}: {policy}");
        let caching = if name == "an asset" { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(answer.header(CACHE_CONTROL), caching, "{name}");
        assert_eq!(answer.header(REQUEST_ID).len(), 16, "{name}");
        assert!(!answer.headers.contains_key(STRICT_TRANSPORT_SECURITY), "{name}: not on TLS");
    }
}

#[tokio::test]
async fn a_site_on_tls_stays_on_it() {
    let site = Site::start_with(Difference { site_url: "https://latchkey.example", ..Difference::default() }).await;
    for path in ["/sign-in", STYLE, "/nothing", "/health"] {
        let answer = site.get(path).await;
        assert_eq!(answer.header(STRICT_TRANSPORT_SECURITY), "max-age=31536000", "{path}");
    }
}

#[tokio::test]
async fn each_page_has_a_nonce_of_its_own_on_every_script() {
    let site = Site::start().await;
    let mut nonces = Vec::new();
    for _ in 0..3 {
        let page = site.get("/sign-in").await;
        let policy = page.header(CONTENT_SECURITY_POLICY);
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(nonce.len() >= 22, "128 bits: {nonce}");
        assert!(policy.contains("'strict-dynamic' 'wasm-unsafe-eval'"), "{policy}");
        for script in page.body.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}>");
        }
        assert!(page.body.contains("<script"), "{}", page.body);
        assert!(!page.body.contains(" style=\""), "the policy allows no inline styles: {}", page.body);
        nonces.push(nonce);
    }
    nonces.dedup();
    assert_eq!(nonces.len(), 3);
}

#[tokio::test]
async fn pages_are_compressed_for_who_can_read_it() {
    let site = Site::start().await;
    for (accepted, encoding) in [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", "")] {
        let page = site.send(get("/sign-in").header(ACCEPT_ENCODING, accepted).body(Body::empty()).unwrap()).await;
        assert_eq!(page.header(CONTENT_ENCODING), encoding, "{accepted}");
        assert!(encoding.is_empty() || page.header(VARY).contains("accept-encoding"), "{accepted}");
    }
}

#[tokio::test]
async fn the_head_of_a_page_is_answered_without_its_body() {
    let site = Site::start().await;
    let page = site.send(get("/sign-in").method(Method::HEAD).body(Body::empty()).unwrap()).await;
    assert_eq!((page.status, page.body.as_str()), (StatusCode::OK, ""));
}
