//! Every server function, asked by everyone, with ids of their own, of others, and that do not belong together.

use crate::site::{Site, call};
use axum::body::Body;
use http::StatusCode;
use http::header::COOKIE;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const TABLE: &str = include_str!("../server_functions.txt");
const CALLERS: [(&str, &str); 9] = [
    ("signed-out", ""),
    ("owner", "owner@harbor.example"),
    ("second-owner", "second-owner@harbor.example"),
    ("admin", "admin@harbor.example"),
    ("manager", "manager@northlight.example"),
    ("collaborator", "collaborator@northlight.example"),
    ("teammate", "teammate@northlight.example"),
    ("third", "third@elsewhere.example"),
    ("deactivated", "gone@northlight.example"),
];

/// What each function is asked with. `{account}` and the like stand for the ids of the row.
const ARGUMENTS: [(&str, &str); 21] = [
    ("access-grant/change-role", "account={account}&member={member}&role=collaborator"),
    ("access-grant/members", "account={account}"),
    ("access-grant/remove", "account={account}&member={member}"),
    ("access-request/accept", "account={account}&line={line}"),
    ("access-request/decline", "account={account}&line={line}&note=no"),
    ("access-request/form", "account={account}"),
    ("access-request/picked-members", "account={account}&members[0]={asked}"),
    ("access-request/search-members", "account={account}&role=collaborator&typed=ann"),
    (
        "access-request/send",
        "account={account}&form[key]=01a20000-0000-7000-8000-000000000001&form[members][0]={asked}\
         &form[role]=collaborator&form[access_end]=never",
    ),
    ("account/general", "account={account}"),
    ("account/list", "filter[search]="),
    ("account/log-in", "account={account}"),
    ("account/login-url", "account={account}"),
    ("activity/account", "account={account}"),
    ("notification/list", ""),
    ("notification/mark-all-read", ""),
    ("session/frame", ""),
    ("session/notice", ""),
    ("session/sign-in", "email=owner@harbor.example&password=latchkey-demo"),
    ("session/sign-out", ""),
    ("session/switch-workspace", "member={membership}"),
];

#[tokio::test]
async fn the_list_names_every_server_function_and_no_other() {
    let listed: BTreeSet<&str> = rows().iter().map(|row| row.function).collect();
    let linked: Vec<String> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let linked: BTreeSet<&str> = linked.iter().map(|path| path.trim_start_matches("/api/")).collect();
    assert_eq!(listed, linked, "server/tests/server_functions.txt (left) and the program (right) differ");
    // What takes an id is asked with foreign ones; what takes a child, with one that does not belong to its parent.
    for (function, arguments) in ARGUMENTS {
        let ids: BTreeSet<&str> = rows().iter().filter(|row| row.function == function).map(|row| row.ids).collect();
        let takes = |name: &str| arguments.contains(name);
        let mut expected = BTreeSet::from(["own"]);
        if takes("{account}") || takes("{membership}") {
            expected.insert("foreign");
        }
        if takes("{line}") || takes("{member}") || takes("form[members]") {
            expected.insert("mismatched");
        }
        assert_eq!(ids, expected, "{function}");
    }
}

