//! For whoever watches over the program: does it live, can it work?

use super::Server;
use axum::extract::State;
use http::StatusCode;
use std::time::Duration;

/// How long the database may take to say that it is there.
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// The program runs. Asks nobody: a database that is down is no reason to restart the program.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// The database answers, and has every migration that this program knows.
pub(super) async fn ready(State(server): State<Server>) -> (StatusCode, &'static str) {
    if server.stop().is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match tokio::time::timeout(LONGEST_WAIT, server.services().database().is_current()).await {
        Ok(Ok(true)) => (StatusCode::OK, "ready\n"),
        Ok(Ok(false)) => (StatusCode::SERVICE_UNAVAILABLE, "the database is not up to date: run `latchkey migrate`\n"),
        Ok(Err(error)) => {
            tracing::warn!(error = %services::chain(&error), "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer in time\n"),
    }
}
