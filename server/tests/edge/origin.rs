use crate::site::{Difference, HOST_NAME, Site};
use axum::body::Body;
use axum::extract::Request;
use http::header::{ACCEPT, CONTENT_TYPE, HOST, ORIGIN};
use http::{Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn request(method: Method, path: &str, headers: &[(&str, &str)]) -> Request {
    let mut request = Request::builder().method(method).uri(path).header(HOST, HOST_NAME);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn only_the_site_s_own_pages_change_anything() {
    let own = "http://127.0.0.1:3000";
    let table: &[(&[(&str, &str)], bool)] = &[
        (&[("sec-fetch-site", "same-origin")], true),
        (&[("sec-fetch-site", "none")], true),
        (&[("sec-fetch-site", "same-site")], false),
        (&[("sec-fetch-site", "cross-site")], false),
        (&[("sec-fetch-site", "SAME-ORIGIN")], false),
        (&[("sec-fetch-site", "")], false),
        (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
        // The browser's own judgement goes before the origin.
        (&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], true),
        (&[("sec-fetch-site", "cross-site"), ("origin", own)], false),
        (&[("origin", own)], true),
        (&[("origin", "http://localhost:3000")], false),
        (&[("origin", "http://127.0.0.1")], false),
        (&[("origin", "http://127.0.0.1:3001")], false),
        (&[("origin", "https://evil.example")], false),
        (&[("origin", "http://127.0.0.1:3000.evil.example")], false),
        (&[("origin", "http://127.0.0.1:3000@evil.example")], false),
        (&[("origin", "null")], false),
        (&[("origin", "")], false),
        (&[("origin", own), ("origin", "https://evil.example")], false),
        (&[("referer", "http://127.0.0.1:3000/accounts")], false),
        (&[], false),
    ];
    let site = Site::start().await;
    for (headers, allowed) in table {
        for path in
            ["/api/session/sign-out", "/api/account/list", "/accounts/1/request-access", "/accounts", "/nothing"]
        {
            for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
                let answer = site.send(request(method.clone(), path, headers)).await;
                assert_eq!(answer.status != StatusCode::FORBIDDEN, *allowed, "{method} {path} with {headers:?}");
            }
            for method in [Method::GET, Method::HEAD] {
                let answer = site.send(request(method.clone(), path, headers)).await;
                assert_ne!(answer.status, StatusCode::FORBIDDEN, "{method} {path} with {headers:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_site_on_tls_does_not_trust_its_address_without() {
    let site = Site::start_with(Difference { site_url: "https://latchkey.example", ..Difference::default() }).await;
    for (host, origin, allowed) in [
        ("latchkey.example", "https://latchkey.example", true),
        ("latchkey.example", "http://latchkey.example", false),
        // A proxy that passes its own name for the program on.
        ("server:3000", "https://latchkey.example", true),
        ("other.example", "https://other.example", true),
        ("other.example", "http://other.example", false),
        ("latchkey.example", "https://latchkey.example:8443", false),
    ] {
        let mut request = request(Method::POST, "/api/session/sign-out", &[(ORIGIN.as_str(), origin)]);
        request.headers_mut().insert(HOST, host.parse().unwrap());
        assert_eq!(site.send(request).await.status != StatusCode::FORBIDDEN, allowed, "{origin} to {host}");
    }
}

#[tokio::test]
async fn another_site_s_request_is_refused_before_its_body_is_read() {
    let site = Site::start().await;
    for kind in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/json",
        "application/octet-stream",
        "",
    ] {
        for (accept, told) in [("text/html", "<h1>Sent from another site</h1>"), ("application/json", "{\"invalid\"")] {
            let read = Arc::new(AtomicBool::new(false));
            let body = {
                let read = Arc::clone(&read);
                futures::stream::once(async move {
                    read.store(true, Ordering::SeqCst);
                    Ok::<_, std::io::Error>("email=owner@harbor.example")
                })
            };
            let request = Request::builder()
                .method(Method::POST)
                .uri("/api/session/sign-in")
                .header(HOST, HOST_NAME)
                .header("sec-fetch-site", "cross-site")
                .header(CONTENT_TYPE, kind)
                .header(ACCEPT, accept)
                .body(Body::from_stream(body))
                .unwrap();
            let answer = site.send(request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{kind}");
            assert!(answer.body.contains(told), "{kind}: {}", answer.body);
            assert!(!read.load(Ordering::SeqCst), "{kind}: the body was read");
        }
    }
}