#[tokio::test]
async fn everyone_is_answered_as_listed_and_what_is_refused_changes_nothing() {
    let world = World::make().await;
    let mut wrong = Vec::new();
    for row in rows() {
        for (caller, expected) in &row.answers {
            let found = world.ask(&row, caller).await;
            if found.answer != *expected {
                wrong.push(format!("{} {} {caller}: {} instead of {expected}", row.function, row.ids, found.answer));
            }
            if found.answer != "ok" && found.wrote {
                wrong.push(format!("{} {} {caller}: refused, and wrote", row.function, row.ids));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_sweep_sees_when_something_is_written() {
    let world = World::make().await;
    let rows = rows();
    let accept = rows.iter().find(|row| row.function == "access-request/accept" && row.ids == "own").unwrap();
    assert!(world.ask(accept, "owner").await.wrote);
}

struct Row {
    function: &'static str,
    ids: &'static str,
    answers: BTreeMap<&'static str, &'static str>,
}

fn rows() -> Vec<Row> {
    let mut lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().skip(2).collect();
    assert_eq!(head, CALLERS.map(|(caller, _)| caller));
    lines
        .map(|line| {
            let mut cells = line.split_whitespace();
            let (function, ids) = (cells.next().unwrap(), cells.next().unwrap());
            let answers: BTreeMap<_, _> = head.iter().copied().zip(cells).collect();
            assert_eq!(answers.len(), head.len(), "{line}");
            Row { function, ids, answers }
        })
        .collect()
}

struct Found {
    answer: &'static str,
    wrote: bool,
}

/// The demo with a third company, kept as a file of which each question gets a copy.
struct World {
    site: Site,
    cookies: BTreeMap<&'static str, String>,
    ids: BTreeMap<&'static str, String>,
}

impl World {
    async fn make() -> Self {
        let site = Site::start().await;
        let mut cookies = BTreeMap::new();
        cookies.insert("signed-out", String::new());
        site.sign_in().await;
        let database = connect(&site.folder.path().join("latchkey.db")).await;
        add_third_company(&database).await;
        for (caller, email) in &CALLERS[1..] {
            cookies.insert(*caller, site.sign_in_as(email).await);
        }
        let deactivate = "UPDATE member SET status = 'deactivated' WHERE id = X'00000000000070008000000000000004'";
        database.execute_unprepared(deactivate).await.unwrap();

        let mut ids = BTreeMap::new();
        for (name, sql) in [
            ("account", "SELECT id FROM account WHERE label = 'Brand files'"),
            ("other account", "SELECT id FROM account WHERE label = 'Grindhouse'"),
            ("line", "SELECT id FROM request_line WHERE state = 'pending'"),
            ("member", &member("collaborator@northlight.example")),
            ("without access", &member("teammate@northlight.example")),
            ("host", &member("second-owner@harbor.example")),
        ] {
            ids.insert(name, id(&database, sql).await);
        }
        for (caller, email) in &CALLERS[1..] {
            ids.insert(*caller, id(&database, &member(email)).await);
        }
        ids.insert("third account", "00000000-0000-7000-8000-000000000005".to_owned());
        // The copies are of the file alone: nothing may wait in the log beside it.
        database.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        Self { site, cookies, ids }
    }

    async fn ask(&self, row: &Row, caller: &str) -> Found {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("latchkey.db");
        std::fs::copy(self.site.folder.path().join("latchkey.db"), &file).unwrap();
        let site = Site::start_on(folder).await;
        let observer = connect(&file).await;
        let before = version(&observer).await;
        let request = call(&format!("/api/{}", row.function)).header(COOKIE, &self.cookies[caller]);
        let answer = site.send(request.body(Body::from(self.arguments(row, caller))).unwrap()).await;
        let wrote = version(&observer).await != before;
        let answer = match answer.status {
            StatusCode::OK => "ok",
            StatusCode::UNAUTHORIZED => "sign-in",
            StatusCode::FORBIDDEN => "denied",
            StatusCode::NOT_FOUND => "unseen",
            StatusCode::UNPROCESSABLE_ENTITY => "invalid",
            other => panic!("{} {} {caller}: {other} {}", row.function, row.ids, answer.body),
        };
        Found { answer, wrote }
    }

    fn arguments(&self, row: &Row, caller: &str) -> String {
        let (_, arguments) = ARGUMENTS.iter().find(|(function, _)| *function == row.function).unwrap();
        let deciding = arguments.contains("{line}");
        let (account, member, asked) = match row.ids {
            "own" => ("account", "member", "without access"),
            "foreign" => ("third account", "third", "third"),
            _ if deciding => ("other account", "member", "without access"),
            _ => ("account", "without access", "host"),
        };
        let membership = if row.ids == "foreign" && caller == "owner" { "second-owner" } else { "owner" };
        let membership = if row.ids == "own" && caller != "signed-out" { caller } else { membership };
        [("account", account), ("member", member), ("asked", asked), ("line", "line"), ("membership", membership)]
            .into_iter()
            .fold((*arguments).to_owned(), |text, (place, id)| text.replace(&format!("{{{place}}}"), &self.ids[id]))
    }
}

/// Elsewhere Ltd with an account of its own, and a member of Northlight Studio who is about to go.
async fn add_third_company(database: &DatabaseConnection) {
    let at = "'2026-01-01T00:00:00+00:00'";
    let password = r#"(SELECT password_hash FROM "user" WHERE email = 'owner@harbor.example')"#;
    let user = |id: &str, email: &str, name: &str| {
        format!(r#"INSERT INTO "user" VALUES (X'{id}', '{email}', '{email}', '{name}', {password}, {at})"#)
    };
    let [company, third_user, third, gone, account, grant, gone_user] =
        [1, 2, 3, 4, 5, 6, 7].map(|number| format!("0000000000007000800000000000000{number}"));
    let northlight = "(SELECT id FROM workspace WHERE name = 'Northlight Studio')";
    for sql in [
        format!("INSERT INTO workspace VALUES (X'{company}', 'Elsewhere Ltd', 'elsewhere', {at})"),
        user(&third_user, "third@elsewhere.example", "Thea Third"),
        user(&gone_user, "gone@northlight.example", "Gina Gone"),
        format!("INSERT INTO member VALUES (X'{third}', X'{company}', X'{third_user}', 'owner', 'active', {at})"),
        format!("INSERT INTO member VALUES (X'{gone}', {northlight}, X'{gone_user}', 'user', 'active', {at})"),
        format!(
            "INSERT INTO account VALUES (X'{account}', X'{company}', 'Theirs', 'App', 'https://theirs.example', 'u', '', \
             'theirs', 'theirs', NULL, NULL, {at}, NULL)"
        ),
        format!(
            "INSERT INTO access_grant VALUES (X'{grant}', X'{account}', X'{third}', 'owner', 'owner', NULL, 'active', NULL, \
             NULL, {at}, NULL)"
        ),
    ] {
        database.execute_unprepared(&sql).await.unwrap();
    }
}

fn member(email: &str) -> String {
    format!(r#"SELECT m.id FROM member m JOIN "user" u ON u.id = m.user_id WHERE u.email = '{email}'"#)
}

async fn id(database: &DatabaseConnection, sql: &str) -> String {
    let row = database.query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, sql)).await.unwrap();
    row.unwrap().try_get::<sea_orm::prelude::Uuid>("", "id").unwrap().to_string()
}

async fn connect(file: &Path) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(format!("sqlite://{}", file.display()));
    options.max_connections(1);
    Database::connect(options).await.unwrap()
}

/// Changes whenever another connection has written anything at all.
async fn version(observer: &DatabaseConnection) -> i64 {
    let sql = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA data_version");
    observer.query_one_raw(sql).await.unwrap().unwrap().try_get("", "data_version").unwrap()
}
