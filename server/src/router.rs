//! What is answered to which request.
//!
//! From the outside in: a span and a number for each request; headers of security on every answer; a panic becomes an
//! incident; an answer that takes too long is given up; unsafe requests from another origin are refused; then, for
//! everything but assets and the two checks of health, the session.

use crate::assets::Site;
use crate::{account_import, activity_export, dev_mail, live, member_export, page_form, plain_request, telemetry};
use app::ssr::{ClientAddress, Edge, encoded, own_path};
use app::wire::Failure;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use domain::AppError;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, REFERER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use leptos::prelude::*;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos_axum::ResponseOptions;
use services::{Ctx, Oneself, Services};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, NotForContentType, Predicate, SizeAbove};
use url::Url;

mod answer;
mod body;
mod deadline;
mod health;
mod incident;
mod origin;
mod security;
mod session;

pub(crate) use answer::{Reader, Refusal, document, escaped, sign_in_and_send_again};
pub use body::LONGEST_BODY;
use body::read as read_body;
pub(crate) use body::{read_form, read_upload};
pub(crate) use incident::panic_message;
pub(crate) use origin::host;
pub(crate) use security::with_policy;

/// The server functions that anyone may call. Everything else under /api wants a session.
///
/// Signing out is among them so that it never fails: whoever asks for it is signed out afterwards, whatever was before.
pub const PUBLIC_FUNCTIONS: &[&str] = &[
    "/api/passkey/ask",
    "/api/passkey/sign-in",
    "/api/password/forgot",
    "/api/password/reset",
    "/api/password/reset-link",
    "/api/profile/agree-to-email",
    "/api/profile/email-change",
    "/api/session/half-open",
    "/api/session/second-step",
    "/api/session/sign-in",
    "/api/session/sign-out",
    "/api/workspace/can-set-up",
    "/api/workspace/set-up",
    "/api/workspace/founding",
    "/api/workspace/found",
    "/api/workspace/ask-to-found",
    "/api/invitation/view",
    "/api/invitation/join",
];

/// The pages that anyone may open: for those who have no session yet.
const PUBLIC_PAGES: &[&str] = &[
    SIGN_IN,
    SECOND_STEP,
    "/change-email",
    "/forgot-password",
    "/reset-password",
    "/set-up",
    "/found-workspace",
    "/join",
];

/// The pages that a workspace leaves open which asks for a second factor first: how one signs in.
const OWN_PAGES: &[&str] = &[SECURITY, "/settings/security/one-time-codes"];

/// Where people set up what their workspace asks for first.
pub(crate) const SECURITY: &str = "/settings/security";
/// Where people go on to sign in after the password.
const SECOND_STEP: &str = "/sign-in/second-step";

/// The page that takes its form in a way of its own.
const REQUEST_ACCESS: &str = "/accounts/{account}/request-access";

/// Where the list of members is downloaded.
const EXPORT_MEMBERS: &str = "/members/export";

/// Where activity is downloaded.
const EXPORT_ACTIVITY: &str = "/activity/export";
/// The same, of an account.
const EXPORT_ACTIVITY_OF_ACCOUNT: &str = "/accounts/{account}/activity/export";
/// Where a company's record of it is, with what is needed to verify it.
const EXPORT_RECORD: &str = "/activity/record";

/// Where people sign in.
const SIGN_IN: &str = "/sign-in";
/// Where people are led who came for nothing in particular.
const HOME: &str = "/accounts";
/// The stream of changes that open pages follow.
const LIVE: &str = "/live";
/// The page for whatever there is no page for.
const ANY: &str = "/{*any}";

/// What the router runs on. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

struct Inner {
    services: Services,
    assets: Site,
    site_url: Url,
    edge: Edge,
    trust_proxy: bool,
    mail_folder: Option<PathBuf>,
    stop: CancellationToken,
}

/// What an operator has said about the way to the site.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where people reach the site.
    pub site_url: Url,
    /// Whether the last entry of `X-Forwarded-For` is the client's address.
    pub trust_proxy: bool,
    /// The folder whose mails are shown at /dev/mail to everyone, if at all.
    pub mail_folder: Option<PathBuf>,
}

