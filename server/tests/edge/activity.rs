//! Activity as pages and files: where it came from, and what is downloaded by whom.

use crate::site::{Answer, Site, call, post};
use axum::body::Body;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, COOKIE, LOCATION, USER_AGENT};
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

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_an_account_is_for_whoever_sees_it() {
    let site = Site::start().await;
    let (owner, user) = (site.sign_in().await, site.sign_in_as("collaborator@northlight.example").await);
    let account = account_of(&site, &user).await;
    let path = format!("/accounts/{account}/activity/export");
    let file = download(&site, &owner, &path, "event=access_requested").await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert!(file.header(CONTENT_DISPOSITION).contains("activity.csv") && file.body.starts_with("Time,Event,"));
    assert_eq!(download(&site, &user, &path, "").await.status, StatusCode::OK);
    let stranger = site.sign_in_as("teammate@northlight.example").await;
    assert_eq!(download(&site, &stranger, &path, "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(download(&site, &owner, "/accounts/x/activity/export", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.post(&path, "").await.status, StatusCode::SEE_OTHER, "sign in first");

    // What cannot be used leads back to where it is told.
    let wrong = download(&site, &owner, &path, "from=so+on").await;
    assert_eq!(wrong.status, StatusCode::SEE_OTHER);
    let page = site.get_as(&owner, wrong.header(LOCATION)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("This is no time.") && page.body.contains("value=\"so on\""), "{}", page.body);
}

/// An account that this cookie's member has access to.
async fn account_of(site: &Site, cookie: &str) -> String {
    let list = site.get_as(cookie, "/accounts").await.body;
    let account =
        list.split("href=\"/accounts/").find_map(|rest| rest.split(['"', '/']).next().filter(|id| id.len() == 36));
    account.unwrap_or_else(|| panic!("no account in {list}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_told_whichever_way_it_was_tried() {
    let site = Site::start().await;
    let (owner, user) = (site.sign_in().await, site.sign_in_as("collaborator@northlight.example").await);
    let account = account_of(&site, &user).await;
    let told = async || {
        let file = download(&site, &owner, "/activity/export", "event=attempt_refused").await;
        file.body.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    // Looking at what is not theirs to do tries nothing.
    for tab in ["exposure", "secrets", "members", "settings"] {
        site.get_as(&user, &format!("/accounts/{account}/{tab}")).await;
    }
    assert!(told().await.is_empty());

    let only_owners = "Only an owner of the account can do this.";
    let asked = call("/api/credential/set-copying").header(COOKIE, &user);
    let by_island = site.send(asked.body(Body::from(format!("account={account}"))).unwrap()).await;
    assert_eq!(by_island.status, StatusCode::FORBIDDEN);
    let refused = format!(", and was refused: {only_owners}");
    let one = &told().await[0];
    assert!(one.contains("tried to change who may copy the password (") && one.contains(&refused), "{one}");
    let plainly = download(&site, &user, "/api/account/delete", &format!("account={account}&reason=Over")).await;
    assert_eq!(plainly.status, StatusCode::SEE_OTHER);
    assert!(told().await[0].contains("tried to delete the account ("), "{:?}", told().await);

    // A form that is posted to its page, and the form without scripts that has a route of its own.
    let page = format!("/accounts/{account}");
    let form = format!("function=credential/remove-password&account={account}&version=1");
    let by_page = download(&site, &user, &page, &form).await;
    assert_eq!(by_page.status, StatusCode::FORBIDDEN);
    assert!(told().await[0].contains("to take the password away ("), "{:?}", told().await);
    let form = "key=01a20000-0000-7000-8000-000000000009&role=collaborator&access_end=90&reason=why&act=send";
    let without_scripts = download(&site, &user, &format!("/accounts/{account}/request-access"), form).await;
    assert_eq!(without_scripts.status, StatusCode::FORBIDDEN, "{}", without_scripts.body);
    assert!(told().await[0].contains("to request access ("), "{:?}", told().await);

    // What the company itself is asked for is told to its own Admins.
    let colleague = site.sign_in_as("second-owner@harbor.example").await;
    assert_eq!(download(&site, &colleague, "/activity/record", "").await.status, StatusCode::FORBIDDEN);
    assert!(
        told().await[0].contains("tried to download the record, and was refused: Only an Admin"),
        "{:?}",
        told().await
    );
    assert_eq!(download(&site, &user, "/activity/record", "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(told().await.len(), 5, "the host is not told of what concerns the guest alone");
    assert!(!told().await.iter().any(|line| line.contains("password=")));
}
