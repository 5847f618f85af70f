use crate::site::{Difference, Site, call};
use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};

async fn broken() {
    panic!("the cause that nobody may read");
}

#[tokio::test]
async fn a_panic_is_an_incident_and_the_site_goes_on() {
    let routes = Router::new().route("/broken", get(broken)).route("/api/broken", post(broken));
    let site = Site::start_with(Difference { routes, ..Difference::default() }).await;

    let page = site.get("/broken").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.body.contains("<h1>Something went wrong</h1>"), "{}", page.body);
    assert!(page.body.contains("incident number"), "{}", page.body);
    assert!(!page.body.contains("the cause"), "{}", page.body);

    let result = site.send(call("/api/broken").body(Body::empty()).unwrap()).await;
    assert_eq!(result.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(result.header(CONTENT_TYPE), "application/json");
    assert!(result.body.starts_with(r#"{"unexpected":{"incident":""#), "{}", result.body);

    assert_eq!(site.get("/sign-in").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_database_that_fails_is_told_without_its_words() {
    let site = Site::start_with(Difference { migrated: false, ..Difference::default() }).await;
    let page = site.get_as("latchkey-session=whatever", "/accounts").await;
    assert!(page.status.is_server_error(), "{}", page.status);
    assert!(page.body.contains("<h1>"), "{}", page.body);
    for word in ["no such table", "SELECT", "sqlite"] {
        assert!(!page.body.contains(word), "{word} in {}", page.body);
    }
}

#[tokio::test]
async fn a_database_out_of_reach_is_a_matter_of_waiting() {
    let site = Site::start().await;
    site.services.database().close().await.unwrap();
    let page = site.get_as("latchkey-session=whatever", "/accounts").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
    assert_eq!(page.header(RETRY_AFTER), "5");
    assert!(page.body.contains("Try again in a moment."), "{}", page.body);
}
