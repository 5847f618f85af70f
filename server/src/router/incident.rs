//! A panic inside a handler becomes an answer with an incident number, which stands in the log with the cause.

use super::{Reader, Refusal, Server};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::AppError;
use futures::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;

pub(super) async fn catch(State(server): State<Server>, request: Request, next: Next) -> Response {
    let reader = Reader::of(&request, &server);
    // What a handler shares with others is behind locks of its own, which a panic poisons or releases.
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let incident = services::incident();
            tracing::error!(incident, error = panic_message(&*panic), "a handler panicked");
            reader.refuse(Refusal::of(AppError::Unexpected { incident }))
        }
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without words")
}
