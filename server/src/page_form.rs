//! `POST` to a page: one of its forms.
//!
//! The form names the server function that it is for. The function runs as it would for an island; a success leads the
//! reader on, a failure shows the page once more, with everything typed and what is wrong with it. An answer that is to be
//! seen once is shown by the page, too.

use crate::router::{
    PUBLIC_FUNCTIONS, Reader, Refusal, Server, read_form, run_function, see_other, show_again, sign_in_and_send_again,
    sign_in_first,
};
use app::layout::form::{Answer, Posted};
use app::ssr::{PostedFromPage, SHOWN_ONCE};
use app::wire::Failure;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use domain::AppError;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderValue, Method, StatusCode, Uri};
use leptos::prelude::provide_context;
use services::Oneself;

/// Fields whose values are not written into a page again. A `value` may be that of a hidden field.
const SECRET: &[&str] = &["password", "code", "token", "secret", "value"];

pub(crate) async fn post(State(server): State<Server>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let page = request.uri().path_and_query().map_or("/", |page| page.as_str()).to_owned();
    let signed_in = request.extensions().get::<Oneself>().is_some();
    let (request, body) = match read_form(request).await {
        Ok(read) => read,
        Err(refusal) => return reader.refuse(refusal),
    };
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let function = fields.iter().find(|(name, _)| name == "function").map(|(_, value)| value.clone());
    let Some((function, path)) = function.and_then(known) else {
        return reader.refuse(Refusal::unreadable_form());
    };
    if !signed_in && !PUBLIC_FUNCTIONS.contains(&path.as_str()) {
        let secret = fields.iter().any(|(name, value)| is_secret(name) && !value.is_empty());
        return if secret { sign_in_first(Some(&page)) } else { sign_in_and_send_again(&server, &page, &body) };
    }
    let inner = match inner_request(&request, &path, body) {
        Some(inner) => inner,
        None => return reader.refuse(Refusal::unreadable_form()),
    };
    let answer = run_function(&server, inner).await;
    if !answer.status().is_success() && !answer.status().is_redirection() {
        let (parts, body) = answer.into_parts();
        let error = match to_bytes(body, usize::MAX).await.ok().map(|body| serde_json::from_slice::<Failure>(&body)) {
            Some(Ok(Failure(error))) => error,
            _ => return reader.refuse(Refusal::unreadable_form()),
        };
        if error == AppError::SignInRequired {
            return sign_in_first(Some(&page));
        }
        let status = parts.status;
        let posted = Posted { function, fields, error: Some(error) };
        let mut response = show_again(&server, request, Some(status), move || provide_context(posted.clone())).await;
        for cookie in parts.headers.get_all(SET_COOKIE) {
            response.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        return response;
    }
    if answer.headers().contains_key(SHOWN_ONCE) {
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap_or_default();
        let answer = Answer { function, body: String::from_utf8_lossy(&body).into_owned() };
        return show_again(&server, request, None, move || provide_context(answer.clone())).await;
    }
    let onward = answer.headers().get(LOCATION).and_then(|way| way.to_str().ok()).unwrap_or(&page);
    let mut response = see_other(onward);
    for cookie in answer.headers().get_all(SET_COOKIE) {
        response.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    response
}

/// A server function of this program, with its path.
fn known(function: String) -> Option<(String, String)> {
    let path = format!("/api/{function}");
    let known =
        leptos::server_fn::axum::server_fn_paths().any(|(known, method)| known == path && method == Method::POST);
    known.then_some((function, path))
}

/// The request that the function would get from an island.
fn inner_request(request: &Request, path: &str, body: String) -> Option<Request> {
    let mut inner = Request::new(Body::from(body));
    *inner.method_mut() = Method::POST;
    *inner.uri_mut() = path.parse::<Uri>().ok()?;
    *inner.headers_mut() = request.headers().clone();
    *inner.extensions_mut() = request.extensions().clone();
    let headers = inner.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    inner.extensions_mut().insert(PostedFromPage);
    Some(inner)
}

fn is_secret(name: &str) -> bool {
    SECRET.iter().any(|secret| name.contains(secret))
}

/// The status of a page that shows a form again.
pub(crate) fn status_of(error: &AppError) -> Option<StatusCode> {
    StatusCode::from_u16(error.status()).ok()
}
