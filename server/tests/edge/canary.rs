//! Canaries: secrets put into every field, and looked for everywhere they must not be.

use crate::site::{Answer, Site, call, post};
use axum::body::Body;
use http::header::COOKIE;
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

const OWNER: &str = "owner@harbor.example";
const READERS: [&str; 6] = [
    OWNER,
    "second-owner@harbor.example",
    "admin@harbor.example",
    "manager@northlight.example",
    "collaborator@northlight.example",
    "teammate@northlight.example",
];
/// Who has access to the account, besides its owners.
const HOLDERS: [&str; 2] = ["manager@northlight.example", "collaborator@northlight.example"];

/// In nobody's page, ever.
const PASSWORD: &str = "CANARYpassword7f3a";
const EARLIER: &str = "CANARYearlier22c9";
const CODE_SECRET: &str = "CANARYCODESECRETAAAA";
const HIDDEN: &str = "CANARYhidden5d10";
/// Typed wrongly, and refused.
const REFUSED: &str = "CANARYrefused99e1";
const NEVER: [&str; 5] = [PASSWORD, EARLIER, CODE_SECRET, HIDDEN, REFUSED];
/// In the pages of those who have access, and in no others.
const NOTE: &str = "CANARYnote31bb";
const OPEN: [&str; 4] = [NOTE, "CANARYurl.example", "CANARYshort77", "CANARYlong88"];

/// Everything that is logged in this test, down to the finest.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logged {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

struct Asked<'s> {
    site: &'s Site,
    cookies: BTreeMap<&'static str, String>,
}

impl Asked<'_> {
    async fn call(&self, who: &str, function: &str, body: String) -> Answer {
        let request = call(&format!("/api/{function}")).header(COOKIE, &self.cookies[who]);
        self.site.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn done(&self, function: &str, body: String) {
        let answer = self.call(OWNER, function, body).await;
        assert_eq!(answer.status.as_u16(), 200, "{function}: {}", answer.body);
    }
}

