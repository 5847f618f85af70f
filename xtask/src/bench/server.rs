//! The program under measurement: on its core, on a database, and what it is asked.

use super::http::{Connection, get, post};
use super::{MANAGER, PASSWORD};
use crate::child::{self, Running};
use crate::cluster::Cluster;
use crate::program::{self, Profile};
use crate::scratch::{self, Folder};
use anyhow::{Context, Result, ensure};
use rustix::thread::{CpuSet, sched_setaffinity};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The server's core.
const SERVERS_CORE: &str = "0";
/// The load's.
const LOADS_CORE: usize = 1;
/// Both, for what is not measured under load.
pub(super) const ALL_CORES: &str = "0,1";

/// What the program keeps everything in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub(super) const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A database of the benchmark's own. Dropped, it is removed.
pub(super) struct Database {
    pub(super) url: String,
    pub(super) folder: Folder,
    /// Where it lies, when it is one on PostgreSQL.
    _cluster: Option<Cluster>,
}

impl Database {
    /// An empty one.
    pub(super) fn empty(kind: Kind) -> Result<Self> {
        let folder = Folder::new("bench", None)?;
        let cluster = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(Cluster::own()?),
        };
        let file = || format!("sqlite://{}", folder.join("latchkey.db").display());
        let url = cluster.as_ref().map_or_else(file, |cluster| cluster.url().to_owned());
        Ok(Self { url, folder, _cluster: cluster })
    }

    /// One with a demo of this size: what `latchkey demo` is told.
    pub(super) fn demo(kind: Kind, size: &[(&str, u32)]) -> Result<Self> {
        let database = Self::empty(kind)?;
        let told: Vec<String> = size.iter().map(|(what, number)| format!("{number} {what}")).collect();
        println!("Filling a database on {} with {} …", kind.name(), told.join(", "));
        let begin = Instant::now();
        let mut command = database.latchkey(ALL_CORES, &["demo"]);
        for (what, number) in size {
            command.arg(format!("--{what}")).arg(number.to_string());
        }
        child::run(command.stdout(Stdio::null())).context("the demo could not be made")?;
        println!("… in {:.1} s", begin.elapsed().as_secs_f64());
        Ok(database)
    }

    /// The program on this database, on these cores where that can be had.
    pub(super) fn latchkey(&self, cores: &str, arguments: &[&str]) -> Command {
        let mut command = on_cores(cores, &program::path(Profile::Release));
        command
            .args(arguments)
            .env("LATCHKEY_DATABASE_URL", &self.url)
            .env("LATCHKEY_MAIL_FOLDER", self.folder.join("mail"))
            .env("LATCHKEY_KEY_FILE", self.folder.join("latchkey.key"))
            .env("LATCHKEY_LOG", "warn");
        command
    }
}

/// A program on these cores, where that can be had.
pub(super) fn on_cores(which: &str, program: &Path) -> Command {
    match child::find(&["taskset"]).filter(|_| cores() > 1) {
        Some(taskset) => {
            let mut command = child::command(taskset);
            command.arg("-c").arg(which).arg(program);
            command
        }
        None => child::command(program),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

/// Whether server and load have cores of their own.
pub(super) fn apart() -> bool {
    cores() > 1 && child::find(&["taskset"]).is_some()
}

/// Keeps the thread that calls it, which makes load, off the server's core.
pub(super) fn keep_off_the_servers_core() {
    if cores() > 1 {
        let mut set = CpuSet::new();
        set.set(LOADS_CORE);
        // Where that cannot be had, the load runs wherever it is put.
        let _ = sched_setaffinity(None, &set);
    }
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
        let running =
            Running::start(database.latchkey(SERVERS_CORE, &["serve"]).env("LATCHKEY_ADDRESS", address.to_string()))?;
        let server = Self { running, address };
        server.wait_for("/sign-in")?;
        Ok(server)
    }

    /// The same bytes from memory.
    pub(super) fn of_bytes(file: &Path) -> Result<Self> {
        let address: SocketAddr = format!("127.0.0.1:{}", scratch::free_port()?).parse()?;
        let mut command = on_cores(SERVERS_CORE, &std::env::current_exe()?);
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
        memory_of(self.running.id(), "VmRSS:")
    }

    /// The most memory that it has had resident since [`Server::forget_peak`].
    pub(super) fn peak(&self) -> Result<f64> {
        memory_of(self.running.id(), "VmHWM:")
    }

    pub(super) fn forget_peak(&self) -> Result<()> {
        // See proc(5).
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.running.id()), "5")?)
    }
}

/// What the kernel says of a process's memory, in millions of bytes.
fn memory_of(process: u32, what: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)).with_context(|| format!("no {what}"))?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}

/// Runs a command to its end: how long it took, and the most memory that it had, in millions of bytes.
pub(super) fn measured(command: &mut Command) -> Result<(Duration, f64)> {
    let begin = Instant::now();
    let mut running = Running::start(command)?;
    let mut peak = 0.0_f64;
    loop {
        // It never shrinks; once the process has ended it is not told any more.
        peak = memory_of(running.id(), "VmHWM:").map_or(peak, |now| now.max(peak));
        if let Some(status) = running.try_wait()? {
            ensure!(status.success(), "it ended with {status}");
            return Ok((begin.elapsed(), peak));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub(super) fn list(headers: &str) -> Vec<u8> {
    post("/api/account/list", headers, &[("filter[search]", "")])
}

pub(super) fn search(headers: &str, account: &str, typed: &str) -> Vec<u8> {
    let form = [("account", account), ("role", "collaborator"), ("typed", typed)];
    post("/api/access-request/search-members", headers, &form)
}
