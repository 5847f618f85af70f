//! The server's side of the interface: who is asking, what went wrong, and one-time messages.
//!
//! The only module that knows both the request and the use cases. The server provides [`Services`] and [`Edge`] as
//! context, and puts a [`Ctx`] into the request's extensions when somebody is signed in.

pub mod attempt;

use crate::wire::{Failure, Notice};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::account::AccountForm;
use domain::credential::NewSecrets;
use domain::second_factor::HalfOpenView;
use domain::secret::Secret;
use domain::workspace::FoundingForm;
use domain::{AccountId, AppError, Denial, IdempotencyKey};
use http::header::{ACCEPT, COOKIE, REFERER, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use services::invitation::JoinForm;
use services::session::{Browser, NewSession, SignIn};
use services::workspace::Founded;
use services::{Ctx, Oneself, Services};
use std::net::IpAddr;
use std::time::Duration;

/// Characters that the message in the cookie may have after encoding: browsers drop cookies over 4,096 bytes.
const LONGEST_NOTICE: usize = 3_600;

/// What the use cases need not know about the way here.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Whether people reach the site over TLS, so that cookies can be bound to it.
    pub secure: bool,
}

impl Edge {
    /// The name of the session cookie. `__Host-` binds it to this host, this path and TLS (RFC 6265bis, 4.1.3.2).
    pub fn session_cookie(&self) -> &'static str {
        if self.secure { "__Host-latchkey-session" } else { "latchkey-session" }
    }

    /// The name of the cookie of a sign-in that waits for its second step.
    fn half_open_cookie(&self) -> &'static str {
        if self.secure { "__Host-latchkey-sign-in" } else { "latchkey-sign-in" }
    }

    fn notice_cookie(&self) -> &'static str {
        if self.secure { "__Host-latchkey-notice" } else { "latchkey-notice" }
    }

    fn set_cookie(&self, name: &str, value: &str, age: Duration) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", age.as_secs());
        HeaderValue::from_str(&cookie).expect("a cookie is made of visible letters")
    }

    /// The cookie that leaves a message for the page that follows; lines are left out, then letters, until it fits.
    pub fn leave(&self, mut notice: Notice) -> HeaderValue {
        let encode = |notice: &Notice| {
            URL_SAFE_NO_PAD.encode(serde_json::to_vec(notice).expect("a message of strings can be written"))
        };
        let mut value = encode(&notice);
        let mut left_out = 0;
        while value.len() > LONGEST_NOTICE && notice.items.pop().is_some() {
            left_out += 1;
            value = encode(&notice);
        }
        if left_out > 0 {
            notice.items.pop();
            notice.items.push(format!("And {} more.", left_out + 1));
            value = encode(&notice);
        }
        let mut longest = 320;
        while value.len() > LONGEST_NOTICE && longest > 0 {
            for text in [&mut notice.typed, &mut notice.text, &mut notice.about] {
                *text = text.chars().take(longest).collect();
            }
            longest /= 2;
            value = encode(&notice);
        }
        if value.len() > LONGEST_NOTICE {
            // Part of a link leads nowhere.
            notice.copy = None;
            value = encode(&notice);
        }
        self.set_cookie(self.notice_cookie(), &value, Duration::from_secs(60))
    }

    /// The message that was left for this page, if the request has one.
    pub fn notice(&self, headers: &HeaderMap) -> Option<Notice> {
        if headers.contains_key(crate::live::REFRESH) {
            return None;
        }
        let notice = cookie(headers, self.notice_cookie())?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(notice).ok()?).ok()
    }

    /// The browser that a request with these headers comes from.
    pub fn browser(&self, headers: &HeaderMap, address: Option<ClientAddress>) -> Browser {
        let address = address.map_or(IpAddr::from([0, 0, 0, 0]), |address| address.0);
        let user_agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned();
        Browser { address, user_agent, session: self.session_id(headers).map(str::to_owned) }
    }

    /// The value of the session cookie, if the request has one.
    pub fn session_id<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        cookie(headers, self.session_cookie())
    }
}

/// A header of a server function's answer to a form that was posted to a page: the page is made again, and shows the answer.
pub const SHOWN_ONCE: HeaderName = HeaderName::from_static("x-latchkey-shown-once");

/// Marks a request in which a server function runs for a form that was posted to a page: the page shows what goes wrong.
#[derive(Clone, Copy, Debug)]
pub struct PostedFromPage;

