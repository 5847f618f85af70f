use crate::site::{Site, call, post};
use axum::body::Body;
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use server::router::LONGEST_BODY;

fn pieces(count: usize) -> Body {
    Body::from_stream(futures::stream::iter((0..count).map(|_| Ok::<_, std::io::Error>(vec![b'a'; 16 * 1024]))))
}

#[tokio::test]
async fn a_body_can_be_so_long_and_no_longer() {
    let site = Site::start().await;
    let form = format!("email=a&password={}", "a".repeat(LONGEST_BODY - 17));
    assert_eq!(form.len(), LONGEST_BODY);
    let longest = site.post("/api/session/sign-in", &form).await;
    assert_ne!(longest.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", longest.body);
    let longer = site.post("/api/session/sign-in", &format!("{form}a")).await;
    assert_eq!(longer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(longer.body.contains("<h1>Too much at once</h1>"), "{}", longer.body);
}

#[tokio::test]
async fn a_body_of_unknown_length_is_read_no_further() {
    let site = Site::start().await;
    let answer = site.send(call("/api/session/sign-in").body(pieces(100)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("shorten what you wrote"), "{}", answer.body);
}

#[tokio::test]
async fn what_is_announced_too_long_is_not_read_at_all() {
    let site = Site::start().await;
    let endless = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = post("/api/session/sign-in").header(CONTENT_LENGTH, "1000000000").body(endless).unwrap();
    assert_eq!(site.send(request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let site = Site::start().await;
    tokio::time::pause();
    let endless = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answer = site.send(post("/api/session/sign-in").body(endless).unwrap()).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT, "{}", answer.body);
    assert!(answer.body.contains("send it again"), "{}", answer.body);
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let site = Site::start().await;
    let broken = futures::stream::iter([Ok("email=a"), Err(std::io::Error::other("gone"))]);
    let answer = site.send(post("/api/session/sign-in").body(Body::from_stream(broken)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
}
