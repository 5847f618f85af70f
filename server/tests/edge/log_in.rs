use crate::site::{Site, post};
use axum::body::Body;
use http::header::{COOKIE, LOCATION, REFRESH};
use http::{Method, StatusCode};

/// The page may be made on several threads, and says on each where it goes on to.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_to_which_log_in_leads_always_goes_on() {
    let site = Site::start().await;
    let cookie = site.sign_in_as("collaborator@northlight.example").await;
    let list = site.get_as(&cookie, "/accounts").await.body;
    let paths = list.split('"').filter_map(|part| part.strip_prefix("/accounts/"));
    let account = paths.filter_map(|path| path.get(..36)).find(|id| id.parse::<domain::AccountId>().is_ok()).unwrap();
    let form = Body::from(format!("account={account}"));
    let posted = site.send(post("/api/account/log-in").header(COOKIE, &cookie).body(form).unwrap()).await;
    assert_eq!(posted.status, StatusCode::SEE_OTHER, "{}", posted.body);
    let path = posted.header(LOCATION).to_owned();
    assert_eq!(path, format!("/accounts/{account}/log-in"));

    for _ in 0..50 {
        let page = site.get_as(&cookie, &path).await;
        assert_eq!(page.status, StatusCode::OK);
        let goes_on = page.header(REFRESH);
        let url = goes_on.strip_prefix("1;url=https://").unwrap_or_else(|| panic!("it goes on to {goes_on:?}"));
        assert!(page.body.contains(&format!("href=\"https://{url}\"")), "the link leads to {url}: {}", page.body);
    }
    let head = crate::site::get(&path).method(Method::HEAD).header(COOKIE, &cookie).body(Body::empty()).unwrap();
    assert!(site.send(head).await.headers.contains_key(REFRESH));

    let stranger = site.sign_in_as("teammate@northlight.example").await;
    let refused = site.get_as(&stranger, &path).await;
    assert!(refused.status.is_client_error() && !refused.headers.contains_key(REFRESH), "{}", refused.status);
}
