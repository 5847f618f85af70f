//! Logs: one span per request, no cookies, addresses, bodies or query strings in them.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use std::io::{self, IsTerminal};
use std::panic;
use std::time::Instant;
use tracing::field::{Empty, display};
use tracing::{Instrument, Span};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// The header that tells the number of a request, under which it stands in the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Starts logging to the standard error stream: readable on a terminal, a JSON object per line otherwise.
pub fn start(filter: EnvFilter) {
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_span_events(FmtSpan::NONE);
    // The first to start logging wins; a second time there is nothing to do.
    let _ = if io::stderr().is_terminal() {
        log.compact().with_target(false).try_init()
    } else {
        log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    };
    panic::set_hook(Box::new(|panic| {
        let message = crate::router::panic_message(panic.payload());
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(message, location, "panic");
    }));
}

/// Runs a request in a span of its own, and logs how it ended.
///
/// The route stands for the path: it has no ids in it. A member is named by id alone.
pub async fn trace(request: Request, next: Next) -> Response {
    let number = format!("{:016x}", rand::random::<u64>());
    let id = HeaderValue::from_str(&number).expect("hexadecimal digits make a header");
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str);
    let span = tracing::info_span!(
        "request",
        request = number,
        method = %request.method(),
        route,
        member = Empty,
        status = Empty,
        latency_us = Empty,
    );
    let started = Instant::now();
    async move {
        let mut response = next.run(request).await;
        let span = Span::current();
        span.record("status", response.status().as_u16());
        span.record("latency_us", u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
        if response.status().is_server_error() {
            tracing::warn!("answered");
        } else {
            tracing::info!("answered");
        }
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }
    .instrument(span)
    .await
}

/// Notes in the request's span who is asking.
pub fn record_member(member: domain::MemberId) {
    Span::current().record("member", display(member));
}
