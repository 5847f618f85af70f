use crate::site::{Difference, Site, get};
use axum::body::Body;
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, HOST};

const FILE: &str = "20261123T100000.000000Z-01938a3e-0000-7000-8000-000000000001.eml";
const MAIL: &str = "From: Latchkey <latchkey@localhost>\r\nTo: =?utf-8?q?Zo=C3=AB?= <zoe@example.com>\r\n\
    Subject: <b>Access</b>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOpen in Latchkey:\r\nhttp://127.0.0.1:3000/accounts/1/members\r\n\
    --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p style=\"color:red\">Hello</p><script>alert(1)</script>\r\n--x--\r\n";

async fn site_with_mail() -> Site {
    let site = Site::start_with(Difference { mail: true, ..Difference::default() }).await;
    std::fs::create_dir(site.mail_folder()).unwrap();
    std::fs::write(site.mail_folder().join(FILE), MAIL).unwrap();
    site
}

#[tokio::test]
async fn mail_that_nobody_sends_is_shown() {
    let site = site_with_mail().await;
    let list = site.get("/dev/mail").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(
        list.body.contains(&format!("<a href=\"/dev/mail/{FILE}\">&lt;b&gt;Access&lt;/b&gt;</a>")),
        "{}",
        list.body
    );
    assert!(list.body.contains("Zoë &lt;zoe@example.com&gt;"), "{}", list.body);

    let mail = site.get(&format!("/dev/mail/{FILE}")).await;
    let link = "<a href=\"http://127.0.0.1:3000/accounts/1/members\">http://127.0.0.1:3000/accounts/1/members</a>";
    assert!(mail.body.contains(link), "{}", mail.body);
    assert!(!mail.body.contains("<script>"), "{}", mail.body);

    let html = site.get(&format!("/dev/mail/{FILE}/html")).await;
    assert!(html.body.contains("<p style=\"color:red\">Hello</p>"), "{}", html.body);
    let policy = html.header(CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("sandbox ") && policy.contains("default-src 'none'"), "{policy}");
    assert!(!policy.contains("script"), "{policy}");
}

#[tokio::test]
async fn an_empty_folder_says_so() {
    let site = Site::start_with(Difference { mail: true, ..Difference::default() }).await;
    assert!(site.get("/dev/mail").await.body.contains("No mail has been written yet."));
}

#[tokio::test]
async fn nothing_but_the_folder_s_own_mail_is_shown() {
    let site = site_with_mail().await;
    std::fs::write(site.folder.path().join("secret.eml"), MAIL).unwrap();
    for file in ["none.eml", "..%2Fsecret.eml", "%2e%2e%2fsecret.eml", "..%2Flatchkey.db"] {
        assert_eq!(site.get(&format!("/dev/mail/{file}")).await.status, StatusCode::NOT_FOUND, "{file}");
    }
}

#[tokio::test]
async fn mail_is_not_shown_under_another_host_s_name() {
    let site = site_with_mail().await;
    for (host, status) in [
        ("127.0.0.1:3000", StatusCode::OK),
        ("localhost:3000", StatusCode::OK),
        ("[::1]:3000", StatusCode::OK),
        ("evil.example:3000", StatusCode::NOT_FOUND),
        ("127.0.0.1.evil.example", StatusCode::NOT_FOUND),
    ] {
        let mut request = get("/dev/mail").body(Body::empty()).unwrap();
        request.headers_mut().insert(HOST, host.parse().unwrap());
        assert_eq!(site.send(request).await.status, status, "{host}");
    }
}

#[tokio::test]
async fn mail_that_is_sent_is_shown_to_nobody() {
    let site = Site::start().await;
    for path in ["/dev/mail", "/dev/mail/a.eml", "/dev/mail/a.eml/html"] {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
