//! The addresses of pages: whatever stands in one, the site answers with a page, and never breaks off.
#![no_main]
#![recursion_limit = "256"]

mod seed;
#[path = "../../server/tests/edge/site.rs"]
#[allow(dead_code, reason = "the tests of the server ask more")]
mod site;
#[path = "../../services/tests/database/vault.rs"]
mod vault;

use http::Uri;
use http::header::LOCATION;
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use site::Site;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tokio::runtime::Runtime;

/// Bytes of an address that are tried: a server takes no head of a request that is much longer.
const LONGEST: usize = 2_000;

/// What pages have in their addresses. `{…}` stands for ids, as in the routes.
const QUERIES: &[&str] = &[
    "",
    "?search=a%26b&role=owner&sort=last_use&workspace={workspace}",
    "?search=%25_&status=invited&role=admin&after=1780000000000~{member}",
    "?from=2026-01-01&to=2026-12-31&event=signed_in&member={member}&account={account}&search=shop&after=17",
    "?from=-262143-01-01+00:00&to=%2B262142-12-31+23:59&event=none",
    "?step=end&accounts[]={account}&people=1&members[]={member}&highest_role=owner&role=collaborator&access_end=7",
    "?token=none&next=%2Faccounts&sent=1&done=1&again={request}&line={line}&about={account}&version=1",
    "?after=%FF%00&search=+&typed=ann",
];

/// A site with the demo, and one of its Owners signed in.
struct World {
    runtime: Runtime,
    site: Site,
    cookie: String,
    /// Ids by the names that they have in routes.
    ids: BTreeMap<&'static str, String>,
    /// Every route with every query.
    seeds: Vec<String>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there are threads");
    let (site, cookie, ids, seeds) = runtime.block_on(async {
        let site = Site::start().await;
        let cookie = site.sign_in().await;
        let mut ids = BTreeMap::new();
        for (name, list, link) in [
            ("account", "/accounts", "/accounts/"),
            ("partnership", "/partners", "/partners/"),
            ("member", "/members", "value=\""),
            ("workspace", "/accounts", "value=\""),
        ] {
            let page = site.get_as(&cookie, list).await.body;
            let mut ends = page.split(link).skip(1);
            let id = ends.find_map(|rest| rest.get(..36).filter(|id| is_id(id)));
            ids.insert(name, id.unwrap_or_else(|| panic!("{list} shows no {name}")).to_owned());
        }
        let routes = leptos_axum::generate_route_list(app::App);
        let paths = routes.iter().map(|route| route.path().replace("{*any}", "nowhere"));
        let seeds = paths.flat_map(|path| QUERIES.iter().map(move |query| format!("{path}{query}"))).collect();
        (site, cookie, ids, seeds)
    });
    World { runtime, site, cookie, ids, seeds }
});

fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seed::mutate(data, size, max_size, seed, &WORLD.seeds)
});

fuzz_target!(init: LazyLock::force(&WORLD), |data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let mut address = text.to_owned();
    for (name, id) in &WORLD.ids {
        address = address.replace(&format!("{{{name}}}"), id);
    }
    // What is no address never gets as far as the site.
    let path = address.parse::<Uri>().ok().filter(|uri| uri.authority().is_none() && address.starts_with('/'));
    if path.is_none() || address.len() > LONGEST {
        return Corpus::Reject;
    }
    let answer = WORLD.runtime.block_on(WORLD.site.get_as(&WORLD.cookie, &address));
    let status = answer.status;
    assert!(!status.is_server_error(), "{address:?} is answered {status}: {}", answer.body);
    if status.is_redirection() {
        let onward = answer.header(LOCATION);
        assert!(app::ssr::own_path(onward).is_some(), "{address:?} leads to {onward}");
    }
    Corpus::Keep
});