impl Server {
    /// A server of these services and assets. Its streams end when `stop` is cancelled.
    pub fn new(services: Services, assets: Site, way: Way, stop: CancellationToken) -> Self {
        let Way { site_url, trust_proxy, mail_folder } = way;
        let edge = Edge { secure: site_url.scheme() == "https" };
        Self { inner: Arc::new(Inner { services, assets, site_url, edge, trust_proxy, mail_folder, stop }) }
    }

    pub(crate) fn services(&self) -> &Services {
        &self.inner.services
    }

    pub(crate) fn assets(&self) -> &Site {
        &self.inner.assets
    }

    pub(crate) fn site_url(&self) -> &Url {
        &self.inner.site_url
    }

    pub(crate) fn edge(&self) -> &Edge {
        &self.inner.edge
    }

    pub(crate) fn mail_folder(&self) -> Option<&PathBuf> {
        self.inner.mail_folder.as_ref()
    }

    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.inner.stop
    }

    /// Renders the page at the request's path. `more` provides what only this answer needs.
    pub(crate) async fn render(&self, request: Request, more: impl Fn() + Clone + Send + Sync + 'static) -> Response {
        let server = self.clone();
        let now = app::Now(request.extensions().get::<Ctx>().map_or_else(|| self.services().now(), Ctx::now));
        let context = move || {
            server.provide();
            provide_context(now);
            more();
            if let (Some(nonce), Some(response)) = (leptos::nonce::use_nonce(), use_context::<ResponseOptions>()) {
                response.insert_header(http::header::CONTENT_SECURITY_POLICY, security::page_policy(&nonce));
            }
        };
        let assets = self.assets().names().clone();
        leptos_axum::render_app_async_with_context(context, move || app::shell(assets.clone()))(request).await
    }

    /// The context of pages and server functions.
    fn provide(&self) {
        provide_context(self.services().clone());
        provide_context(self.edge().clone());
        provide_context(self.assets().names().clone());
    }
}

/// The whole site.
pub fn build(server: Server) -> Router {
    build_with(server, Router::new())
}

/// The whole site, and further routes behind the same layers, for tests.
pub fn build_with(server: Server, more: Router<Server>) -> Router {
    let mut open = Router::new().route("/health", get(health::alive)).route("/ready", get(health::ready));
    for path in server.assets().paths() {
        open = open.route(path, get(asset));
    }
    if server.mail_folder().is_some() {
        open = open.merge(dev_mail::routes(&server));
    }

    let mut closed = more
        .route("/", get(home))
        .route(LIVE, get(live::stream))
        .route(REQUEST_ACCESS, post(plain_request::post))
        .route(account_import::PAGE, post(account_import::post))
        .route(EXPORT_MEMBERS, post(member_export::post))
        .route(EXPORT_ACTIVITY, post(activity_export::table))
        .route(EXPORT_ACTIVITY_OF_ACCOUNT, post(activity_export::table_of_account))
        .route(EXPORT_RECORD, post(activity_export::record))
        .route("/api/{*function}", any(no_function));
    for listing in leptos_axum::generate_route_list(app::App) {
        // "/" leads on; `generate_route_list` lists the frame's own empty path too.
        if listing.path() != "/" {
            closed = closed.route(listing.path(), get(page));
            if ![REQUEST_ACCESS, account_import::PAGE, ANY].contains(&listing.path()) {
                closed = closed.route(listing.path(), post(page_form::post));
            }
        }
    }
    for (path, _) in leptos::server_fn::axum::server_fn_paths() {
        closed = closed.route(path, post(function));
    }
    let closed = closed.layer(from_fn_with_state(server.clone(), session::find)).layer(compression());

    open.merge(closed)
        .fallback(no_page)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(server.clone(), origin::refuse_others))
        .layer(from_fn_with_state(server.clone(), deadline::give_up))
        .layer(from_fn_with_state(server.clone(), incident::catch))
        .layer(from_fn_with_state(server.clone(), security::secure))
        .layer(from_fn_with_state(server.clone(), find_client))
        .layer(from_fn(telemetry::trace))
        .with_state(server)
}