/// The network address of the client, put into the request's extensions by the server.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The member who is asking.
///
/// # Errors
///
/// [`AppError::SignInRequired`] when nobody is signed in.
pub fn ctx() -> Result<Ctx, Failure> {
    let parts = parts();
    match (parts.extensions.get::<Ctx>(), parts.extensions.get::<Oneself>()) {
        (Some(ctx), _) => Ok(ctx.clone()),
        // Signed in, but their workspace asks something of them first.
        (None, Some(oneself)) => oneself.ctx().map_err(fail),
        (None, None) => Err(fail(AppError::SignInRequired)),
    }
}

/// The user who is asking, for what concerns themselves alone.
///
/// # Errors
///
/// [`AppError::SignInRequired`] when nobody is signed in.
pub fn oneself() -> Result<Oneself, Failure> {
    parts().extensions.get::<Oneself>().cloned().ok_or_else(|| fail(AppError::SignInRequired))
}

/// What the use cases run on, for what needs nobody to be signed in.
pub(crate) fn services() -> Services {
    expect_context::<Services>().asked_by(browser())
}

/// The browser that the request comes from.
pub(crate) fn browser() -> Browser {
    let parts = parts();
    expect_context::<Edge>().browser(&parts.headers, parts.extensions.get::<ClientAddress>().copied())
}

pub(crate) async fn sign_in(email: String, password: String, next: String) -> Result<(), Failure> {
    let edge = expect_context::<Edge>();
    match services().sign_in(&email, &password, &browser()).await {
        Ok(SignIn::Session(session)) => {
            enter(&session);
            redirect(own_path(&next).unwrap_or("/accounts"));
            Ok(())
        }
        Ok(SignIn::HalfOpen(half_open)) => {
            append_cookie(edge.set_cookie(edge.half_open_cookie(), &half_open.id, half_open.lasts));
            match own_path(&next) {
                Some(next) => redirect(&format!("/sign-in/second-step?next={}", encoded(next))),
                None => redirect("/sign-in/second-step"),
            }
            Ok(())
        }
        Err(error) => {
            let failure = Failure(told(error));
            let back = match own_path(&next) {
                Some(next) => format!("/sign-in?next={}", encoded(next)),
                None => "/sign-in".to_owned(),
            };
            answer_failure(&failure.0, Some((&back, &email)));
            Err(failure)
        }
    }
}

/// Whoever is signed in in this browser, if anybody is.
pub(crate) fn reader() -> Option<Oneself> {
    parts().extensions.get::<Oneself>().cloned()
}

/// Somebody joins a workspace, and goes on in it.
pub(crate) async fn join(token: &str, name: String, password: String) -> Result<(), Failure> {
    let joined = services().join(token, &JoinForm { name, password }, reader().as_ref(), &browser()).await?;
    if let Some(session) = &joined.session {
        enter(session);
    }
    notify(Notice::done(format!("You have joined {}.", joined.workspace)));
    // Whoever has a second factor signs in with it first.
    redirect("/accounts");
    Ok(())
}

/// Somebody makes the first workspace.
pub(crate) async fn set_up(token: &str, form: FoundingForm) -> Result<(), Failure> {
    let founded = services().set_up(token, &form, &browser()).await?;
    lead_into(founded);
    Ok(())
}

/// Somebody founds a further workspace.
pub(crate) async fn found_workspace(token: &str, form: FoundingForm) -> Result<(), Failure> {
    let reader = reader();
    let founded = match &reader {
        Some(reader) if token.is_empty() => services().found_another(&form.workspace, reader).await?,
        reader => services().found_workspace(token, &form, reader.as_ref(), &browser()).await?,
    };
    lead_into(founded);
    Ok(())
}

/// A member adds an account, with the secrets that are known of it. Returns it with its label.
pub(crate) async fn add_account(
    key: IdempotencyKey,
    form: &AccountForm,
    password: Secret,
    one_time_code: Secret,
) -> Result<(AccountId, String), Failure> {
    Ok(ctx()?.add_account(key, form, &NewSecrets { password, one_time_code }).await?)
}

/// Somebody asks for a link to found a workspace.
pub(crate) async fn ask_to_found(email: &str) -> Result<(), Failure> {
    Ok(services().ask_to_found(email, &browser()).await?)
}

/// Leads a founder to what is next: to the partnership that waits, or to inviting people.
fn lead_into(founded: Founded) {
    if let Some(session) = &founded.session {
        enter(session);
    }
    notify(Notice::done(format!("{} is founded, and you are its Owner.", founded.workspace.name)));
    match founded.workspace.partnership {
        Some(partnership) => redirect(&format!("/partners/{partnership}")),
        None => redirect("/members"),
    }
}

/// The sign-in of this browser that waits for its second step, as its page shows it.
pub(crate) async fn half_open() -> Result<Option<HalfOpenView>, Failure> {
    match half_open_id() {
        Some(id) => Ok(services().half_open(&id).await?),
        None => Ok(None),
    }
}

