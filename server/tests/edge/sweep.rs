//! Every server function, asked by everyone, with ids of their own, of others, and that do not belong together.

use crate::postgres::PostgresDatabase;
use crate::site::{Site, call};
use arguments::ARGUMENTS;
use axum::body::Body;
use http::StatusCode;
use http::header::COOKIE;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, QueryResult, Statement};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use tempfile::TempDir;

mod arguments;
mod standing;

/// The name of the database on SQLite, in a folder of its own.
const FILE: &str = "latchkey.db";
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

/// Partnerships beside that of the demo, in the words of the column `ids`, with their last digits.
const PARTNERSHIPS: [(&str, u8); 5] =
    [("foreign", 0x11), ("proposed", 0x12), ("awaiting", 0x13), ("suspended", 0x14), ("over", 0x15)];

#[tokio::test]
async fn the_list_names_every_server_function_and_no_other() {
    let listed: BTreeSet<&str> = rows().iter().map(|row| row.function).collect();
    let linked: Vec<String> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let linked: BTreeSet<&str> = linked.iter().map(|path| path.trim_start_matches("/api/")).collect();
    assert_eq!(listed, linked, "server/tests/server_functions.txt (left) and the program (right) differ");
    // What takes an id is asked with foreign ones; what takes a child, with one that does not belong to its parent.
    for (function, arguments) in ARGUMENTS.iter().copied() {
        let ids: BTreeSet<&str> = rows().iter().filter(|row| row.function == function).map(|row| row.ids).collect();
        let takes = |name: &str| arguments.contains(name);
        let mut expected = BTreeSet::from(["own"]);
        let takes_one =
            ["{account}", "{membership}", "{request}", "{notification}", "{through}", "{mate}", "{invited}", "{left}"];
        if takes_one.into_iter().any(takes) {
            expected.insert("foreign");
        }
        let of_a_parent = takes("{account}") || takes("{request}") || takes("{through}");
        let children =
            ["{line}", "{member}", "form[members]", "{colleague}", "{share}", "{lone share}", "{unshared}", "{field}"];
        let child = children.into_iter().any(takes);
        if of_a_parent && child || takes("{account}") && takes("{request}") {
            expected.insert("mismatched");
        }
        if takes("{partnership}") {
            expected.extend(PARTNERSHIPS.map(|(ids, _)| ids));
        }
        if takes("{candidate}") {
            expected.insert("mismatched");
        }
        assert_eq!(ids, expected, "{function}");
    }
}

mod on_sqlite {
    use super::*;

    #[tokio::test]
    async fn everyone_is_answered_as_listed_and_what_is_refused_changes_nothing() {
        sweep(&World::make(Origin::file()).await).await;
    }

    #[tokio::test]
    async fn the_sweep_sees_when_something_is_written() {
        sees_a_write(&World::make(Origin::file()).await).await;
    }
}

mod on_postgres {
    use super::*;

    #[tokio::test]
    async fn everyone_is_answered_as_listed_and_what_is_refused_changes_nothing() {
        let Some(database) = PostgresDatabase::from_template().await else { return };
        let world = World::make(Origin::Postgres(database)).await;
        sweep(&world).await;
        world.origin.remove().await;
    }

    #[tokio::test]
    async fn the_sweep_sees_when_something_is_written() {
        let Some(database) = PostgresDatabase::from_template().await else { return };
        let world = World::make(Origin::Postgres(database)).await;
        sees_a_write(&world).await;
        world.origin.remove().await;
    }
}