/// Puts the client's address where the session and the limits of sign-in look for it.
async fn find_client(State(server): State<Server>, mut request: Request, next: middleware::Next) -> Response {
    let peer = request.extensions().get::<crate::serve::Peer>().map(|peer| peer.0);
    let address = if server.inner.trust_proxy { forwarded_for(request.headers()).or(peer) } else { peer };
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address.to_canonical()));
    }
    next.run(request).await
}

/// The last entry is the one that the trusted proxy has added; what stands before it anyone can write.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    // Some proxies add the port.
    last.parse().ok().or_else(|| last.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}

/// Pages and JSON are compressed while they are made; assets have been before, and a stream must not wait for more.
fn compression() -> CompressionLayer<And<SizeAbove, NotForContentType>> {
    CompressionLayer::new()
        .br(true)
        .gzip(true)
        .quality(CompressionLevel::Precise(3))
        .compress_when(SizeAbove::new(1024).and(NotForContentType::SSE))
}

async fn asset(State(server): State<Server>, request: Request) -> Response {
    match server.assets().answer(request.uri().path(), request.headers()) {
        Some(answer) => answer,
        None => Reader::of(&request, &server).refuse(Refusal::not_found()),
    }
}

async fn home() -> Response {
    see_other(HOME)
}

/// A page of the application, for whoever may see it.
async fn page(State(server): State<Server>, matched: axum::extract::MatchedPath, request: Request) -> Response {
    let signed_in = request.extensions().get::<Oneself>().is_some();
    let may_go_on = request.extensions().get::<Ctx>().is_some();
    match (matched.as_str(), signed_in) {
        (SIGN_IN | SECOND_STEP, true) => see_other(&next_page(&request).unwrap_or_else(|| HOME.to_owned())),
        (open, true) if may_go_on || PUBLIC_PAGES.contains(&open) || OWN_PAGES.contains(&open) => {
            server.render(request, || {}).await
        }
        (_, true) => see_other(SECURITY),
        (public, false) if PUBLIC_PAGES.contains(&public) => server.render(request, || {}).await,
        (ANY, false) => Reader::of(&request, &server).refuse(Refusal::not_found()),
        (_, false) => {
            let wanted = request.uri().path_and_query().map(|wanted| wanted.as_str().to_owned());
            sign_in_first(wanted.as_deref())
        }
    }
}

/// A server function.
async fn function(State(server): State<Server>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let refused = match without_session(&reader, &request) {
        Some(refused) if !reader.wants_page() => return refused,
        refused => refused,
    };
    let request = match read_body(request).await {
        Ok(request) => request,
        Err(refusal) => return reader.refuse(refusal),
    };
    if let Some(refused) = refused {
        return keep_what_was_typed(&server, request).await.unwrap_or(refused);
    }
    let answer = run_function(&server, request).await;
    if reader.wants_page() && is_unreadable(&answer) {
        return reader.refuse(Refusal::unreadable_form());
    }
    answer
}

/// Runs the server function at the request's path, for whoever the request's extensions name.
pub(crate) async fn run_function(server: &Server, request: Request) -> Response {
    let context = {
        let server = server.clone();
        move || server.provide()
    };
    let answer = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    with_status(answer).await
}

/// The page at the request's path as it would be got, with more in its context, and this status.
pub(crate) async fn show_again(
    server: &Server,
    request: Request,
    status: Option<StatusCode>,
    more: impl Fn() + Clone + Send + Sync + 'static,
) -> Response {
    let (mut parts, _) = request.into_parts();
    parts.method = Method::GET;
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(CONTENT_TYPE);
    let mut response = server.render(Request::from_parts(parts, Body::empty()), more).await;
    // Where the page itself cannot be shown, its own status says why.
    if let Some(status) = status.filter(|_| response.status() == StatusCode::OK) {
        *response.status_mut() = status;
    }
    response
}

