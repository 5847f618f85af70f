//! The program itself: how it starts, refuses to, and stops.

// A test says what is wrong by stopping there.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::{Deref, DerefMut};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The program in a folder of its own, with these settings and no others.
fn latchkey(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.current_dir(folder.path()).env_clear().env("LATCHKEY_SITE", folder.path().join("site"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn folder_with_site() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    fs::create_dir(&site).unwrap();
    for name in ["a.js", "a.css", "a.svg", "a.wasm"] {
        fs::write(site.join(name), name).unwrap();
    }
    let index = "<link rel=icon href=/a.svg><link rel=stylesheet href=/a.css><link rel=modulepreload href=/a.js>\
                 <link rel=preload href=/a.wasm as=fetch>";
    fs::write(site.join("index.html"), index).unwrap();
    folder
}

/// A process that ends with the test, however that ends.
struct Running(Child);

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server, and the address it has said that it listens on.
fn serve(folder: &TempDir) -> (Running, SocketAddr) {
    start(&mut latchkey(folder, &["--address=127.0.0.1:0"]))
}

fn start(command: &mut Command) -> (Running, SocketAddr) {
    let mut server = Running(command.spawn().unwrap());
    let mut log = BufReader::new(server.stderr.take().unwrap());
    let mut said = String::new();
    loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "the server ended: {said}");
        let entry: serde_json::Value = serde_json::from_str(&line).expect("a log that is no terminal's is JSON");
        if let Some(address) = entry["address"].as_str() {
            let address = address.parse().unwrap();
            // Somebody has to read on, or the server would wait.
            std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
            return (server, address);
        }
        said.push_str(&line);
    }
}

fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn terminate(server: &Child) {
    let told = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(told.success());
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_sentence() {
    let folder = folder_with_site();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("--address={}", taken.local_addr().unwrap());
    for (argument, variable, code, named) in [
        ("--address=nowhere", None, 2, "LATCHKEY_ADDRESS"),
        ("serve", Some(("LATCHKEY_SITE_URL", "https://latchkey.example/app")), 2, "LATCHKEY_SITE_URL"),
        ("serve", Some(("LATCHKEY_SMTP_URL", "smtps://u:hunter2@mail.example")), 2, "LATCHKEY_MAIL_FROM"),
        ("migrate", Some(("LATCHKEY_DATABSE_URL", "sqlite://x.db")), 2, "LATCHKEY_DATABSE_URL"),
        ("migrate", Some(("LATCHKEY_DATABASE_URL", "sqlite://site/a.js/x.db")), 1, "LATCHKEY_DATABASE_URL"),
        ("serve", Some(("LATCHKEY_KEEP_ACTIVITY", "7 days")), 2, "LATCHKEY_KEEP_ACTIVITY"),
        ("--dance", None, 2, "--dance"),
        (&taken, None, 1, "LATCHKEY_ADDRESS"),
    ] {
        let mut command = latchkey(&folder, &[argument]);
        command.envs(variable);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{argument} {variable:?}: {said}");
        assert!(said.contains(named) && !said.contains("hunter2"), "{argument} {variable:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_site_without_its_assets_does_not_start() {
    let folder = folder_with_site();
    fs::remove_file(folder.path().join("site/a.css")).unwrap();
    let output = latchkey(&folder, &[]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("The asset /a.css is missing."), "{said}");
}

#[test]
fn a_first_start_makes_its_database_and_a_second_finds_it() {
    let folder = folder_with_site();
    for _ in 0..2 {
        let (mut server, address) = serve(&folder);
        assert!(ask(address, "/ready").starts_with("HTTP/1.1 200"));
        assert!(ask(address, "/a.css").ends_with("a.css"));
        terminate(&server);
        assert!(server.wait().unwrap().success());
    }
    assert!(folder.path().join("data/latchkey.db").is_file());
}

#[test]
fn what_is_in_flight_is_finished_before_the_end() {
    let folder = folder_with_site();
    let (mut server, address) = serve(&folder);
    let mut stream = TcpStream::connect(address).unwrap();
    let body = "email=nobody@example.com&password=wrong";
    let length = body.len();
    write!(
        stream,
        "POST /api/session/sign-in HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nAccept: */*\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    // The head has arrived once another request that came later is answered.
    assert!(ask(address, "/health").starts_with("HTTP/1.1 200"));
    std::thread::sleep(Duration::from_millis(200));
    terminate(&server);
    let stopping = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(stopping.elapsed() < Duration::from_secs(5), "the server still accepts connections");
        std::thread::sleep(Duration::from_millis(20));
    }
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert!(server.wait().unwrap().success());
    assert!(stopping.elapsed() < Duration::from_secs(10));
}

#[test]
fn the_manual_names_every_setting() {
    let folder = tempfile::tempdir().unwrap();
    let output = latchkey(&folder, &["--help"]).output().unwrap();
    let manual = String::from_utf8(output.stdout).unwrap();
    for name in [
        "LATCHKEY_DATABASE_URL",
        "LATCHKEY_ADDRESS",
        "LATCHKEY_SITE_URL",
        "LATCHKEY_TRUST_PROXY",
        "LATCHKEY_MAIL_FROM",
        "LATCHKEY_MAIL_FOLDER",
        "LATCHKEY_SMTP_URL",
        "LATCHKEY_RESEND_API_KEY",
        "LATCHKEY_FOUNDING",
        "LATCHKEY_KEY_FILE",
        "LATCHKEY_KEY",
        "LATCHKEY_KEY_COMMAND",
        "LATCHKEY_LOG",
    ] {
        assert!(manual.contains(name), "{name} in {manual}");
    }
    for command in
        ["serve", "migrate", "demo", "setup-link", "new-key", "rotate-keys", "backup", "restore", "workspace", "user"]
    {
        assert!(manual.contains(command), "{command} in {manual}");
    }
}

#[test]
fn a_server_killed_in_a_stream_of_requests_loses_none_and_doubles_none_on_sqlite() {
    let folder = folder_with_site();
    let url = format!("sqlite://{}", folder.path().join("killed.db").display());
    let counts = killed_again_and_again(&folder, &url);
    assert_eq!(counts, Counts::of_one_each());
}

#[test]
fn a_server_killed_in_a_stream_of_requests_loses_none_and_doubles_none_on_postgres() {
    let Ok(server) = std::env::var("LATCHKEY_TEST_POSTGRES_URL") else {
        println!("SKIPPED: LATCHKEY_TEST_POSTGRES_URL names no PostgreSQL server");
        return;
    };
    let mut url = url::Url::parse(&server).unwrap();
    let name = format!("killed_{}", std::process::id());
    question(&server, &format!("CREATE DATABASE {name}"));
    url.set_path(&name);
    let counts = killed_again_and_again(&folder_with_site(), url.as_str());
    question(&server, &format!("DROP DATABASE {name} WITH (FORCE)"));
    assert_eq!(counts, Counts::of_one_each());
}

/// People who are asked for, each in a request of their own.
const ASKED: usize = 60;
/// The server is killed each time that so many requests have been acknowledged.
const KILLED_AFTER: [usize; 4] = [5, 17, 30, 48];

/// What the database has in the end, beside the demo's own request.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    requests: i64,
    lines: i64,
    people: i64,
    events: i64,
    mails: i64,
}

impl Counts {
    /// One request, line and event for each, and a mail to each of the two owners.
    fn of_one_each() -> Self {
        let each = i64::try_from(ASKED).unwrap() + 1;
        Self { requests: each, lines: each, people: each, events: each, mails: 2 * each }
    }
}

/// Asks for many people from several threads while the server is killed and started again; whoever got no answer asks
/// again with the same key.
fn killed_again_and_again(folder: &TempDir, database: &str) -> Counts {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let program = |arguments: &[&str]| {
        let mut command = latchkey(folder, arguments);
        command.env("LATCHKEY_DATABASE_URL", database);
        command
    };
    let filled = program(&["demo", "--members", "300"]).output().unwrap();
    assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
    let (mut server, address) = start(&mut program(&["--address=127.0.0.1:0"]));
    let at = format!("--address={address}");

    let cookie = sign_in(address, "manager@northlight.example");
    let page = ask_with(address, "/accounts?search=grindhouse", &cookie);
    let account = page.split("data-request-access=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let members = members_to_ask_for(address, &cookie, &account);

    let acknowledged = AtomicUsize::new(0);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(member) = members.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let form = format!(
                        "account={account}&form[key]={member}&form[members][0]={member}&form[role]=collaborator\
                         &form[access_end]=7"
                    );
                    let deadline = Instant::now() + Duration::from_secs(60);
                    // No answer, or the server's own "not now": the same form is sent again.
                    loop {
                        match post(address, "/api/access-request/send", &cookie, &form) {
                            Ok(answer) if answer.starts_with("HTTP/1.1 200") => break,
                            Ok(answer) => assert!(answer.starts_with("HTTP/1.1 503"), "{answer}"),
                            Err(_) => std::thread::yield_now(),
                        }
                        assert!(Instant::now() < deadline, "no answer for a minute");
                    }
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for after in KILLED_AFTER {
            while acknowledged.load(Ordering::SeqCst) < after {
                std::thread::yield_now();
            }
            server.kill().unwrap();
            server.wait().unwrap();
            server = start(&mut program(&[&at])).0;
        }
    });
    terminate(&server);
    server.wait().unwrap();
    if database.starts_with("sqlite") {
        assert_eq!(
            question(database, "SELECT count(*) AS n FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
            1
        );
    }
    let count = |sql: &str| question(database, &format!("SELECT {sql}"));
    Counts {
        requests: count("count(DISTINCT idempotency_key) AS n FROM access_request"),
        lines: count("count(*) AS n FROM request_line"),
        people: count("count(DISTINCT member_id) AS n FROM request_line WHERE state = 'pending'"),
        events: count("count(*) AS n FROM activity_event WHERE kind = 'access_requested'"),
        mails: count("count(*) AS n FROM outbox_email"),
    }
}

fn members_to_ask_for(address: SocketAddr, cookie: &str, account: &str) -> Vec<String> {
    let mut members = std::collections::BTreeSet::new();
    for typed in 'a'..='z' {
        for second in 'a'..='z' {
            let form = format!("account={account}&role=collaborator&typed={typed}{second}");
            let answer = post(address, "/api/access-request/search-members", cookie, &form).unwrap();
            let found: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
            let free = found.as_array().unwrap().iter().filter(|member| member["blocked"].is_null());
            members.extend(free.map(|member| member["member"].as_str().unwrap().to_owned()));
            if members.len() >= ASKED {
                return members.into_iter().take(ASKED).collect();
            }
        }
    }
    panic!("the demo has only {} members to ask for", members.len());
}

/// A call of a server function. An answer that breaks off is none.
fn post(address: SocketAddr, path: &str, cookie: &str, form: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
        form.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let length =
        answer.to_lowercase().split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.len());
    if body.is_some() && body == length { Ok(answer) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
}

/// The cookie of somebody of the demo who has signed in.
fn sign_in(address: SocketAddr, email: &str) -> String {
    let signed_in =
        post(address, "/api/session/sign-in", "", &format!("email={email}&password=latchkey-demo")).unwrap();
    signed_in.split("set-cookie: ").nth(1).unwrap().split(';').next().unwrap().to_owned()
}

fn ask_with(address: SocketAddr, path: &str, cookie: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The number `n` that a question to the database has as its answer; 0 for a command.
fn question(database: &str, sql: &str) -> i64 {
    use sea_orm::{ConnectionTrait, Database, Statement};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Database::connect(database).await.unwrap();
        let statement = Statement::from_string(database.get_database_backend(), sql);
        let row = database.query_one_raw(statement).await.unwrap();
        row.map_or(0, |row| row.try_get("", "n").unwrap())
    })
}

/// Accounts with a password each, whose keys are rotated.
const SEALED: usize = 40;
/// Rotations that are killed before one is let end.
const KILLED_ROTATIONS: u64 = 12;

#[test]
fn a_rotation_of_keys_that_is_killed_leaves_every_password_readable() {
    let folder = folder_with_site();
    assert!(latchkey(&folder, &["demo"]).output().unwrap().status.success());
    let (mut server, address) = serve(&folder);
    let owner = sign_in(address, "owner@harbor.example");
    let accounts: Vec<String> = (0..SEALED).map(|number| add_account(address, &owner, number)).collect();
    let is_read = |address: SocketAddr, cookie: &str, number: usize| {
        let form = format!("account={}", accounts[number]);
        let answer = post(address, "/api/credential/copy-password", cookie, &form).unwrap();
        assert!(answer.ends_with(&format!(r#"{{"value":"password number {number}"}}"#)), "{number}: {answer}");
    };
    let all_read = |address, cookie: &str| (0..SEALED).for_each(|number| is_read(address, cookie, number));
    all_read(address, &owner);
    let begun = Instant::now();
    assert!(latchkey(&folder, &["rotate-keys"]).output().unwrap().status.success());
    let whole = begun.elapsed();
    let (mut killed_under_way, mut read_under_way) = (0, 0);
    for round in 0..KILLED_ROTATIONS {
        let mut rotation = Running(latchkey(&folder, &["rotate-keys"]).spawn().unwrap());
        // At another point each time, from the middle of the start to the end; meanwhile passwords are read.
        let end = Instant::now() + whole.mul_f64(0.3 + 0.7 * round as f64 / KILLED_ROTATIONS as f64);
        while Instant::now() < end {
            is_read(address, &owner, read_under_way % SEALED);
            read_under_way += 1;
        }
        rotation.kill().unwrap();
        killed_under_way += u32::from(!rotation.wait().unwrap().success());
        all_read(address, &owner);
    }
    assert!(killed_under_way > 0, "each rotation was over before it was killed");
    assert!(read_under_way > 0, "passwords were read meanwhile");
    // Whoever starts on what was left behind reads it, too, and the next rotation goes on to the end.
    terminate(&server);
    server.wait().unwrap();
    let (_server, address) = serve(&folder);
    all_read(address, &owner);
    assert!(latchkey(&folder, &["rotate-keys"]).output().unwrap().status.success());
    all_read(address, &owner);
    let database = format!("sqlite://{}", folder.path().join("data/latchkey.db").display());
    let keys = question(&database, "SELECT count(DISTINCT vault_key_id) AS n FROM data_key");
    assert_eq!(keys, 1, "everything is under the newest key");
}

/// An account of the signed-in owner, with a password of its own. Returns its id.
fn add_account(address: SocketAddr, cookie: &str, number: usize) -> String {
    let form = format!(
        "key=01a20000-0000-7000-8000-{number:012x}&label=Sealed {number}&app=Shop&login_url=&username=&note=\
         &password=password number {number}&one_time_code="
    );
    let added = post(address, "/api/account/add", cookie, &form.replace(' ', "+")).unwrap();
    assert!(added.starts_with("HTTP/1.1 2") || added.starts_with("HTTP/1.1 3"), "{added}");
    let account =
        added.split(['"', '/', ' ', '\r', '?']).find(|part| part.len() == 36 && part.matches('-').count() == 4);
    account.unwrap_or_else(|| panic!("no account in {added}")).to_owned()
}
