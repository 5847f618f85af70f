//! Activity as pages and files: where it came from, and what is downloaded by whom.

use crate::site::{Answer, Site, post};
use axum::body::Body;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, COOKIE, USER_AGENT};
use services::activity::verify::{Trust, verify_export};

async fn download(site: &Site, cookie: &str, path: &str, form: &str) -> Answer {
    let asked = post(path).header(COOKIE, cookie).body(Body::from(form.to_owned())).unwrap();
    site.send(asked).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_that_an_admin_downloads_is_verified() {
    let site = Site::start().await;
    let admin = site.sign_in_as("admin@harbor.example").await;
    let file = download(&site, &admin, "/activity/record", "").await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert!(file.header(CONTENT_DISPOSITION).contains("activity-record.jsonl"));
    let trust = Trust { key: Some(site.services.activity_key().await.unwrap()), ..Trust::default() };
    let report = verify_export(file.body.as_bytes(), &trust).unwrap();
    assert!(report.is_clean() && report.events > 0, "{report}");

    let user = site.sign_in_as("collaborator@northlight.example").await;
    let refused = download(&site, &user, "/activity/record", "").await;
    assert!(refused.status != StatusCode::OK && !refused.body.contains("latchkey_activity"), "{}", refused.status);
    let nobody = site.post("/activity/record", "").await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_what_the_filter_shows_and_says_from_which_system() {
    let site = Site::start().await;
    let owner = site.sign_in().await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let out = post("/api/session/sign-out").header(COOKIE, &owner).header(USER_AGENT, firefox);
    site.send(out.body(Body::empty()).unwrap()).await;
    let owner = site.sign_in().await;
    let file = download(&site, &owner, "/activity/export", "event=signed_out").await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("Time,Event,") && lines[1].ends_with(",Linux,Computer"), "{lines:?}");
    let page = site.get_as(&owner, "/activity?event=signed_out").await;
    assert!(page.status == StatusCode::OK && page.body.contains("Linux"), "{}", page.body);
    let wrong = site.get_as(&owner, "/activity?from=soon").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("This is no time.") && wrong.body.contains("value=\"soon\""), "{}", wrong.body);
}
