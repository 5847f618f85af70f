//! Finds out who is asking: puts the member into the request's extensions when somebody is signed in.

use super::{Reader, Refusal, Server};
use crate::telemetry;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

pub(super) async fn find(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let Some(id) = server.edge().session_id(request.headers()) else {
        return next.run(request).await;
    };
    match server.services().session(id).await {
        Ok(Some(ctx)) => {
            telemetry::record_member(ctx.member());
            request.extensions_mut().insert(ctx);
        }
        Ok(None) => {}
        Err(error) => return Reader::of(&request, &server).refuse(Refusal::of(app::ssr::told(error))),
    }
    next.run(request).await
}
