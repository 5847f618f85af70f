use crate::site::{Answer, Site, post};
use axum::body::Body;
use http::StatusCode;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};

const PAGE: &str = "/accounts/import";
const FILE: &str = "Label,App,Note\nStudio shop,Shopify,\"<b>Mondays</b>, 9:00\"\n,Shopify,\n";

/// A form with a file in it, as a browser sends it.
fn form(fields: &[(&str, &str)], file: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    if let Some(file) = file {
        let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n";
        body.extend(head.bytes().chain(file.iter().copied()).chain(*b"\r\n"));
    }
    body.extend(b"--edge--\r\n");
    body
}

async fn send(site: &Site, cookie: &str, body: Vec<u8>) -> Answer {
    let mut request = post(PAGE).header(COOKIE, cookie).body(Body::from(body)).unwrap();
    request.headers_mut().insert(CONTENT_TYPE, "multipart/form-data; boundary=edge".parse().unwrap());
    site.send(request).await
}

/// The value of a hidden field.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name} in {page}"));
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn a_file_is_shown_first_and_imported_when_it_is_confirmed() {
    let site = Site::start().await;
    let cookie = site.sign_in_as("teammate@northlight.example").await;
    let shown = send(&site, &cookie, form(&[("act", "upload")], Some(FILE.as_bytes()))).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    for told in ["1 account is ready to be imported.", "Line 3", "Enter a label.", "&lt;b&gt;Mondays&lt;/b&gt;, 9:00"] {
        assert!(shown.body.contains(told), "{told} in {}", shown.body);
    }
    let (key, looked_at) = (hidden(&shown.body, "key"), hidden(&shown.body, "looked_at"));
    // As a browser sends the text on: with its own line breaks.
    let text = FILE.replace('\n', "\r\n");
    let confirmed = [
        ("act", "import"),
        ("key", key),
        ("name", "a.csv"),
        ("text", &text),
        ("looked_at", looked_at),
        ("headings", "on"),
        ("label", "0"),
        ("app", "1"),
        ("note", "2"),
    ];
    let changed: Vec<(&str, &str)> = confirmed.iter().copied().filter(|(name, _)| *name != "note").collect();
    let again = send(&site, &cookie, form(&changed, None)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("You have changed which column is what."), "{}", again.body);

    let imported = send(&site, &cookie, form(&confirmed, None)).await;
    assert_eq!((imported.status, imported.header(LOCATION)), (StatusCode::SEE_OTHER, "/accounts"), "{}", imported.body);
    let notice = imported.header(SET_COOKIE).split(';').next().unwrap().to_owned();
    let accounts = site.get_as(&format!("{cookie}; {notice}"), "/accounts").await.body;
    for told in ["1 account was imported.", "Line 3: Enter a label.", "Studio shop"] {
        assert!(accounts.contains(told), "{told} in {accounts}");
    }
    // A reload, or Back and once more.
    let twice = send(&site, &cookie, form(&confirmed, None)).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.body.contains("These accounts were imported already"), "{}", twice.body);
}

#[tokio::test]
async fn whoever_has_been_signed_out_meanwhile_keeps_the_file() {
    let site = Site::start().await;
    let cookie = site.sign_in_as("teammate@northlight.example").await;
    let kept = send(&site, "", form(&[("act", "upload")], Some(FILE.as_bytes()))).await;
    assert_eq!(kept.status, StatusCode::UNAUTHORIZED);
    assert!(kept.body.contains("&lt;b&gt;Mondays&lt;/b&gt;"), "{}", kept.body);
    // The form that is offered then has no file, but its text.
    let text: String = url::form_urlencoded::byte_serialize(FILE.as_bytes()).collect();
    let body = Body::from(format!("act=upload&text={text}&name=a.csv"));
    let shown = site.send(post(PAGE).header(COOKIE, &cookie).body(body).unwrap()).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert!(shown.body.contains("1 account is ready to be imported."), "{}", shown.body);
}

#[tokio::test]
async fn what_is_no_form_of_the_page_is_refused() {
    let site = Site::start().await;
    let cookie = site.sign_in_as("teammate@northlight.example").await;
    for fields in [&[("act", "delete")][..], &[("key", "1")], &[("label", "first")], &[("label", "-1")]] {
        let answer = send(&site, &cookie, form(fields, None)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}: {}", answer.body);
    }
    for (fields, file, told) in [
        (&[("act", "upload")][..], None, "Choose a CSV file."),
        (&[("act", "upload")], Some(&b"\xFF\xFEL\0"[..]), "UTF-16"),
        (&[("act", "look"), ("text", "Label\nA"), ("label", "7")], None, "Enter a label."),
    ] {
        let answer = send(&site, &cookie, form(fields, file)).await;
        assert!(answer.body.contains(told), "{told} in {}", answer.body);
    }
    let broken = send(&site, &cookie, b"--edge\r\nnothing".to_vec()).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", broken.body);
    let long = send(&site, &cookie, form(&[("act", "upload")], Some(&vec![b'a'; 5 * 1024 * 1024]))).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    let mut other = post(PAGE).header(COOKIE, &cookie).body(Body::from("act=upload")).unwrap();
    other.headers_mut().insert(CONTENT_TYPE, "text/plain".parse().unwrap());
    assert_eq!(site.send(other).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