/// For a form in which somebody has written to others: a way to sign in that does not lose it.
async fn keep_what_was_typed(server: &Server, request: Request) -> Option<Response> {
    let path = request.uri().path().to_owned();
    let body = to_bytes(request.into_body(), LONGEST_BODY).await.ok()?;
    let body = std::str::from_utf8(&body).ok()?;
    let wrote = url::form_urlencoded::parse(body.as_bytes()).any(|(name, value)| name == "note" && !value.is_empty());
    wrote.then(|| sign_in_and_send_again(server, &path, body))
}

/// A path under /api that no server function has. Who has no session does not learn that.
async fn no_function(State(server): State<Server>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    without_session(&reader, &request).unwrap_or_else(|| reader.refuse(Refusal::not_found()))
}

/// The answer to who wants a server function, needs a session for it, and has none.
fn without_session(reader: &Reader, request: &Request) -> Option<Response> {
    let open = PUBLIC_FUNCTIONS.contains(&request.uri().path()) || request.extensions().get::<Oneself>().is_some();
    if open {
        return None;
    }
    Some(if reader.wants_page() {
        sign_in_first(referring_path(request.headers()).as_deref())
    } else {
        reader.refuse(Refusal::of(AppError::SignInRequired))
    })
}

/// Whether the arguments of a form could not be read, and the framework's answer is a way back that says nothing. Failures
/// of our own leave a message for the page that follows.
fn is_unreadable(answer: &Response) -> bool {
    let headers = answer.headers();
    headers.contains_key(SERVER_FN_ERROR_HEADER) && !headers.contains_key(SET_COOKIE)
}

/// Gives an answer about arguments that could not be read the status it deserves: such an error comes from the framework,
/// before any code of ours has run, as 500.
async fn with_status(answer: Response) -> Response {
    if !answer.headers().contains_key(SERVER_FN_ERROR_HEADER) || answer.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    // A server function's error is a few lines in memory.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if let Ok(Failure(error)) = serde_json::from_slice(&body) {
        parts.status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    }
    Response::from_parts(parts, body.into())
}

async fn no_page(State(server): State<Server>, request: Request) -> Response {
    Reader::of(&request, &server).refuse(Refusal::not_found())
}

async fn wrong_method(State(server): State<Server>, request: Request) -> Response {
    Reader::of(&request, &server).refuse(Refusal::wrong_method())
}

/// Leads to the page for signing in, and afterwards to the page that was wanted.
pub(crate) fn sign_in_first(wanted: Option<&str>) -> Response {
    match wanted.and_then(own_path) {
        Some(wanted) if wanted != HOME && wanted != "/" => see_other(&format!("{SIGN_IN}?next={}", encoded(wanted))),
        _ => see_other(SIGN_IN),
    }
}

/// Leads to a page by GET.
pub(crate) fn see_other(path: &str) -> Response {
    let path = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static(HOME));
    (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response()
}

/// The page that was wanted before signing in.
fn next_page(request: &Request) -> Option<String> {
    let query = request.uri().query()?;
    let (_, next) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next")?;
    own_path(&next).filter(|next| !next.starts_with(SIGN_IN)).map(str::to_owned)
}

/// The page that a form stood on.
fn referring_path(headers: &HeaderMap) -> Option<String> {
    let referrer: http::Uri = headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    own_path(referrer.path_and_query()?.as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_s_own_entry_is_believed_and_no_other() {
        for (headers, address) in [
            (vec!["203.0.113.7"], Some("203.0.113.7")),
            (vec!["10.0.0.1, 203.0.113.7"], Some("203.0.113.7")),
            (vec!["10.0.0.1", "203.0.113.7"], Some("203.0.113.7")),
            (vec!["203.0.113.7:4711"], Some("203.0.113.7")),
            (vec!["10.0.0.1, [2001:db8::7]:4711"], Some("2001:db8::7")),
            (vec!["2001:db8::7"], Some("2001:db8::7")),
            (vec!["10.0.0.1, unknown"], None),
            (vec![], None),
        ] {
            let mut map = HeaderMap::new();
            for header in &headers {
                map.append("x-forwarded-for", HeaderValue::from_static(header));
            }
            assert_eq!(forwarded_for(&map), address.map(|address| address.parse().unwrap()), "{headers:?}");
        }
    }
}
