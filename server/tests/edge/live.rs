use crate::site::{Site, get};
use axum::body::Body;
use futures::StreamExt;
use http::StatusCode;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, COOKIE};
use std::time::Duration;

/// An account that was never given out.
const STRANGE: &str = "01a20000-0000-7000-8000-00000000ffff";

#[tokio::test]
async fn nobody_listens_without_a_session() {
    let site = Site::start().await;
    assert_eq!(site.get("/live?since=0").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_stream_says_from_where_or_is_not_there() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    for path in [
        "/live",
        "/live?since=",
        "/live?since=x",
        "/live?since=1&activity=x",
        &format!("/live?since=1&activity={STRANGE}"),
    ] {
        assert_eq!(site.get_as(&cookie, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_stream_begins_at_once_and_ends_when_the_server_stops() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    let request = get("/live?since=9000000000").header(COOKIE, cookie).header(ACCEPT_ENCODING, "br, gzip");
    let response = site.open(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
    assert!(response.headers()[CACHE_CONTROL].to_str().unwrap().starts_with("no-"));
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    assert!(!response.headers().contains_key(CONTENT_ENCODING), "nothing waits in a compressor");

    let mut body = response.into_body().into_data_stream();
    let first = tokio::time::timeout(Duration::from_secs(5), body.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(first, "retry: 1000\n\n");
    site.stop.cancel();
    let rest = tokio::time::timeout(Duration::from_secs(5), body.collect::<Vec<_>>()).await.unwrap();
    let rest = rest.into_iter().map(|piece| String::from_utf8(piece.unwrap().to_vec()).unwrap()).collect::<String>();
    assert!(!rest.contains("ended"), "another server may go on: {rest}");
}