async fn sweep(world: &World) {
    let mut wrong = Vec::new();
    let mut copy = None;
    for row in rows() {
        for (caller, expected) in &row.answers {
            let found = world.ask(&row, caller, &mut copy).await;
            if found.answer != *expected {
                wrong.push(format!("{} {} {caller}: {} instead of {expected}", row.function, row.ids, found.answer));
            }
            if !found.wrote_what_it_may() {
                wrong.push(format!("{} {} {caller}: refused, and wrote", row.function, row.ids));
            }
        }
    }
    if let Some(copy) = copy {
        copy.remove().await;
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

async fn sees_a_write(world: &World) {
    let rows = rows();
    let accept = rows.iter().find(|row| row.function == "access-request/accept" && row.ids == "own").unwrap();
    assert_eq!(world.ask(accept, "owner", &mut None).await.wrote, Wrote::Something);
    assert_eq!(world.ask(accept, "admin", &mut None).await.wrote, Wrote::Refusal);
    let unseen = world.ask(accept, "teammate", &mut None).await;
    assert_eq!((unseen.answer, unseen.wrote), ("unseen", Wrote::Nothing));
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
    wrote: Wrote,
}

impl Found {
    /// Whoever is refused changes nothing. What they see and were denied is on record, which is all that was written.
    fn wrote_what_it_may(&self) -> bool {
        match self.answer {
            "ok" => true,
            "denied" => self.wrote != Wrote::Something,
            _ => self.wrote == Wrote::Nothing,
        }
    }
}

/// What a question has left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrote {
    Nothing,
    /// One event that says that it was refused, and nothing else.
    Refusal,
    Something,
}

/// A database of which copies can be made while nobody is connected to it.
enum Origin {
    File(TempDir),
    Postgres(PostgresDatabase),
}

impl Origin {
    fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    fn url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite://{}", folder.path().join(FILE).display()),
            Self::Postgres(database) => database.url(),
        }
    }

    async fn copy(&self) -> Self {
        match self {
            Self::File(folder) => {
                let copy = tempfile::tempdir().unwrap();
                std::fs::copy(folder.path().join(FILE), copy.path().join(FILE)).unwrap();
                Self::File(copy)
            }
            Self::Postgres(database) => Self::Postgres(database.copy().await),
        }
    }

    async fn remove(self) {
        if let Self::Postgres(database) = self {
            database.remove().await;
        }
    }
}

/// A site on a copy, and somebody who sees whether anything is written there.
struct Copy {
    site: Site,
    observer: Observer,
    /// What was there when it was asked last.
    seen: Seen,
    origin: Origin,
}

impl Copy {
    async fn of(origin: &Origin) -> Self {
        let origin = origin.copy().await;
        let site = Site::start_on(&origin.url()).await;
        let observer = Observer::of(&origin.url()).await;
        Self { seen: observer.seen().await, site, observer, origin }
    }

    async fn remove(self) {
        self.site.services.database().close().await.unwrap();
        self.observer.database.close().await.unwrap();
        self.origin.remove().await;
    }
}

struct Observer {
    database: DatabaseConnection,
    /// Everything there is but the events of refusals, and how many of those there are.
    question: String,
    /// What was there when SQLite's number of the state was this one: as long as it is, nothing was written.
    known: RefCell<Option<(i64, Seen)>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Seen {
    rest: String,
    refusals: i64,
}

impl Observer {
    async fn of(url: &str) -> Self {
        let database = connect(url).await;
        let backend = database.get_database_backend();
        // Of each table its rows as one text or number, whatever their order. Sorting them would take most of the sweep.
        let (tables, rows) = match backend {
            DbBackend::Postgres => (
                "SELECT tablename::text AS name, 't::text' AS row FROM pg_tables WHERE schemaname = 'public'",
                "count(*) || ' ' || coalesce(sum(hashtextextended({row}, 0)), 0)",
            ),
            _ => (
                "SELECT m.name AS name, (SELECT group_concat('quote(\"' || c.name || '\")', '||')
                                         FROM pragma_table_info(m.name) c) AS row
                 FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'",
                "coalesce(group_concat({row}, char(10)), '')",
            ),
        };
        let tables = database.query_all_raw(Statement::from_string(backend, tables)).await.unwrap();
        assert!(tables.len() > 20, "{} tables are watched", tables.len());
        let all = tables.iter().map(|table| {
            let (name, row): (String, String) = (table.try_get("", "name").unwrap(), table.try_get("", "row").unwrap());
            let some = if name == "activity_event" { "WHERE kind <> 'attempt_refused'" } else { "" };
            format!("(SELECT '{name} ' || {} FROM \"{name}\" t {some})", rows.replace("{row}", &row))
        });
        let all = all.collect::<Vec<_>>().join(" || ' ' || ");
        let question = format!(
            "SELECT {all} AS rest,
                    (SELECT count(*) FROM activity_event WHERE kind = 'attempt_refused') AS refusals"
        );
        Self { database, question, known: RefCell::default() }
    }

