//! `cargo xtask test` and `cargo xtask e2e`: every test there is, on both databases and in a browser, and a short run of
//! the fuzz targets.

pub(crate) mod browser;
mod tally;

use crate::cluster::{self, Cluster};
use crate::program::{self, Profile};
use crate::{child, fuzz, site, tool};
use anyhow::{Context, Result, ensure};
use std::ffi::OsString;
use std::process::ExitCode;
use tally::Tally;

/// Which tests to run.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run one part alone.
    #[arg(long)]
    only: Option<Part>,
    /// Run the browser tests against the optimised program.
    #[arg(long)]
    release: bool,
}

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The tests in Rust.
    Unit,
    /// The tests in a browser.
    E2e,
    /// The fuzz targets, a few seconds each.
    Fuzz,
}

/// Which browser tests to run.
#[derive(clap::Args)]
pub(crate) struct BrowserArguments {
    /// Run them against the optimised program.
    #[arg(long)]
    release: bool,
    /// Passed on to Playwright, as in `cargo xtask e2e -- --grep dialog`.
    #[arg(last = true)]
    arguments: Vec<OsString>,
}

/// Runs the tests. The last line says how many passed and how many failed, a part that could not run being one failure.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let profile = Profile::from_release(arguments.release);
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    let mut tally = Tally::default();
    if wanted(Part::Unit) || wanted(Part::E2e) {
        match Cluster::start() {
            Ok(cluster) => on_databases(&cluster, profile, wanted, &mut tally)?,
            Err(error) => tally.add("PostgreSQL", Err(error))?,
        }
    }
    if wanted(Part::Fuzz) {
        tally.add("the fuzz targets", fuzz::run_shortly().map(|outcomes| Tally::of_outcomes(&outcomes)))?;
    }
    Ok(tally.close())
}

/// Runs the tests that ask databases.
fn on_databases(cluster: &Cluster, profile: Profile, wanted: impl Fn(Part) -> bool, tally: &mut Tally) -> Result<()> {
    let mut built = false;
    if wanted(Part::Unit) {
        let tests = in_rust(cluster);
        built = tests.is_ok() && profile == Profile::Debug;
        tally.add("the tests in Rust", tests)?;
    }
    if wanted(Part::E2e) {
        // Cargo has built the program for the server's tests, with the features that tests add to crates below: asked for
        // by itself, it would be compiled once more from the bottom.
        let program = if built { Ok(()) } else { program::build(profile) };
        let tests = program.and_then(|()| browser::run(cluster, profile, &[]));
        tally.add("the browser tests", tests)?;
    }
    Ok(())
}

/// Runs the browser tests alone.
pub(crate) fn run_in_browser(arguments: &BrowserArguments) -> Result<ExitCode> {
    let profile = Profile::from_release(arguments.release);
    let mut tally = Tally::default();
    let tests = program::build(profile)
        .and_then(|()| Cluster::start())
        .and_then(|cluster| browser::run(&cluster, profile, &arguments.arguments));
    tally.add("the browser tests", tests)?;
    Ok(tally.close())
}

/// One call of cargo for all crates: with another selection the features would differ, and everything be built twice.
fn in_rust(cluster: &Cluster) -> Result<Tally> {
    // The server's tests show pages, which name the site's files.
    site::build(Profile::Debug)?;
    // The mail tests talk to a mail server from npm.
    tool::node_packages()?;
    println!("Building and running the tests in Rust …");
    let mut command = program::cargo(Profile::Debug);
    command.args(["test", "--no-fail-fast", "--features", "app/ssr"]);
    command.args(program::SERVER_PACKAGES.iter().flat_map(|package| ["--package", package]));
    command.env(cluster::VARIABLE, cluster.url());
    let mut tally = Tally::default();
    let status = child::each_line(&mut command, |line| {
        println!("{line}");
        tally.read_line(line);
    })
    .context("cargo test could not be run")?;
    ensure!(
        status.success() || tally.failed > 0,
        "cargo test failed ({status}) without a failed test: something did not build, or a test program crashed"
    );
    Ok(tally)
}
