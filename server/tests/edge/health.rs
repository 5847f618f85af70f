use crate::site::{Difference, Site};
use http::StatusCode;

#[tokio::test]
async fn a_site_on_a_current_database_is_ready() {
    let site = Site::start().await;
    assert_eq!(site.get("/health").await.status, StatusCode::OK);
    assert_eq!(site.get("/ready").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_site_on_an_old_database_lives_but_is_not_ready() {
    let site = Site::start_with(Difference { migrated: false, ..Difference::default() }).await;
    assert_eq!(site.get("/health").await.status, StatusCode::OK);
    let answer = site.get("/ready").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("latchkey migrate"), "{}", answer.body);
}

#[tokio::test]
async fn a_site_that_stops_is_not_ready() {
    let site = Site::start().await;
    site.stop.cancel();
    assert_eq!(site.get("/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
}