    async fn seen(&self) -> Seen {
        let state = match self.database.get_database_backend() {
            DbBackend::Postgres => None,
            _ => Some(
                self.one("SELECT data_version AS state FROM pragma_data_version").await.try_get("", "state").unwrap(),
            ),
        };
        if let (Some(state), Some((known, seen))) = (state, &*self.known.borrow())
            && state == *known
        {
            return seen.clone();
        }
        let row = self.one(&self.question).await;
        let seen = Seen { rest: row.try_get("", "rest").unwrap(), refusals: row.try_get("", "refusals").unwrap() };
        *self.known.borrow_mut() = state.map(|state| (state, seen.clone()));
        seen
    }

    async fn one(&self, sql: &str) -> QueryResult {
        let statement = Statement::from_string(self.database.get_database_backend(), sql);
        self.database.query_one_raw(statement).await.unwrap().unwrap()
    }
}

/// The demo with a third company. Each question is asked on a copy on which nothing was written before.
struct World {
    origin: Origin,
    cookies: BTreeMap<&'static str, String>,
    ids: BTreeMap<&'static str, String>,
}

impl World {
    async fn make(origin: Origin) -> Self {
        let site = Site::start_on(&origin.url()).await;
        let mut cookies = BTreeMap::new();
        cookies.insert("signed-out", String::new());
        site.sign_in().await;
        let database = connect(&origin.url()).await;
        add_third_company(&database).await;
        add_partnerships(&database).await;
        for (caller, email) in &CALLERS[1..] {
            cookies.insert(*caller, site.sign_in_as(email).await);
        }
        let gone = uuid(&database, 4);
        let deactivate = format!("UPDATE member SET status = 'deactivated' WHERE id = {gone}");
        database.execute_unprepared(&deactivate).await.unwrap();
        // However long the sweep takes, nobody's session is marked as seen again, and nobody has to confirm who they are.
        let ahead = "UPDATE session SET last_seen_at = ends_at, confirmed_at = ends_at";
        database.execute_unprepared(ahead).await.unwrap();

        let mut ids = BTreeMap::new();
        for (name, sql) in [
            ("account", "SELECT id FROM account WHERE label = 'Brand files'"),
            ("other account", "SELECT id FROM account WHERE label = 'Grindhouse'"),
            ("line", "SELECT id FROM request_line WHERE state = 'pending'"),
            ("request", "SELECT access_request_id AS id FROM request_line WHERE state = 'pending'"),
            ("notification", &notification_of("owner@harbor.example")),
            ("member", &member("collaborator@northlight.example")),
            ("without access", &member("teammate@northlight.example")),
            ("host", &member("second-owner@harbor.example")),
            ("guest admin", &member("director@northlight.example")),
            ("unshared", "SELECT id FROM account WHERE label = 'Bookkeeping'"),
            ("field", &field_of("Brand files")),
            ("other field", &field_of("Grindhouse")),
            ("share", &share_of("Brand files")),
            ("lone share", &share_of("Search ads")),
            (
                "partnership",
                "SELECT p.id FROM partnership p JOIN workspace w ON w.id = p.host_workspace_id \
                 WHERE w.name = 'Harbor Coffee' AND p.accepted_at IS NOT NULL AND p.state = 'active'",
            ),
            (
                "mate",
                "SELECT m.id FROM member m JOIN \"user\" u ON u.id = m.user_id \
              WHERE u.email LIKE 'team.%@harbor.example' ORDER BY m.id LIMIT 1",
            ),
            ("invited", &member("invited@harbor.example")),
            ("left", &member("left@harbor.example")),
        ] {
            ids.insert(name, id(&database, sql).await);
        }
        for (caller, email) in &CALLERS[1..] {
            ids.insert(*caller, id(&database, &member(email)).await);
        }
        for (name, last) in [("third account", 5), ("third partnership", 8), ("third share", 9)] {
            ids.insert(name, format!("00000000-0000-7000-8000-00000000000{last}"));
        }
        for (name, last) in PARTNERSHIPS {
            ids.insert(name, format!("00000000-0000-7000-8000-0000000000{last:02x}"));
        }
        ids.insert("other line", "00000000-0000-7000-8000-000000000009".to_owned());
        ids.insert("nothing", "00000000-0000-7000-8000-00000000000a".to_owned());
        if database.get_database_backend() == DbBackend::Sqlite {
            // The copies are of the file alone: nothing may wait in the log beside it.
            database.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        }
        site.services.database().close().await.unwrap();
        database.close().await.unwrap();
        Self { origin, cookies, ids }
    }

