//! `cargo xtask serve`: from a fresh clone to a page that answers.

use crate::child::{self, Running};
use crate::program::{self, Profile};
use crate::{digest, project};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

/// Where the server listens when nothing else is said.
const ADDRESS: &str = "127.0.0.1:3000";

const SIGN_INS: &str = "  Harbor Coffee      owner@harbor.example         owns the shared accounts, decides requests
                     second-owner@harbor.example  owns them too
                     admin@harbor.example         runs the workspace
  Northlight Studio  manager@northlight.example   asks for access for teammates
                     collaborator@northlight.example
                     teammate@northlight.example  has no access yet
  The password of each is latchkey-demo.";

/// What is changed while developing, and makes `--watch` build again.
const WATCHED: &[&str] = &[
    "app",
    "domain",
    "frontend",
    "migration",
    "server",
    "services",
    "style",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
];

/// How to serve.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Build and serve the optimised program.
    #[arg(long)]
    release: bool,
    /// Build again and restart whenever a source file changes.
    #[arg(long)]
    watch: bool,
    /// Passed on to `latchkey serve`.
    #[arg(last = true)]
    arguments: Vec<OsString>,
}

/// Sets up, builds, fills an empty database, and serves until told to stop or the program ends by itself.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let profile = Profile::from_release(arguments.release);
    program::build(profile)?;
    fill_if_empty(profile, &arguments.arguments)?;
    if arguments.watch {
        return watch(profile, arguments);
    }
    let server = start(profile, arguments)?;
    Ok(exit_code(server.wait()?))
}

/// Serves, and builds and starts again at every change. What does not build leaves the last server that did.
fn watch(profile: Profile, arguments: &Arguments) -> Result<ExitCode> {
    let mut server = Some(start(profile, arguments)?);
    let mut sources = watched()?;
    println!("Watching for changes …");
    while !child::told_to_stop() {
        thread::sleep(Duration::from_millis(300));
        if let Some(Ok(Some(status))) = server.as_mut().map(Running::try_wait)
            && !child::told_to_stop()
        {
            println!("The server has ended ({status}); waiting for a change …");
            server = None;
        }
        let now = watched()?;
        if now == sources {
            continue;
        }
        sources = now;
        match program::build(profile) {
            Ok(()) => {
                drop(server.take());
                server = start(profile, arguments).map_err(report).ok();
            }
            Err(error) => report(error),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn report(error: anyhow::Error) {
    eprintln!("error: {error:#}\nWaiting for a change …");
}

/// The sources and when each was last written.
fn watched() -> Result<Vec<(PathBuf, Option<SystemTime>)>> {
    let mut sources = Vec::new();
    for name in WATCHED {
        for file in digest::files(&project::path(name))? {
            let written = file.metadata().and_then(|metadata| metadata.modified()).ok();
            sources.push((file, written));
        }
    }
    Ok(sources)
}

fn fill_if_empty(profile: Profile, settings: &[OsString]) -> Result<()> {
    std::fs::create_dir_all(project::path("data")).context("the folder data cannot be made")?;
    println!("Filling the database with the demo, unless there is something in it …");
    let mut demo = latchkey(profile);
    if std::env::var_os("LATCHKEY_LOG").is_none() {
        demo.env("LATCHKEY_LOG", "warn");
    }
    // What it says, the sign-ins, is said below when there is a page to sign in to.
    demo.args(["demo", "--if-empty"]).args(settings).stdout(Stdio::null());
    child::run(&mut demo).context("the demo could not be put into the database")
}

/// Starts the server, and says where to go once it answers.
fn start(profile: Profile, arguments: &Arguments) -> Result<Running> {
    let mut server = Running::start(latchkey(profile).arg("serve").args(&arguments.arguments))?;
    let address = address(&arguments.arguments);
    let mut ended = None;
    let answered = child::poll(Duration::from_secs(60), || {
        ended = server.try_wait().ok().flatten();
        ended.is_some() || child::told_to_stop() || is_ready(&address)
    });
    if let Some(status) = ended {
        bail!("the server ended before it was ready ({status})");
    }
    if child::told_to_stop() {
        bail!("stopped");
    }
    if !answered {
        bail!("the server does not answer http://{address}/ready");
    }
    println!("\nLatchkey is at http://{address}\n\nDemo sign-ins:\n{SIGN_INS}\n\nCtrl-C ends it.\n");
    Ok(server)
}

/// The program, whose own defaults are those of development: data/latchkey.db and 127.0.0.1:3000.
fn latchkey(profile: Profile) -> Command {
    child::command(program::path(profile))
}

/// Where the server listens: by flag, by variable, or by default.
fn address(arguments: &[OsString]) -> String {
    let arguments = arguments.iter().map(|argument| argument.to_string_lossy()).collect::<Vec<_>>();
    let by_flag = arguments.iter().enumerate().find_map(|(index, argument)| match argument.as_ref() {
        "--address" => arguments.get(index + 1).map(ToString::to_string),
        other => other.strip_prefix("--address=").map(str::to_owned),
    });
    by_flag.or_else(|| std::env::var("LATCHKEY_ADDRESS").ok()).unwrap_or_else(|| ADDRESS.to_owned())
}

/// Whether the server says that it can work: `GET /ready` is answered with 200.
pub(crate) fn is_ready(address: &str) -> bool {
    let asked = || -> Result<String> {
        let target = address.to_socket_addrs()?.next().context("an address without a host")?;
        let mut stream = TcpStream::connect_timeout(&target, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let request = format!("GET /ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    asked().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn exit_code(status: ExitStatus) -> ExitCode {
    match status.code().map(u8::try_from) {
        Some(Ok(code)) => ExitCode::from(code),
        _ => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_flag_says_where_the_server_listens() {
        let said = |words: &[&str]| address(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(said(&["--address", "127.0.0.1:4000"]), "127.0.0.1:4000");
        assert_eq!(said(&["--log", "info", "--address=[::1]:4000"]), "[::1]:4000");
    }

    #[test]
    fn a_server_that_is_not_ready_is_not_taken_for_ready() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answers = ["HTTP/1.1 503 Service Unavailable\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"];
        let server = thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 1024]).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        assert!(!is_ready(&address));
        assert!(is_ready(&address));
        server.join().unwrap();
        assert!(!is_ready(&address), "nobody listens any more");
    }
}
