//! Accepts connections, and lets them end well.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::io;
use std::net::IpAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long the head of a request may take to arrive, and how long a connection may idle. Longer than the 60 seconds
/// after which reverse proxies drop idle connections, so that they never use one that is being closed.
const LONGEST_HEAD: Duration = Duration::from_secs(75);

/// How long requests in flight get to end once the program is to stop.
pub const LONGEST_STOP: Duration = Duration::from_secs(25);

/// The network address a request came from: the client's, or the reverse proxy's.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Serves until `stop` is cancelled, then until requests in flight are answered, but no longer than `patience`.
///
/// HTTP/1.1 is what reverse proxies speak to the programs behind them.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken, patience: Duration) {
    let connections = GracefulShutdown::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => answer(stream, Peer(peer.ip()), router.clone(), &connections),
            Err(error) => rest_after(error).await,
        }
    }
    // Whoever connects from here on is told by the network at once, and can try another server.
    drop(listener);
    if tokio::time::timeout(patience, connections.shutdown()).await.is_err() {
        tracing::warn!("stopped before every request was answered");
    }
}

fn answer(stream: TcpStream, peer: Peer, router: Router, connections: &GracefulShutdown) {
    // An answer is written as a whole; waiting to fill packets would only delay it.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(error = %services::chain(&error), "a connection broke off");
        }
    });
}

/// A client that goes away while it is accepted is nothing. Anything else, such as too many open files, gets better only
/// after a while.
async fn rest_after(error: io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if ![ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind()) {
        tracing::error!(%error, "no connection can be accepted");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