    /// Asks on this copy, or on a new one; where something was written, there is none afterwards.
    async fn ask(&self, row: &Row, caller: &str, copy: &mut Option<Copy>) -> Found {
        let mut asked = match copy.take() {
            Some(copy) => copy,
            None => Copy::of(&self.origin).await,
        };
        let request = call(&format!("/api/{}", row.function)).header(COOKIE, &self.cookies[caller]);
        let answer = asked.site.send(request.body(Body::from(self.arguments(row, caller))).unwrap()).await;
        let after = asked.observer.seen().await;
        let before = std::mem::replace(&mut asked.seen, after.clone());
        let wrote = match after.refusals - before.refusals {
            0 if after == before => Wrote::Nothing,
            1 if after.rest == before.rest => Wrote::Refusal,
            _ => Wrote::Something,
        };
        if wrote == Wrote::Something {
            asked.remove().await;
        } else {
            *copy = Some(asked);
        }
        let answer = match answer.status {
            StatusCode::OK => "ok",
            StatusCode::UNAUTHORIZED => "sign-in",
            StatusCode::FORBIDDEN => "denied",
            StatusCode::NOT_FOUND => "unseen",
            StatusCode::UNPROCESSABLE_ENTITY => "invalid",
            StatusCode::CONFLICT => "conflict",
            other => panic!("{} {} {caller}: {other} {}", row.function, row.ids, answer.body),
        };
        Found { answer, wrote }
    }

    fn arguments(&self, row: &Row, caller: &str) -> String {
        let (_, arguments) = ARGUMENTS.iter().find(|(function, _)| *function == row.function).unwrap();
        let of_request = arguments.contains("{request}");
        let deciding = arguments.contains("{line}") || of_request;
        let (account, member, asked) = match row.ids {
            "own" => ("account", "member", "without access"),
            "foreign" => ("third account", "third", "third"),
            _ if deciding => ("other account", "member", "without access"),
            _ => ("account", "without access", "host"),
        };
        let partnership = if PARTNERSHIPS.iter().any(|(ids, _)| *ids == row.ids) { row.ids } else { "partnership" };
        // A member of the partnership's host, or of somebody else.
        let candidate = match row.ids {
            "foreign" | "suspended" => "third",
            "awaiting" | "mismatched" => "teammate",
            _ => "second-owner",
        };
        let line = if row.ids == "mismatched" && of_request { "other line" } else { "line" };
        let (request, notification) =
            if row.ids == "foreign" { ("nothing", "nothing") } else { ("request", "notification") };
        let membership = if row.ids == "foreign" && caller == "owner" { "second-owner" } else { "owner" };
        let membership = if row.ids == "own" && caller != "signed-out" { caller } else { membership };
        // Through which something is shared.
        let through = if row.ids == "foreign" { "third partnership" } else { "partnership" };
        let (unshared, share, lone_share) = match row.ids {
            "own" => ("unshared", "share", "lone share"),
            _ => ("third account", "third share", "third share"),
        };
        let field = match row.ids {
            "own" => "field",
            "foreign" => "nothing",
            _ => "other field",
        };
        let colleague = match row.ids {
            "own" => "admin",
            "foreign" => "third",
            _ => "without access",
        };
        let of_own = |name| if row.ids == "foreign" { "third" } else { name };
        [
            ("account", account),
            ("member", member),
            ("asked", asked),
            ("line", line),
            ("membership", membership),
            ("request", request),
            ("notification", notification),
            ("partnership", partnership),
            ("candidate", candidate),
            ("through", through),
            ("unshared", unshared),
            ("share", share),
            ("lone share", lone_share),
            ("field", field),
            ("colleague", colleague),
            ("guest admin", "guest admin"),
            ("mate", of_own("mate")),
            ("invited", of_own("invited")),
            ("left", of_own("left")),
        ]
        .into_iter()
        .fold((*arguments).to_owned(), |text, (place, id)| text.replace(&format!("{{{place}}}"), &self.ids[id]))
    }
}

