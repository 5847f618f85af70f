//! The program under measurement: on its core, on a database, and what it is asked.

use super::http::{Connection, get, post};
use super::{MANAGER, PASSWORD};
use crate::child::{self, Running};
use crate::program::{self, Profile};
use crate::scratch;
use anyhow::{Context, Result, ensure};
use rustix::thread::{CpuSet, sched_setaffinity};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The core of the server and that of the load.
const CORES: (usize, usize) = (0, 1);

pub(super) struct Database {
    pub(super) url: String,
    pub(super) folder: PathBuf,
}

impl Database {
    /// The program on this database, on the server's core where that can be had.
    pub(super) fn latchkey(&self, arguments: &[&str]) -> Command {
        let mut command = on_the_servers_core(&program::path(Profile::Release));
        command
            .args(arguments)
            .env("LATCHKEY_DATABASE_URL", &self.url)
            .env("LATCHKEY_MAIL_FOLDER", &self.folder)
            .env("LATCHKEY_KEY_FILE", self.folder.join("latchkey.key"))
            .env("LATCHKEY_LOG", "warn");
        command
    }
}

fn on_the_servers_core(program: &Path) -> Command {
    match child::find(&["taskset"]).filter(|_| cores() > 1) {
        Some(taskset) => {
            let mut command = child::command(taskset);
            command.arg("-c").arg(CORES.0.to_string()).arg(program);
            command
        }
        None => child::command(program),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

/// Keeps this process, which makes the load, off the server's core. Says whether both stay apart.
pub(super) fn pin() -> bool {
    let apart = cores() > 1 && child::find(&["taskset"]).is_some();
    let mut set = CpuSet::new();
    set.set(CORES.1);
    apart && sched_setaffinity(None, &set).is_ok()
}

/// A server under measurement.
pub(super) struct Server {
    running: Running,
    pub(super) address: SocketAddr,
}

impl Server {
    /// Starts it, and waits until it has answered a page.
    pub(super) fn start(database: &Database) -> Result<Self> {
        let address: SocketAddr = format!("127.0.0.1:{}", scratch::free_port()?).parse()?;
        let running = Running::start(database.latchkey(&["serve"]).env("LATCHKEY_ADDRESS", address.to_string()))?;
        let server = Self { running, address };
        server.wait_for("/sign-in")?;
        Ok(server)
    }

    /// The same bytes from memory.
    pub(super) fn of_bytes(file: &Path) -> Result<Self> {
        let address: SocketAddr = format!("127.0.0.1:{}", scratch::free_port()?).parse()?;
        let mut command = on_the_servers_core(&std::env::current_exe()?);
        let running = Running::start(command.args(["bench", "--memory", &address.to_string()]).arg(file))?;
        let server = Self { running, address };
        server.wait_for("/")?;
        Ok(server)
    }

    fn wait_for(&self, path: &str) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = Connection::open(self.address).and_then(|mut connection| connection.ask(&get(path, "")));
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            ensure!(!child::told_to_stop() && Instant::now() < deadline, "the server does not answer {path}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The headers of the account manager, who is signed in.
    pub(super) fn sign_in(&self) -> Result<String> {
        self.sign_in_as(MANAGER)
    }

    /// The headers of somebody who is signed in.
    pub(super) fn sign_in_as(&self, email: &str) -> Result<String> {
        let form = [("email", email), ("password", PASSWORD), ("next", "")];
        let answer = Connection::open(self.address)?.ask(&post("/api/session/sign-in", "", &form))?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.with_context(|| format!("signing in was answered {}", answer.status))?;
        Ok(format!("Cookie: {cookie}\r\n"))
    }

    pub(super) fn ask(&self, request: &[u8]) -> Result<String> {
        Connection::open(self.address)?.ask(request)?.text()
    }

    pub(super) fn json(&self, request: &[u8]) -> Result<serde_json::Value> {
        Ok(serde_json::from_str(&self.ask(request)?)?)
    }

    /// The accounts of whoever is signed in.
    pub(super) fn accounts(&self, headers: &str) -> Result<Vec<String>> {
        let list = self.json(&list(headers))?;
        let cards = list["cards"].as_array().context("a list without cards")?;
        Ok(cards.iter().filter_map(|card| card["account"].as_str()).map(str::to_owned).collect())
    }

    /// Resident memory, in millions of bytes.
    pub(super) fn memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1024.0 / 1e6)
    }
}

pub(super) fn list(headers: &str) -> Vec<u8> {
    post("/api/account/list", headers, &[("filter[search]", "")])
}

pub(super) fn search(headers: &str, account: &str, typed: &str) -> Vec<u8> {
    let form = [("account", account), ("role", "collaborator"), ("typed", typed)];
    post("/api/access-request/search-members", headers, &form)
}
