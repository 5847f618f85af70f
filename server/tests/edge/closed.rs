use crate::site::{Site, call, get, post};
use axum::body::Body;
use http::header::{COOKIE, LOCATION, REFERER};
use http::{Method, StatusCode};
use server::router::PUBLIC_FUNCTIONS;

fn functions() -> Vec<&'static str> {
    let functions: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert!(functions.contains(&"/api/session/sign-in"), "the functions are linked in");
    functions
}

#[tokio::test]
async fn without_a_session_only_the_listed_functions_are_open() {
    let site = Site::start().await;
    for path in functions() {
        let answer = site.send(call(path).body(Body::empty()).unwrap()).await;
        let refused = answer.status == StatusCode::UNAUTHORIZED && answer.body == r#""sign_in_required""#;
        assert_eq!(refused, !PUBLIC_FUNCTIONS.contains(&path), "{path}: {} {}", answer.status, answer.body);
    }
}

#[test]
fn of_every_function_it_is_known_whether_it_acts_or_looks() {
    let unknown: Vec<_> = functions().into_iter().filter(|path| !app::ssr::attempt::is_known(path)).collect();
    assert!(unknown.is_empty(), "not in app/src/ssr/attempt.rs: {unknown:?}");
}

#[tokio::test]
async fn a_form_posted_without_a_session_leads_through_sign_in_back_to_its_page() {
    let site = Site::start().await;
    let form = post("/api/access-request/accept").header(REFERER, "http://127.0.0.1:3000/accounts?search=a%20b");
    let answer = site.send(form.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(LOCATION), "/sign-in?next=/accounts%3Fsearch%3Da%2520b");
}

#[tokio::test]
async fn a_note_to_somebody_is_not_lost_with_the_session() {
    let site = Site::start().await;
    let path = "/api/access-request/decline";
    let form = "account=1&line=2&note=Not+before+%3Cb%3EMay%3C%2Fb%3E+%26+only+%22then%22";
    let answer = site.post(path, form).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.contains("Not before &lt;b&gt;May&lt;/b&gt; &amp; only &#34;then&#34;"), "{}", answer.body);
    assert!(answer.body.contains(&format!("<form method=\"post\" action=\"{path}\">")), "{}", answer.body);
    let without = site.send(post(path).body(Body::from("account=1&line=2&note=")).unwrap()).await;
    assert_eq!(without.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_function_that_is_not_there_looks_like_a_closed_one() {
    let site = Site::start().await;
    let answer = site.send(call("/api/no/such/function").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.get("/api/no/such/function").await.status, StatusCode::SEE_OTHER);
    let cookie = site.sign_in().await;
    assert_eq!(site.get_as(&cookie, "/api/no/such/function").await.status, StatusCode::NOT_FOUND);
    let answer = site.send(call("/api/no/such/function").header(COOKIE, &cookie).body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NOT_FOUND, r#""not_found""#));
}

#[tokio::test]
async fn no_function_is_called_by_a_link() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    for path in functions() {
        for method in [Method::GET, Method::HEAD] {
            let request = get(path).method(method.clone()).header(COOKIE, &cookie).body(Body::empty()).unwrap();
            assert_eq!(site.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn arguments_that_cannot_be_read_are_the_caller_s_mistake() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    let body = || Body::from("account=none&line=none");
    let called = call("/api/access-request/accept").header(COOKIE, &cookie).body(body()).unwrap();
    let answer = site.send(called).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    assert!(answer.body.contains("The form could not be read."), "{}", answer.body);
    let posted = post("/api/access-request/accept").header(COOKIE, &cookie).body(body()).unwrap();
    let answer = site.send(posted).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    assert!(answer.body.contains("<h1>The form could not be used</h1>"), "{}", answer.body);
}

#[tokio::test]
async fn a_page_leads_through_sign_in_and_back() {
    let site = Site::start().await;
    for (wanted, way) in [
        ("/accounts", "/sign-in"),
        ("/accounts?search=a&sort=name", "/sign-in?next=/accounts%3Fsearch%3Da%26sort%3Dname"),
        ("/notifications", "/sign-in?next=/notifications"),
    ] {
        let answer = site.get(wanted).await;
        assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, way), "{wanted}");
    }
    assert_eq!(site.get("/").await.header(LOCATION), "/accounts");
    assert_eq!(site.get("/sign-in").await.status, StatusCode::OK);

    let cookie = site.sign_in().await;
    for (page, way) in [
        ("/sign-in", "/accounts"),
        ("/sign-in?next=/accounts%3Fsearch%3Da", "/accounts?search=a"),
        ("/sign-in?next=//evil.example", "/accounts"),
        ("/sign-in?next=https://evil.example", "/accounts"),
        ("/sign-in?next=/sign-in", "/accounts"),
    ] {
        let answer = site.get_as(&cookie, page).await;
        assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, way), "{page}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_signed_in_or_out() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    for path in ["/nothing", "/accounts/none/of/this", "/favicon.ico", "/%FF", "/frontend-0.js"] {
        for cookie in ["", &cookie] {
            let answer = site.get_as(cookie, path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} {cookie}");
            assert!(answer.body.contains("<h1"), "{path} {cookie}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn no_answer_leads_to_another_site() {
    let site = Site::start().await;
    for (referrer, way) in [
        ("http://127.0.0.1:3000/accounts?search=a", "/accounts?search=a"),
        ("http://127.0.0.1:3000/accounts#members", "/accounts"),
        ("https://evil.example/accounts", "/"),
        ("http://127.0.0.1:3000@evil.example/", "/"),
        ("http://127.0.0.1:3000//evil.example/", "/"),
        ("nonsense", "/"),
    ] {
        let cookie = site.sign_in().await;
        let form = post("/api/notification/mark-all-read").header(COOKIE, cookie).header(REFERER, referrer);
        let answer = site.send(form.body(Body::from("up_to=0")).unwrap()).await;
        assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, way), "from {referrer}");
    }
}
