//! The browser tests: Playwright in Chromium, against programs that the tests start themselves.

use super::tally::Tally;
use crate::cluster::{self, Cluster};
use crate::program::{self, Profile};
use crate::{child, digest, project, tool};
use anyhow::{Context, Result, ensure};
use std::ffi::OsString;
use std::process::Command;

/// The names of Playwright's projects, each a database under the program.
const PROJECTS: &[&str] = &["sqlite", "postgres"];

/// Runs the tests against a program that is built, all of them or those that the arguments pick.
pub(super) fn run(cluster: &Cluster, profile: Profile, arguments: &[OsString]) -> Result<Tally> {
    println!("Running the browser tests …");
    let report = project::path("target/e2e/results.json");
    if report.exists() {
        std::fs::remove_file(&report).context("the last report is in the way")?;
    }
    let mut command = playwright(profile)?;
    command.arg("test").args(arguments);
    command.env(cluster::VARIABLE, cluster.url()).env("LATCHKEY_TEST_RESULTS", &report);
    let failed = child::run(&mut command).err();
    let report = digest::read(&report).context("Playwright has left no report")?;
    let report = serde_json::from_slice(&report).context("Playwright's report cannot be read")?;
    let tally = Tally::of_report(&report, None);
    if let Some(failed) = failed {
        ensure!(tally.failed > 0, failed.context("something outside of the tests went wrong"));
    }
    for project in PROJECTS.iter().filter(|_| arguments.is_empty()) {
        let Tally { passed, failed, .. } = Tally::of_report(&report, Some(project));
        ensure!(passed + failed > 0, "of the browser tests on {project} not one was run");
    }
    Ok(tally)
}

/// A call of Playwright that knows the program and the browser.
pub(crate) fn playwright(profile: Profile) -> Result<Command> {
    tool::node_packages()?;
    let mut command = child::command("playwright");
    command
        .current_dir(project::path("end2end"))
        .env("LATCHKEY_TEST_CHROMIUM", tool::chromium()?)
        .env("LATCHKEY_PROGRAM", program::path(profile));
    Ok(command)
}
