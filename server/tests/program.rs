//! The program itself: how it starts, refuses to, and stops.

// A test says what is wrong by stopping there.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
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

/// A server, and the address it has said that it listens on.
fn serve(folder: &TempDir) -> (Child, SocketAddr) {
    let mut server = latchkey(folder, &["--address=127.0.0.1:0"]).spawn().unwrap();
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
        "LATCHKEY_LOG",
    ] {
        assert!(manual.contains(name), "{name} in {manual}");
    }
    for command in ["serve", "migrate", "demo"] {
        assert!(manual.contains(command), "{command} in {manual}");
    }
}
