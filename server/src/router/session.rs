//! Finds out who is asking: puts the member, and the user they are, into the request's extensions when somebody is signed
//! in.

use super::{LIVE, Reader, Refusal, Server};
use crate::telemetry;
use app::live::REFRESH;
use app::ssr::ClientAddress;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

pub(super) async fn find(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let Some(id) = server.edge().session_id(request.headers()) else {
        return next.run(request).await;
    };
    let client = request.extensions().get::<ClientAddress>().copied();
    let services = server.services().asked_by(server.edge().browser(request.headers(), client));
    let by_itself = request.uri().path() == LIVE || request.headers().contains_key(REFRESH);
    let mut asks = None;
    let found = if by_itself { services.oneself_of_open_page(id).await } else { services.oneself(id).await };
    match found {
        Ok(Some(oneself)) => {
            telemetry::record_member(oneself.member());
            // Without what their workspace asks of them first, somebody can see to that, and nothing else.
            if let Ok(ctx) = oneself.ctx() {
                asks = Some(ctx.clone());
                request.extensions_mut().insert(ctx);
            }
            request.extensions_mut().insert(oneself);
        }
        Ok(None) => {}
        Err(error) => return Reader::of(&request, &server).refuse(Refusal::of(app::ssr::told(error))),
    }
    let answer = next.run(request).await;
    if let Some(ctx) = asks
        && let Err(error) = ctx.record_refusal().await
    {
        // The answer stands: it was no, and it is no.
        tracing::error!(error = %services::chain(&error), "a refused attempt could not be recorded");
    }
    answer
}
