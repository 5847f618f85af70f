//! Gives up on an answer that does not come, so that a stuck task cannot keep its reader forever.

use super::{Reader, Refusal, Server};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Duration;

/// Until an answer begins. Longer than a body may take to arrive; a stream begins at once.
const LONGEST_WAIT: Duration = Duration::from_secs(45);

pub(super) async fn give_up(State(server): State<Server>, request: Request, next: Next) -> Response {
    let reader = Reader::of(&request, &server);
    match tokio::time::timeout(LONGEST_WAIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("no answer after {LONGEST_WAIT:?}: given up");
            reader.refuse(Refusal::unavailable())
        }
    }
}