/// Elsewhere Ltd with an account of its own, a member of Northlight Studio who is about to go, and two people of Harbor
/// Coffee: one who has not joined yet, and one who has left.
async fn add_third_company(database: &DatabaseConnection) {
    let at = "'2026-01-01T00:00:00+00:00'";
    let password = r#"(SELECT password_hash FROM "user" WHERE email = 'owner@harbor.example')"#;
    let user = |id: &str, email: &str, name: &str| {
        format!(
            r#"INSERT INTO "user" (id, email, email_folded, name, password_hash, created_at)
               VALUES ({id}, '{email}', '{email}', '{name}', {password}, {at})"#
        )
    };
    let member = |id: &str, workspace: &str, user: &str, role: &str| {
        format!(
            "INSERT INTO member (id, workspace_id, user_id, role, status, created_at, joined_at) \
             VALUES ({id}, {workspace}, {user}, '{role}', 'active', {at}, {at})"
        )
    };
    let [company, third_user, third, gone, account, grant, gone_user, request, line] =
        [1, 2, 3, 4, 5, 6, 7, 8, 9].map(|number| uuid(database, number));
    let (partnership, share) = (uuid(database, 8), uuid(database, 9));
    let [invited, left] = [0x21, 0x22].map(|number| uuid(database, number));
    let northlight = "(SELECT id FROM workspace WHERE name = 'Northlight Studio')";
    let harbor = "(SELECT id FROM workspace WHERE name = 'Harbor Coffee')";
    let of_harbor = |id: &str, status: &str| {
        format!(
            "INSERT INTO member (id, workspace_id, user_id, role, status, created_at) \
             VALUES ({id}, {harbor}, {id}, 'user', '{status}', {at})"
        )
    };
    for sql in [
        format!(
            "INSERT INTO workspace (id, name, public_id, created_at) VALUES ({company}, 'Elsewhere Ltd', 'elsewhere', {at})"
        ),
        user(&third_user, "third@elsewhere.example", "Thea Third"),
        user(&gone_user, "gone@northlight.example", "Gina Gone"),
        member(&third, &company, &third_user, "owner"),
        member(&gone, northlight, &gone_user, "user"),
        user(&invited, "invited@harbor.example", "Ines Invited"),
        user(&left, "left@harbor.example", "Leo Left"),
        of_harbor(&invited, "invited"),
        of_harbor(&left, "deactivated"),
        format!(
            "INSERT INTO account (id, workspace_id, label, app, login_url, username, open_note, sort_key, search_text, \
             created_at) VALUES ({account}, {company}, 'Theirs', 'App', 'https://theirs.example', 'u', '', 'theirs', \
             'theirs', {at})"
        ),
        format!(
            "INSERT INTO access_grant (id, account_id, member_id, role, source, state, created_at) \
             VALUES ({grant}, {account}, {third}, 'owner', 'owner', 'active', {at})"
        ),
        // Another request of the manager, taken back long ago.
        format!(
            "INSERT INTO access_request (id, account_id, account_share_id, requester_id, idempotency_key, role, reason, \
             refused, created_at) SELECT {request}, account_id, account_share_id, requester_id, {request}, role, '', \
             '[]', {at} FROM access_request LIMIT 1"
        ),
        format!(
            "INSERT INTO request_line (id, access_request_id, account_id, member_id, state, open_until, decided_at, \
             note, created_at, host_workspace_id) SELECT {line}, {request}, account_id, member_id, 'withdrawn', {at}, \
             {at}, '', {at}, host_workspace_id FROM request_line LIMIT 1"
        ),
        format!(
            "INSERT INTO partnership (id, host_workspace_id, guest_workspace_id, owner_member_id, state, highest_role, \
             reason_required, open_days, created_at, sent_at, accepted_at) \
             VALUES ({partnership}, {company}, {northlight}, {third}, 'active', 'account_manager', false, 14, {at}, {at}, \
             {at})"
        ),
        format!(
            "INSERT INTO account_share (id, account_id, partnership_id, state, highest_role, created_at) \
             VALUES ({share}, {account}, {partnership}, 'active', 'account_manager', {at})"
        ),
        // Nobody at Northlight has this one any more.
        format!(
            "UPDATE access_grant SET state = 'revoked', ended_at = {at} WHERE account_share_id = ({})",
            share_of("Search ads")
        ),
    ] {
        database.execute_unprepared(&sql).await.unwrap();
    }
}