pub(crate) async fn second_step(code: String, next: String) -> Result<(), Failure> {
    let over = || AppError::invalid("form", "The second step took too long. Begin again with your password.");
    let id = half_open_id().ok_or_else(|| fail(over()))?;
    match services().second_step(&id, &code, &browser()).await {
        Ok(session) => {
            past_second_step(&session, &next);
            Ok(())
        }
        Err(services::Error::App(AppError::SignInRequired)) => Err(fail(over())),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn sign_in_with_passkey(question: String, answer: String, next: String) -> Result<(), Failure> {
    let half_open = half_open_id();
    let session = services().sign_in_with_passkey(&question, &answer, half_open.as_deref(), &browser()).await?;
    past_second_step(&session, &next);
    Ok(())
}

fn past_second_step(session: &NewSession, next: &str) {
    let edge = expect_context::<Edge>();
    append_cookie(edge.set_cookie(edge.half_open_cookie(), "", Duration::ZERO));
    enter(session);
    redirect(own_path(next).unwrap_or("/accounts"));
}

fn half_open_id() -> Option<String> {
    cookie(&parts().headers, expect_context::<Edge>().half_open_cookie()).map(str::to_owned)
}

/// Gives the browser a session.
pub(crate) fn enter(session: &NewSession) {
    let edge = expect_context::<Edge>();
    append_cookie(edge.set_cookie(edge.session_cookie(), &session.id, session.longest));
}

/// Takes the session from the browser.
pub(crate) fn leave_session() {
    let edge = expect_context::<Edge>();
    append_cookie(edge.set_cookie(edge.session_cookie(), "", Duration::ZERO));
}

fn append_cookie(cookie: HeaderValue) {
    expect_context::<ResponseOptions>().append_header(SET_COOKIE, cookie);
}

/// The answer to a form that was posted to its page is to be seen on that page once, and nowhere else.
pub(crate) fn show_once() {
    if parts().extensions.get::<PostedFromPage>().is_some() {
        expect_context::<ResponseOptions>().insert_header(SHOWN_ONCE, HeaderValue::from_static("yes"));
    }
}

/// Whether browsers offer passkeys at this installation's address.
pub(crate) fn passkeys_work_here() -> bool {
    services().passkeys_work_here()
}

pub(crate) async fn sign_out() -> Result<(), Failure> {
    if let Some(oneself) = parts().extensions.get::<Oneself>() {
        oneself.sign_out().await?;
    }
    leave_session();
    redirect("/sign-in");
    Ok(())
}

/// Leads to a page of this site after the act.
pub(crate) fn redirect(path: &str) {
    leptos_axum::redirect(own_path(path).unwrap_or("/"));
}

/// Leads to a page that says what was done.
pub(crate) fn done(path: &str, told: String) {
    notify(Notice::done(told));
    redirect(path);
}

/// Leaves a message for the page that follows a plain post. An island shows the answer itself, and gets none.
pub(crate) fn notify(notice: Notice) {
    let parts = parts();
    if posted_plainly(&parts) || parts.extensions.get::<PostedFromPage>().is_some() {
        leave(notice);
    }
}

/// The message in the request's cookie, which is cleared with the answer.
pub(crate) fn take_notice() -> Option<Notice> {
    let edge = expect_context::<Edge>();
    let notice = edge.notice(&parts().headers)?;
    let cleared = edge.set_cookie(edge.notice_cookie(), "", Duration::ZERO);
    expect_context::<ResponseOptions>().append_header(SET_COOKIE, cleared);
    Some(notice)
}

/// What was typed into a form about this thing, for the page that follows the act's failure.
pub(crate) fn typed_before(about: &str) -> Option<String> {
    let notice = expect_context::<Edge>().notice(&parts().headers)?;
    (notice.about == about).then_some(notice.typed)
}

/// A failure of an act in which something was typed: a plain post leads back to a page where it stands again.
pub(crate) fn keep_typed(error: services::Error, typed: &str, about: &str) -> Failure {
    let error = told(error);
    let parts = parts();
    if posted_plainly(&parts) && !typed.is_empty() {
        let text = format!("{error} What you typed is kept: open the form again to change it.");
        leave(Notice { typed: typed.to_owned(), about: about.to_owned(), ..Notice::failed(text) });
        redirect(&referring_path(&parts).unwrap_or_else(|| "/".to_owned()));
        return Failure(error);
    }
    fail(error)
}

/// A path on this site, so that no answer leads a reader elsewhere: one slash at the start, no second, no backslash.
pub fn own_path(path: &str) -> Option<&str> {
    let own = path.starts_with('/')
        && !path[1..].starts_with(['/', '\\'])
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    own.then_some(path)
}

impl From<services::Error> for Failure {
    fn from(error: services::Error) -> Self {
        fail(told(error))
    }
}

impl From<Denial> for Failure {
    fn from(denial: Denial) -> Self {
        fail(denial.into())
    }
}

/// The answer for people; what is not theirs to read is logged with an incident number.
pub fn told(error: services::Error) -> AppError {
    match error.for_people() {
        Ok(error) => error,
        Err(cause) => {
            let incident = services::incident();
            tracing::error!(incident, error = %services::chain(&cause), "unexpected failure");
            AppError::Unexpected { incident }
        }
    }
}

/// The same answer to a member outside of a server function; where they were refused what they tried, it is noted for the
/// record. `tried` goes on after "tried to".
pub fn told_to(ctx: &Ctx, tried: &str, error: services::Error) -> AppError {
    let error = told(error);
    note_refusal(ctx, tried, &error);
    error
}

fn note_refusal(ctx: &Ctx, tried: &str, error: &AppError) {
    if let AppError::Denied { denial } = error {
        ctx.refused(*denial, tried);
    }
}

fn fail(error: AppError) -> Failure {
    let parts = parts();
    // A page is made by the same functions, which then only look.
    if let (&Method::POST, Some(tried)) = (&parts.method, attempt::act_of(parts.uri.path()))
        && let Some(ctx) = parts.extensions.get::<Ctx>()
    {
        note_refusal(ctx, tried, &error);
    }
    answer_failure(&error, None);
    Failure(error)
}

/// Says in HTTP what went wrong: a status, or for a plain post the way back with a one-time message.
fn answer_failure(error: &AppError, way_back: Option<(&str, &str)>) {
    let parts = parts();
    if posted_plainly(&parts) {
        let (back, typed) = match way_back {
            Some((back, typed)) => (back.to_owned(), typed.to_owned()),
            None if *error == AppError::SignInRequired => ("/sign-in".to_owned(), String::new()),
            None => (referring_path(&parts).unwrap_or_else(|| "/".to_owned()), String::new()),
        };
        leave(Notice { typed, ..Notice::failed(error.to_string()) });
        redirect(&back);
    } else {
        set_status(error.status());
    }
}

/// Gives the answer this HTTP status.
pub(crate) fn set_status(status: u16) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
}

/// Lets the browser go on to this address after so many seconds.
pub(crate) fn refresh(seconds: u32, url: &str) {
    let response = use_context::<ResponseOptions>();
    if let (Some(response), Ok(value)) = (response, HeaderValue::from_str(&format!("{seconds};url={url}"))) {
        response.insert_header(http::header::REFRESH, value);
    }
}

/// Sets the message's cookie.
fn leave(notice: Notice) {
    let cookie = expect_context::<Edge>().leave(notice);
    expect_context::<ResponseOptions>().append_header(SET_COOKIE, cookie);
}

/// Whether a browser posted a form and waits for a page.
fn posted_plainly(parts: &Parts) -> bool {
    parts.method == Method::POST
        && parts.uri.path().starts_with("/api/")
        && parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|a| a.contains("text/html"))
}

