//! A PostgreSQL server of the tests' own, on loopback, gone when they are.

use crate::child::{self, Running};
use crate::scratch::{self, Folder, User};
use crate::tool;
use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Where tests find a PostgreSQL server: an address with a role that may make databases.
pub(crate) const VARIABLE: &str = "LATCHKEY_TEST_POSTGRES_URL";

/// A server that the tests may fill as they like.
pub(crate) enum Cluster {
    /// One that somebody else runs and has named by [`VARIABLE`].
    Named(String),
    /// Our own.
    Own {
        /// Its address, with role and password.
        url: String,
        /// Ended before its folder goes.
        _server: Running,
        /// Its data.
        _folder: Folder,
    },
}

impl Cluster {
    /// The one that is named, or a new one.
    pub(crate) fn start() -> Result<Self> {
        if let Ok(url) = std::env::var(VARIABLE) {
            println!("Using the PostgreSQL server that {VARIABLE} names.");
            return Ok(Self::Named(url));
        }
        Self::own()
    }

    /// A new one, whatever is named.
    pub(crate) fn own() -> Result<Self> {
        println!("Starting a PostgreSQL server …");
        let programs = tool::postgres_programs()?;
        let user = ordinary_user()?;
        let folder = Folder::new("postgres", user)?;
        let programs = match (programs.portable, user) {
            (Some(portable), Some(_)) => {
                let copy = folder.join("programs");
                child::run(child::command("cp").arg("-R").arg(portable).arg(&copy))?;
                copy.join("bin")
            }
            _ => programs.folder,
        };
        let password = initialise(&programs, &folder, user)?;
        // Another program may take the port between our asking for it and the server's: then again.
        for _ in 0..3 {
            if let Some((server, port)) = serve(&programs, &folder, user)? {
                let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
                return Ok(Self::Own { url, _server: server, _folder: folder });
            }
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        bail!("the PostgreSQL server does not start:\n{log}")
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Named(url) | Self::Own { url, .. } => url,
        }
    }
}

/// PostgreSQL refuses to run as root: then somebody without rights has to run it.
fn ordinary_user() -> Result<Option<User>> {
    if !tool::is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("the system's users cannot be read")?;
    let user = ["postgres", "nobody"].iter().find_map(|name| user_in(&users, name));
    user.map(Some).context("PostgreSQL does not run as root, and there is no user `nobody` to run it")
}

fn user_in(users: &str, name: &str) -> Option<User> {
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let found = fields.into_iter().find(|fields| fields.first() == Some(&name))?;
    Some((found.get(2)?.parse().ok()?, found.get(3)?.parse().ok()?))
}

/// Makes the files of an empty server and gives the password of its first role.
fn initialise(programs: &Path, folder: &Folder, user: Option<User>) -> Result<String> {
    let password = scratch::random()?;
    let note = folder.join("password");
    fs::write(&note, &password)?;
    folder.give(&note)?;
    let mut command = as_user(programs.join("initdb"), user);
    command
        .arg("--pgdata")
        .arg(folder.join("data"))
        .arg("--pwfile")
        .arg(&note)
        // A password, because other people of this machine can reach loopback too.
        .args(["--username=postgres", "--auth=password", "--no-sync", "--no-instructions"])
        // Sorted as people sort, as on servers that others run, and not by bytes as SQLite does.
        .args(["--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US"]);
    let said = child::output(&mut command).context("the PostgreSQL server's files could not be made");
    said.map(|_| password)
}

/// A running server and its port; nothing when it has ended at once.
fn serve(programs: &Path, folder: &Folder, user: Option<User>) -> Result<Option<(Running, u16)>> {
    let port = scratch::free_port()?;
    let data = folder.join("data");
    let log = File::create(folder.join("log"))?;
    let mut command = as_user(programs.join("postgres"), user);
    command.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    for setting in [
        "unix_socket_directories=",
        "max_connections=400",
        "timezone=UTC",
        // The tests' data is worth nothing after a power cut.
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
    ] {
        command.args(["-c", setting]);
    }
    command.stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log));
    // An interrupt is PostgreSQL's fast shutdown, which does not wait for its clients.
    let mut server = Running::start(&mut command)?.ending_with(Signal::INT);
    let mut ended = false;
    let ready = child::poll(Duration::from_secs(60), || {
        ended = !matches!(server.try_wait(), Ok(None));
        ended || says_ready(&data)
    });
    ensure!(ready, "the PostgreSQL server is not ready after a minute");
    Ok((!ended).then_some((server, port)))
}

/// The eighth line of this file is the server's state.
fn says_ready(data: &Path) -> bool {
    let state = fs::read_to_string(data.join("postmaster.pid"));
    state.is_ok_and(|state| state.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
}

fn as_user(program: PathBuf, user: Option<User>) -> Command {
    let mut command = child::command(program);
    command.current_dir("/");
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::user_in;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let users = "nobody2:x:7:8::/:/bin/sh\nnobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n";
        assert_eq!(user_in(users, "nobody"), Some((65534, 65533)));
        assert_eq!(user_in(users, "postgres"), None);
    }
}