/// Partnerships in every state, of Harbor Coffee with companies that it shares nothing with.
async fn add_partnerships(database: &DatabaseConnection) {
    let at = "'2026-01-01T00:00:00+00:00'";
    let harbor = "(SELECT id FROM workspace WHERE name = 'Harbor Coffee')";
    let northlight = "(SELECT id FROM workspace WHERE name = 'Northlight Studio')";
    let elsewhere = "(SELECT id FROM workspace WHERE name = 'Elsewhere Ltd')";
    let in_time = "'2999-01-01T00:00:00+00:00'";
    let sent = format!("sent_at = {at}");
    let accepted = format!("{sent}, accepted_at = {at}");
    let stories = [
        ("foreign", elsewhere, "NULL", "third@elsewhere.example", "awaiting_guest", sent.clone()),
        ("proposed", harbor, "NULL", "second-owner@harbor.example", "proposed", "sent_at = NULL".to_owned()),
        ("awaiting", northlight, harbor, "manager@northlight.example", "awaiting_guest", sent),
        (
            "suspended",
            elsewhere,
            harbor,
            "third@elsewhere.example",
            "suspended",
            format!("{accepted}, suspended_at = {at}, suspended_by = {harbor}"),
        ),
        (
            "over",
            harbor,
            elsewhere,
            "second-owner@harbor.example",
            "declined",
            format!("sent_at = {at}, ended_at = {at}"),
        ),
    ];
    for (name, host, guest, owner, state, more) in stories {
        let last = PARTNERSHIPS.iter().find(|(ids, _)| *ids == name).unwrap().1;
        let id = uuid(database, last);
        for sql in [
            format!(
                "INSERT INTO partnership (id, host_workspace_id, guest_workspace_id, owner_member_id, state, highest_role,
                     reason_required, open_days, created_at, lapses_at, guest_public_id, contact_email, reason)
                 VALUES ({id}, {host}, {guest}, ({member}), '{state}', 'account_manager', false, 14, {at}, {in_time},
                     '{name}', 'contact@elsewhere.example', 'shop')",
                member = member(owner)
            ),
            format!("UPDATE partnership SET {more} WHERE id = {id}"),
        ] {
            database.execute_unprepared(&sql).await.unwrap();
        }
    }
}

fn share_of(label: &str) -> String {
    format!("SELECT s.id FROM account_share s JOIN account a ON a.id = s.account_id WHERE a.label = '{label}'")
}

fn field_of(label: &str) -> String {
    format!(
        "SELECT f.id FROM custom_field f JOIN account a ON a.id = f.account_id WHERE a.label = '{label}' ORDER BY f.position"
    )
}

fn member(email: &str) -> String {
    format!(r#"SELECT m.id FROM member m JOIN "user" u ON u.id = m.user_id WHERE u.email = '{email}'"#)
}

fn notification_of(email: &str) -> String {
    format!("SELECT id FROM notification WHERE member_id = ({})", member(email))
}

/// The id with this last digit, as SQL.
fn uuid(database: &DatabaseConnection, last: u8) -> String {
    let digits = format!("000000000000700080000000000000{last:02x}");
    if database.get_database_backend() == DbBackend::Sqlite { format!("X'{digits}'") } else { format!("'{digits}'") }
}

async fn id(database: &DatabaseConnection, sql: &str) -> String {
    let row = database.query_one_raw(Statement::from_string(database.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get::<sea_orm::prelude::Uuid>("", "id").unwrap().to_string()
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1);
    Database::connect(options).await.unwrap()
}
