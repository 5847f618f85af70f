use crate::site::{Site, post};
use axum::body::Body;
use http::StatusCode;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};

const KEY: &str = "01938a3e-0000-7000-8000-000000000001";
const NOBODY: &str = "01938a3e-0000-7000-8000-00000000000a";

/// The page's path for an account that the demo's manager manages, and the manager's cookie.
async fn page(site: &Site) -> (String, String) {
    let cookie = site.sign_in_as("manager@northlight.example").await;
    let list = site.get_as(&cookie, "/accounts").await.body;
    let path = list.split('"').find(|part| part.starts_with("/accounts/") && part.ends_with("/request-access"));
    (path.unwrap_or_else(|| panic!("no way to the form in {list}")).to_owned(), cookie)
}

async fn press(site: &Site, cookie: &str, path: &str, form: String) -> crate::site::Answer {
    site.send(post(path).header(COOKIE, cookie).body(Body::from(form)).unwrap()).await
}

#[tokio::test]
async fn every_button_but_send_brings_the_page_back_with_what_was_typed() {
    let site = Site::start().await;
    let (path, cookie) = page(&site).await;
    for act in ["search".to_owned(), format!("remove:{NOBODY}"), String::new()] {
        let act = if act.is_empty() { act } else { format!("&act={act}") };
        let form = format!("key={KEY}&typed=team&role=collaborator&access_end=7&reason=For+the+launch{act}");
        let answer = press(&site, &cookie, &path, form).await;
        assert_eq!(answer.status, StatusCode::OK, "{act}: {}", answer.body);
        for kept in [KEY, "For the launch"] {
            assert!(answer.body.contains(kept), "{act}: {kept} in {}", answer.body);
        }
    }
}

#[tokio::test]
async fn sending_with_nobody_picked_says_so_and_keeps_what_was_typed() {
    let site = Site::start().await;
    let (path, cookie) = page(&site).await;
    let form = format!("key={KEY}&role=collaborator&access_end=7&reason=For+the+launch&act=send");
    let answer = press(&site, &cookie, &path, form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    for kept in ["Pick at least one member", "For the launch", KEY] {
        assert!(answer.body.contains(kept), "{kept} in {}", answer.body);
    }
}

#[tokio::test]
async fn a_request_that_is_sent_leads_to_the_accounts_with_a_message() {
    let site = Site::start().await;
    let (path, cookie) = page(&site).await;
    let found = press(&site, &cookie, &path, format!("key={KEY}&typed=teammate&act=search")).await.body;
    let member = found.split("add:").nth(1).unwrap_or_else(|| panic!("nobody to add in {found}"));
    let member = member.split('"').next().unwrap();
    let form = format!("key={KEY}&members={member}&role=collaborator&access_end=7&reason=For+the+launch&act=send");
    for time in ["sent", "sent again"] {
        let answer = press(&site, &cookie, &path, form.clone()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{time}: {}", answer.body);
        assert_eq!(answer.header(LOCATION), "/accounts");
        let notice = answer.header(SET_COOKIE).split(';').next().unwrap().to_owned();
        let accounts = site.get_as(&format!("{cookie}; {notice}"), "/accounts").await.body;
        assert!(accounts.contains("Request sent. The owners of "), "{time}: {accounts}");
    }
}

#[tokio::test]
async fn what_is_no_form_of_the_page_is_refused() {
    let site = Site::start().await;
    let (path, cookie) = page(&site).await;
    let form = format!("key={KEY}&act=send");
    let signed_out = site.post(&path, &format!("{form}&reason=%3Ci%3Eurgent")).await;
    assert_eq!(signed_out.status, StatusCode::UNAUTHORIZED);
    for kept in [format!("action=\"{path}\""), format!("name=\"key\" value=\"{KEY}\""), "&lt;i&gt;urgent".to_owned()] {
        assert!(signed_out.body.contains(&kept), "{kept} in {}", signed_out.body);
    }

    for body in ["", "key=1&act=send", "act=send", "%FF"] {
        let answer = press(&site, &cookie, &path, body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body:?}: {}", answer.body);
    }
    for account in ["nonsense", NOBODY] {
        let answer = press(&site, &cookie, &format!("/accounts/{account}/request-access"), form.clone()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{account}: {}", answer.body);
    }
    let mut other = post(&path).header(COOKIE, &cookie).body(Body::from(form)).unwrap();
    other.headers_mut().insert(CONTENT_TYPE, "text/plain".parse().unwrap());
    assert_eq!(site.send(other).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
