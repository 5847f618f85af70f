//! Cookies, and the addresses that lead on after signing in: only a session's own cookie names it, and no address leads
//! away.
#![no_main]

mod seed;
#[path = "../../server/tests/edge/site.rs"]
#[allow(dead_code, reason = "the tests of the server ask more")]
mod site;
#[path = "../../services/tests/database/vault.rs"]
mod vault;

use app::ssr::{Edge, encoded, own_path};
use app::wire::Notice;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use services::Services;
use site::Site;
use std::sync::LazyLock;
use tokio::runtime::Runtime;
use url::Url;

/// Bytes that browsers keep of a cookie, its name included (RFC 6265, 6.1).
const LONGEST_COOKIE: usize = 4_096;

/// Headers and addresses as browsers send them. `{session}` stands for the id of a session that is alive.
const SEEDS: &[&str] = &[
    "latchkey-session={session}",
    "latchkey-session={session}; latchkey-notice=eyJmYWlsZWQiOmZhbHNlLCJ0ZXh0IjoiRG9uZS4ifQ",
    "theme=dark; latchkey-session=; __Host-latchkey-session={session}\nlatchkey-session={session}",
    "latchkey-session=none\n latchkey-session = {session}\nlatchkey-session=\"{session}\"",
    "latchkey-sign-in={session};latchkey-session={session}x;latchkey-session={session}",
    "/accounts?search=a%26b&after=x",
    "//evil.example",
    "/\\evil.example",
    "/sign-in?next=%2Faccounts",
    "https://evil.example/accounts",
];

/// A site with somebody signed in.
struct World {
    runtime: Runtime,
    services: Services,
    session: String,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there are threads");
    let (site, cookie) = runtime.block_on(async {
        let site = Site::start().await;
        let cookie = site.sign_in().await;
        (site, cookie)
    });
    let (_, session) = cookie.split_once('=').expect("a cookie has a name");
    let world = World { runtime, services: site.services.clone(), session: session.to_owned() };
    assert!(world.lives(session), "whoever has just signed in has a session");
    // Its folder is wanted for as long as the process is.
    std::mem::forget(site);
    world
});

impl World {
    fn lives(&self, session: &str) -> bool {
        self.runtime.block_on(self.services.oneself(session)).expect("the database answers").is_some()
    }

    fn is_half_open(&self, id: &str) -> bool {
        self.runtime.block_on(self.services.half_open(id)).expect("the database answers").is_some()
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seed::mutate(data, size, max_size, seed, SEEDS)
});

fuzz_target!(init: LazyLock::force(&WORLD), |data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for line in text.lines() {
        check_next(line);
    }
    check_notice(&text);
    let text = text.replace("{session}", &WORLD.session);
    let mut headers = HeaderMap::new();
    for line in text.split('\n') {
        if let Ok(cookie) = HeaderValue::from_bytes(line.as_bytes()) {
            headers.append(COOKIE, cookie);
        }
    }
    for secure in [false, true] {
        check_cookies(&Edge { secure }, &headers);
    }
});

fn check_cookies(edge: &Edge, headers: &HeaderMap) {
    if let Some(id) = edge.session_id(headers) {
        assert!(!id.is_empty() && !id.contains(';') && id.trim_end() == id, "{id:?}");
        // By itself it is the same.
        assert_eq!(edge.session_id(&with_cookie(&format!("{}={id}", edge.session_cookie()))), Some(id));
        // A cookie is the one of the session, or of none.
        assert_eq!(WORLD.lives(id), id == WORLD.session, "{id:?}");
        assert!(!WORLD.is_half_open(id), "{id:?}");
        assert_eq!(edge.browser(headers, None).session.as_deref(), Some(id));
    }
    if let Some(notice) = edge.notice(headers) {
        check_kept(edge, &notice);
    }
}

fn with_cookie(cookie: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::from_str(cookie).expect("it was in a header before"));
    headers
}

/// A message of anything fits into a cookie, and is read as it was left, or shortened.
fn check_notice(text: &str) {
    let mut pieces = text.split('&').map(str::to_owned);
    let mut next = || pieces.next().unwrap_or_default();
    let mut notice = Notice { typed: next(), about: next(), ..Notice::failed(next()) };
    notice.items = pieces.collect();
    for secure in [false, true] {
        check_kept(&Edge { secure }, &notice);
    }
}

fn check_kept(edge: &Edge, notice: &Notice) {
    let cookie = edge.leave(notice.clone());
    let cookie = cookie.to_str().expect("a cookie is made of visible letters");
    let (pair, _) = cookie.split_once(';').expect("a cookie has attributes");
    assert!(pair.len() <= LONGEST_COOKIE, "{} bytes", pair.len());
    let kept = edge.notice(&with_cookie(pair)).expect("what was left can be read");
    assert_eq!(kept.failed, notice.failed);
    // What is short is not made shorter.
    if serde_json::to_vec(notice).is_ok_and(|text| text.len() < 2_600) {
        assert_eq!(kept, *notice);
    }
    assert!(notice.text.starts_with(&kept.text) && notice.typed.starts_with(&kept.typed));
    // Shortened once, it stays as it is.
    assert_eq!(edge.leave(kept.clone()).to_str().ok(), Some(cookie));
}

/// An address that is followed after signing in stays on this site, as a browser reads it, and survives the way there.
fn check_next(wanted: &str) {
    let Some(own) = own_path(wanted) else { return };
    let page = Url::parse("https://latchkey.example/sign-in").expect("it is an address");
    let led = page.join(own).expect("a path can be followed");
    assert_eq!(led.origin(), page.origin(), "{own:?}");
    HeaderValue::from_str(own).expect("a path can stand in a header");
    let way = page.join(&format!("/sign-in?next={}", encoded(own))).expect("a path can be followed");
    let next = way.query_pairs().find(|(name, _)| name == "next").map(|(_, next)| next.into_owned());
    assert_eq!(next.as_deref().and_then(own_path), Some(own));
}