fn referring_path(parts: &Parts) -> Option<String> {
    let referrer: http::Uri = parts.headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    own_path(referrer.path_and_query()?.as_str()).map(str::to_owned)
}

fn parts() -> Parts {
    expect_context::<Parts>()
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty())
}

/// A path as the value of a query parameter.
pub fn encoded(path: &str) -> String {
    path.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for path in ["/", "/accounts", "/accounts?search=a&sort=name"] {
            assert_eq!(own_path(path), Some(path));
        }
        for path in ["", "accounts", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/a\\b"] {
            assert_eq!(own_path(path), None, "{path:?}");
        }
    }

    #[test]
    fn a_message_fits_into_a_cookie_whatever_its_letters_cost() {
        let edge = Edge { secure: true };
        for letter in ["a", "ä", "\u{1}", "\""] {
            let long = letter.repeat(2_000);
            let notice = Notice { typed: long.clone(), about: long.clone(), ..Notice::failed(long.clone()) };
            let cookie = edge.leave(Notice { items: vec![long; 3], ..notice.clone() });
            let (pair, _) = cookie.to_str().expect("visible letters").split_once(';').expect("attributes");
            assert!(pair.len() < 4_096, "{letter:?}: {} bytes", pair.len());
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(pair).expect("visible letters"))]);
            let kept = edge.notice(&headers).expect("what was left can be read");
            assert!(kept.failed && !kept.text.is_empty() && notice.text.starts_with(&kept.text));
        }
    }

    #[test]
    fn a_path_is_safe_inside_a_query() {
        assert_eq!(encoded("/accounts?search=a&b"), "/accounts%3Fsearch%3Da%26b");
    }
}
