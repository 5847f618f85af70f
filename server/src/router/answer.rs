//! Answers that no page of the application gives: a refusal at the edge, or a failure of the program.
//!
//! They depend on nothing that can fail: no database, no rendering. Who waits for a page gets one; a server function's
//! caller gets the error in the form it can read.

use super::Server;
use app::wire::Failure;
use axum::extract::Request;
use axum::response::{Html, IntoResponse, Response};
use domain::AppError;
use http::header::{ACCEPT, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use leptos::prelude::FromServerFnError;
use std::fmt::Write;

/// Who waits for the answer.
#[derive(Clone)]
pub(crate) struct Reader {
    page: bool,
    server: Server,
}

impl Reader {
    pub(crate) fn of(request: &Request, server: &Server) -> Self {
        let page = !request.uri().path().starts_with("/api/") || accepts_html(request.headers());
        Self { page, server: server.clone() }
    }

    /// Whether a person waits for a page, rather than a script for a result.
    pub(crate) fn wants_page(&self) -> bool {
        self.page
    }

    pub(crate) fn refuse(&self, refusal: Refusal) -> Response {
        let Refusal { status, title, error } = refusal;
        let mut response = if self.page {
            (status, self.html(title, &error.to_string())).into_response()
        } else {
            let json = Failure(error.clone()).ser();
            (status, [(http::header::CONTENT_TYPE, "application/json")], json).into_response()
        };
        let wait = match error {
            AppError::TooManyAttempts { wait_seconds } => Some(wait_seconds),
            AppError::Unavailable => Some(5),
            _ => None,
        };
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
        }
        response
    }

    fn html(&self, title: &str, text: &str) -> Html<String> {
        let content = format!(
            "<p>{}</p><a class=\"button button-primary\" href=\"/accounts\">Go to All accounts</a>",
            escaped(text)
        );
        alone(&self.server, title, &content)
    }
}

/// A page without the frame. `content` is markup.
fn alone(server: &Server, title: &str, content: &str) -> Html<String> {
    let body = format!(
        "<main class=\"alone\" id=\"main\"><a class=\"brand alone-brand\" href=\"/accounts\">Latchkey</a>\
         <div class=\"alone-card\"><div class=\"error-page\"><h1>{}</h1>{content}</div></div></main>",
        escaped(title)
    );
    document(server, title, &body)
}

/// A page made by hand. `body` is markup.
pub(crate) fn document(server: &Server, title: &str, body: &str) -> Html<String> {
    let assets = server.assets().names();
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{} · Latchkey</title>\
         <link rel=\"icon\" href=\"{}\" type=\"image/svg+xml\"><link rel=\"stylesheet\" href=\"{}\"></head>\
         <body>{body}</body></html>\n",
        escaped(title),
        escaped(&assets.icon),
        escaped(&assets.style),
    ))
}

/// To a form that was posted when the session had ended: the form once more, its fields hidden, beside a way to sign in.
pub(crate) fn sign_in_and_send_again(server: &Server, path: &str, form: &str) -> Response {
    let fields = url::form_urlencoded::parse(form.as_bytes()).fold(String::new(), |mut fields, (name, value)| {
        let (name, value) = (escaped(&name), escaped(&value));
        let _ = write!(fields, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
        fields
    });
    let content = format!(
        "<p>Your session has ended, and nothing was sent. What you typed is kept on this page: sign in in a new tab, come \
         back here, and send it.</p>\
         <a class=\"button button-primary\" href=\"/sign-in\" target=\"_blank\">Sign in in a new tab</a>\
         <form method=\"post\" action=\"{}\">{fields}<button class=\"button\">Send</button></form>",
        escaped(path)
    );
    (StatusCode::UNAUTHORIZED, alone(server, "Sign in to go on", &content)).into_response()
}

/// What is answered instead of a result.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    title: &'static str,
    error: AppError,
}

impl Refusal {
    /// The status and title that fit an error.
    pub(crate) fn of(error: AppError) -> Self {
        let title = match &error {
            AppError::SignInRequired => "Sign in first",
            AppError::NotFound => "Page not found",
            AppError::Denied { .. } => "Not allowed",
            AppError::Invalid { .. } => "The form could not be used",
            AppError::Conflict { .. } => "Somebody was first",
            AppError::TooManyAttempts { .. } => "Too many attempts",
            AppError::Unavailable => "Not available right now",
            AppError::Unexpected { .. } => "Something went wrong",
        };
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, title, error }
    }

    pub(crate) fn not_found() -> Self {
        Self::of(AppError::NotFound)
    }

    pub(crate) fn unavailable() -> Self {
        Self::of(AppError::Unavailable)
    }

    pub(crate) fn unreadable_form() -> Self {
        Self::of(AppError::invalid("form", "The form could not be read. Go back, reload the page and try again."))
    }

    pub(crate) fn wrong_method() -> Self {
        Self::at_the_edge(
            StatusCode::METHOD_NOT_ALLOWED,
            "Not possible here",
            "This address cannot be used in this way. Go back and use the page's own buttons.",
        )
    }

    pub(crate) fn other_origin() -> Self {
        Self::at_the_edge(
            StatusCode::FORBIDDEN,
            "Sent from another site",
            "Nothing was changed: this request did not come from a page of Latchkey. Open Latchkey itself and do it \
             there. A program has to send the header Origin with the address of the site.",
        )
    }

    pub(crate) fn too_long() -> Self {
        Self::at_the_edge(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Too much at once",
            "Nothing was changed: the form is longer than Latchkey takes. Go back and shorten what you wrote.",
        )
    }

    pub(crate) fn too_slow() -> Self {
        Self::at_the_edge(
            StatusCode::REQUEST_TIMEOUT,
            "The form did not arrive",
            "Nothing was changed: the form took too long to arrive. Check your connection and send it again.",
        )
    }

    pub(crate) fn cut_off() -> Self {
        Self::at_the_edge(
            StatusCode::BAD_REQUEST,
            "The form did not arrive",
            "Nothing was changed: only a part of the form arrived. Check your connection and send it again.",
        )
    }

    pub(crate) fn wrong_kind() -> Self {
        Self::at_the_edge(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The form could not be used",
            "Nothing was changed: this is not a form that Latchkey has made. Go back, reload the page and try again.",
        )
    }

    fn at_the_edge(status: StatusCode, title: &'static str, text: &str) -> Self {
        Self { status, title, error: AppError::invalid("form", text) }
    }
}

/// Whether a browser waits for a page.
fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// Text as markup that shows it, in an element or in a quoted attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' | '\'' => {
                let _ = write!(markup, "&#{};", u32::from(character));
            }
            other => markup.push(other),
        }
    }
    markup
}
