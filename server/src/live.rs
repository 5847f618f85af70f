//! `GET /live?since=N`: tells an open page that something changed, as server-sent events. A page that shows activity adds
//! `&activity=all`, or the account's id.
//!
//! An event `changed` says only how far the activity has come; the page asks for what it shows. The stream ends with an
//! event `ended` when the reader may no longer see anything (signed out, deactivated), and without one when the server
//! stops: the browser then connects again, to whichever server answers.

use crate::router::{Reader, Refusal, Server};
use app::ssr::told;
use axum::extract::{Request, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::AppError;
use futures::{Stream, StreamExt, stream};
use http::{HeaderName, HeaderValue};
use services::Ctx;
use services::live::{Subscription, Watched};
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Something has to be sent now and then, or proxies take the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(1);

pub(crate) async fn stream(State(server): State<Server>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let Some(ctx) = request.extensions().get::<Ctx>() else {
        return reader.refuse(Refusal::of(AppError::SignInRequired));
    };
    let Some(since) = since(&request) else {
        return reader.refuse(Refusal::not_found());
    };
    let Some(watched) = watched(&request) else {
        return reader.refuse(Refusal::not_found());
    };
    let subscription = match server.services().subscribe(ctx, since, watched).await {
        Ok(subscription) => subscription,
        Err(error) => return reader.refuse(Refusal::of(told(error))),
    };
    let events = Sse::new(events(subscription, server.stop().clone()));
    let mut response = events.keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // nginx collects answers before it passes them on, unless it is told not to.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Where to go on: after the last event this browser has seen, or where the page was made.
fn since(request: &Request) -> Option<i64> {
    let seen = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<i64>().ok());
    let made = in_query(request, "since")?.parse::<i64>().ok()?;
    Some(seen.unwrap_or(made).max(made))
}

/// The activity that the page shows, if it shows any; nothing when there can be no such activity.
fn watched(request: &Request) -> Option<Option<Watched>> {
    match in_query(request, "activity").as_deref() {
        None => Some(None),
        Some("all") => Some(Some(Watched::Workspace)),
        Some(account) => Some(Some(Watched::Account(account.parse().ok()?))),
    }
}

fn in_query(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn events(
    subscription: Subscription,
    stop: CancellationToken,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    let changes = stream::unfold(Some(subscription), |subscription| async {
        let mut subscription = subscription?;
        Some(match subscription.next().await {
            Some(change) => (changed(change.sequence), Some(subscription)),
            None => (Event::default().event("ended").data("{}"), None),
        })
    });
    let greeting = stream::iter([Event::default().retry(RETRY)]);
    greeting.chain(changes).map(Ok).take_until(stop.cancelled_owned())
}

fn changed(sequence: i64) -> Event {
    let event = Event::default().event("changed").data(format!("{{\"sequence\":{sequence}}}"));
    // Whoever was too slow is told 0: look at everything. That is no place to go on from.
    if sequence > 0 { event.id(sequence.to_string()) } else { event }
}