#[tokio::test]
async fn no_secret_is_anywhere_but_where_it_was_asked_for() {
    let logged = Logged::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(logged.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let site = Site::start().await;
    let mut cookies = BTreeMap::new();
    for email in READERS {
        cookies.insert(email, site.sign_in_as(email).await);
    }
    let file = site.folder.path().join("latchkey.db");
    let url = format!("sqlite://{}", file.display());
    let database = Database::connect(&url).await.unwrap();
    let account = one(&database, "SELECT id FROM account WHERE label = 'Grindhouse'").await;
    let asked = Asked { site: &site, cookies };
    put(&asked, &account).await;

    // Whoever may, is handed them: so the canaries are alive.
    let copied = asked.call(HOLDERS[0], "credential/copy-password", format!("account={account}")).await;
    assert!(copied.body.contains(PASSWORD), "{}", copied.body);
    assert_eq!(copied.header("cache-control"), "no-store");
    let plain = post("/api/credential/copy-password").header(COOKIE, &asked.cookies[HOLDERS[0]]);
    let plain = site.send(plain.body(Body::from(format!("account={account}"))).unwrap()).await;
    assert_eq!(
        (plain.status.as_u16(), plain.body.as_str()),
        (303, ""),
        "a plain form leads back, with nothing beside it"
    );
    let code = asked.call(HOLDERS[0], "credential/code", format!("account={account}&way=shown")).await;
    assert_eq!(code.status.as_u16(), 200);

    // Pages and answers.
    let pages =
        ["", "/members", "/activity", "/settings", "/secrets", "/password", "/passwords", "/exposure", "/log-in"];
    for reader in READERS {
        let entitled = reader == OWNER || reader == READERS[1] || HOLDERS.contains(&reader);
        let mut seen = String::new();
        for page in pages {
            seen += &site.get_as(&asked.cookies[reader], &format!("/accounts/{account}{page}")).await.body;
        }
        for page in ["/accounts", "/accounts/passwords-to-change", "/notifications", "/requests", "/accounts/import"] {
            seen += &site.get_as(&asked.cookies[reader], page).await.body;
        }
        for function in [
            "account/general",
            "account/settings",
            "credential/panel",
            "credential/secrets",
            "credential/history",
            "credential/exposure",
            "activity/account",
        ] {
            seen += &asked.call(reader, function, format!("account={account}")).await.body;
        }
        for canary in NEVER {
            assert!(!seen.contains(canary), "{reader} reads {canary}");
        }
        for canary in OPEN {
            assert_eq!(seen.to_lowercase().contains(&canary.to_lowercase()), entitled, "{reader} and {canary}");
        }
    }

    // Downloads.
    let tab = format!("/accounts/{account}/activity/export");
    for (reader, path) in [(READERS[2], "/activity/export"), (READERS[2], "/activity/record"), (OWNER, tab.as_str())] {
        let asked_for = post(path).header(COOKIE, &asked.cookies[reader]).body(Body::empty()).unwrap();
        let file = site.send(asked_for).await;
        assert_eq!(file.status.as_u16(), 200, "{path}: {}", file.body);
        assert!(file.body.contains("Grindhouse"), "{path} tells of the account");
        assert!(!file.body.contains("CANARY"), "{path}: {}", near(&file.body));
    }

    // What is stored: events, notifications, mail, and the file itself, with the log beside it.
    for table in ["activity_event", "notification", "outbox_email", "reveal", "custom_field", "account"] {
        let rows = database
            .query_all_raw(Statement::from_string(DbBackend::Sqlite, format!("SELECT * FROM {table}")))
            .await
            .unwrap();
        let rows = format!("{rows:?}");
        assert!(!rows.contains("CANARY"), "{table}");
    }
    for name in ["latchkey.db", "latchkey.db-wal"] {
        let bytes = std::fs::read(site.folder.path().join(name)).unwrap_or_default();
        let found = bytes.windows(6).position(|window| window == b"CANARY");
        assert_eq!(found, None, "in {name}");
    }
    // Somebody has altered what is sealed: that is an incident, which says nothing of the secret.
    let hidden = one(&database, "SELECT id FROM custom_field WHERE kind = 'hidden' ORDER BY id DESC LIMIT 1").await;
    let alter = format!("UPDATE credential SET sealed = X'00' || sealed WHERE field = '{hidden}'");
    assert_eq!(database.execute_unprepared(&alter).await.unwrap().rows_affected(), 1);
    let broken =
        asked.call(OWNER, "credential/show-field", format!("account={account}&field={hidden}&way=shown")).await;
    assert_eq!(broken.status.as_u16(), 500, "{}", broken.body);
    let logged = String::from_utf8_lossy(&logged.0.lock().unwrap()).into_owned();
    assert!(logged.contains("a sealed secret does not open"), "the cause is in the log: {logged}");
    assert!(!logged.contains("CANARY"), "in the log: {}", near(&logged));
}

/// Puts the canaries into the account, by the ways that people have.
async fn put(asked: &Asked<'_>, account: &str) {
    let field = |kind: &str, value: &str| format!("account={account}&kind={kind}&name=Field&value={value}");
    asked.done("credential/store-password", format!("account={account}&version=1&password={EARLIER}")).await;
    asked.done("credential/store-password", format!("account={account}&version=2&password={PASSWORD}")).await;
    asked.done("credential/store-one-time-code", format!("account={account}&secret={CODE_SECRET}")).await;
    asked.done("credential/add-field", field("hidden", HIDDEN)).await;
    asked.done("credential/add-field", field("url", OPEN[1])).await;
    asked.done("credential/add-field", field("short_text", OPEN[2])).await;
    asked.done("credential/add-field", field("long_text", OPEN[3])).await;
    let edit = format!(
        "account={account}&version=1&label=Grindhouse&app=Social+Feed&login_url=https%3A%2F%2Fsocial-feed.example%2F\
         &username=harbor.coffee&note={NOTE}"
    );
    asked.done("account/edit", edit).await;
    // What is refused is repeated nowhere, neither to an island nor on a page.
    for (function, body) in [
        ("credential/store-password", format!("account={account}&version=3&password={REFUSED}%0Atwo")),
        ("credential/store-password", format!("account={account}&version=1&password={REFUSED}")),
        ("credential/store-one-time-code", format!("account={account}&secret={REFUSED}!")),
        ("credential/add-field", field("hidden", &format!("{REFUSED}%0Atwo"))),
        ("credential/strength", format!("password={REFUSED}")),
    ] {
        let answer = asked.call(OWNER, function, body.clone()).await;
        assert!(!answer.body.contains("CANARY"), "{function}: {}", answer.body);
        let page = post(&format!("/accounts/{account}/secrets"))
            .header(COOKIE, &asked.cookies[OWNER])
            .body(Body::from(format!("function={function}&{body}")))
            .unwrap();
        let page = asked.site.send(page).await;
        assert!(!page.body.contains(REFUSED), "{function} on its page");
    }
}

async fn one(database: &sea_orm::DatabaseConnection, sql: &str) -> String {
    let row = database.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap().unwrap();
    row.try_get::<sea_orm::prelude::Uuid>("", "id").unwrap().to_string()
}

/// The surroundings of the first canary in a text.
fn near(text: &str) -> String {
    let Some(at) = text.find("CANARY") else { return String::new() };
    let start = (0..=at.saturating_sub(300)).rev().find(|start| text.is_char_boundary(*start)).unwrap_or(0);
    text[start..].chars().take(500).collect()
}
