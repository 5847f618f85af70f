//! Programs that a command starts: shown while they run, ended with it.
//!
//! Each runs in a process group of its own. When this process is told to stop, every group is told too, and whoever waits
//! for one gets an error; guards (a database server, a temporary folder) are dropped on the way out.

use crate::project;
use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

static STOP: AtomicBool = AtomicBool::new(false);
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// From now on an interrupt or a termination is passed on to what runs. The second one ends this process at once.
pub(crate) fn watch_for_signals() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("signals cannot be listened for")?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if STOP.swap(true, Ordering::SeqCst) {
                tell_all(Signal::KILL);
                std::process::exit(130);
            }
            tell_all(Signal::TERM);
        }
    });
    Ok(())
}

/// Whether an interrupt or a termination has come.
pub(crate) fn told_to_stop() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// A command line, to run in the project's root with the project's own tools first in PATH.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(project::path(""))
        .env("PATH", search_path())
        .env("CARGO_TARGET_DIR", project::path("target"))
        .stdin(Stdio::null());
    command
}

/// Where programs are looked for: the project's own tools first.
pub(crate) fn search_path() -> OsString {
    let own = [project::path("target/tools/bin"), project::path("end2end/node_modules/.bin")];
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let inherited = std::env::split_paths(&inherited).collect::<Vec<PathBuf>>();
    std::env::join_paths(own.into_iter().chain(inherited)).unwrap_or_default()
}

/// The first program of one of these names that PATH has.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = search_path();
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
}

/// Runs a command to its end, its output shown as it comes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = Running::start(command)?.wait()?;
    ensure!(!told_to_stop(), "stopped in `{}`", line(command));
    ensure!(status.success(), "`{}` failed ({status})", line(command));
    Ok(())
}

/// Runs a command to its end and gives what it wrote to its standard output; the rest is shown.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let mut text = String::new();
    let status = each_line(command, |line| {
        text.push_str(line);
        text.push('\n');
    })?;
    ensure!(status.success(), "`{}` failed ({status})", line(command));
    Ok(text)
}

/// What a command says when asked quietly, both outputs together; nothing when it cannot be run or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

/// Runs a command to its end and hands over each line of its standard output.
pub(crate) fn each_line(command: &mut Command, mut take: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut running = Running::start(command.stdout(Stdio::piped()))?;
    let stdout = running.child.stdout.take().context("the output was asked for as a pipe")?;
    for line in BufReader::new(stdout).split(b'\n') {
        take(&String::from_utf8_lossy(&line?));
    }
    let status = running.wait()?;
    ensure!(!told_to_stop(), "stopped in `{}`", self::line(command));
    Ok(status)
}

/// A program that runs beside this one. Dropped, it is told to end, and waited for.
pub(crate) struct Running {
    child: Child,
    group: Pid,
    ending: Signal,
}

impl Running {
    /// Starts a command in a process group of its own.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = line(command);
        let mut running = running();
        if told_to_stop() {
            bail!("stopped before `{name}`");
        }
        let child = command.process_group(0).spawn().with_context(|| format!("`{name}` cannot be started"))?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let group = group.context("a process has a positive number")?;
        running.push(group);
        Ok(Self { child, group, ending: Signal::TERM })
    }

    /// Ends with this signal instead of SIGTERM.
    pub(crate) fn ending_with(mut self, signal: Signal) -> Self {
        self.ending = signal;
        self
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, when it has.
    pub(crate) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }

    /// Tells it to end and gives it ten seconds.
    pub(crate) fn stop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        // An error here means that it is gone already.
        let _ = kill_process_group(self.group, self.ending);
        let child = &mut self.child;
        if !poll(Duration::from_secs(10), || !matches!(child.try_wait(), Ok(None))) {
            let _ = kill_process_group(self.group, Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        running().retain(|group| *group != self.group);
    }
}

/// Asks again and again until the answer is yes; `false` when that takes longer than this.
pub(crate) fn poll(limit: Duration, mut asked: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if asked() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// A command as a person would type it.
fn line(command: &Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    command.get_args().fold(program, |line, argument| line + " " + &argument.to_string_lossy())
}

fn tell_all(signal: Signal) {
    for group in running().iter() {
        let _ = kill_process_group(*group, signal);
    }
}

fn running() -> MutexGuard<'static, Vec<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_program_is_ended() {
        let mut running = Running::start(command("sleep").arg("600")).unwrap();
        assert!(running.try_wait().unwrap().is_none());
        let started = Instant::now();
        drop(running);
        assert!(started.elapsed() < Duration::from_secs(9), "it had to be killed");
    }

    #[test]
    fn a_failing_program_is_named() {
        let error = run(command("sh").args(["-c", "exit 3"])).unwrap_err().to_string();
        assert!(error.contains("sh -c exit 3") && error.contains('3'), "{error}");
    }
}
