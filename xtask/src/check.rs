//! `cargo xtask check`: what has to hold at every commit, beside the tests.

use crate::program::{self, Profile};
use crate::{child, fuzz, project, tidy, tool};
use anyhow::{Context, Result, bail, ensure};
use std::process::Command;

/// A thing that is checked, and how.
type Check = (&'static str, fn() -> Result<()>);

const CHECKS: &[Check] = &[
    ("format", format),
    ("tidiness", tidy::run),
    ("clippy for the server", clippy_for_server),
    ("clippy for the browser", clippy_for_browser),
    ("clippy for the fuzz targets", clippy_for_fuzz_targets),
    ("documentation", documentation),
    ("licences, bans and sources", licences),
    ("advisories", advisories),
    ("types of the browser tests", types),
];

/// Checks everything and says at the end what did not hold.
pub(crate) fn run() -> Result<()> {
    components()?;
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        println!("Checking {name} …");
        if let Err(error) = check() {
            ensure!(!child::told_to_stop(), error);
            eprintln!("error: {error:#}");
            failed.push(*name);
        }
    }
    ensure!(failed.is_empty(), "what does not hold: {}", failed.join(", "));
    println!("Everything holds.");
    Ok(())
}

/// Parts of the compiler's distribution that a minimal one lacks.
fn components() -> Result<()> {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if child::answer(child::command("cargo").args([command, "--version"])).is_none() {
            println!("Adding the compiler's component {component} …");
            child::run(child::command("rustup").args(["component", "add", component]))
                .with_context(|| format!("`cargo {command}` is missing: install {component}"))?;
        }
    }
    Ok(())
}

fn format() -> Result<()> {
    child::run(child::command("cargo").args(["fmt", "--all", "--check"])).context("run `cargo fmt`")?;
    let fuzz = ["--manifest-path", "fuzz/Cargo.toml"];
    child::run(child::command("cargo").arg("fmt").args(fuzz).arg("--check"))
        .context("run `cargo fmt --manifest-path fuzz/Cargo.toml`")
}

fn clippy_for_server() -> Result<()> {
    let mut command = for_server("clippy");
    child::run(command.args(["--all-targets", "--", "--deny", "warnings"]))
}

fn clippy_for_browser() -> Result<()> {
    tool::wasm_target()?;
    let mut command = program::cargo(Profile::Debug);
    command.args(["clippy", "--package", "frontend", "--package", "app", "--features", "app/hydrate"]);
    child::run(command.args(["--target", "wasm32-unknown-unknown", "--", "--deny", "warnings"]))
}

fn clippy_for_fuzz_targets() -> Result<()> {
    child::run(fuzz::cargo("clippy")?.args(["--", "--deny", "warnings"]))
}

fn documentation() -> Result<()> {
    let mut command = for_server("doc");
    child::run(command.arg("--no-deps").env("RUSTDOCFLAGS", "--deny warnings"))
}

/// Server and browser are never one call: their features would mix.
fn for_server(what: &str) -> Command {
    let mut command = program::cargo(Profile::Debug);
    command.args([what, "--features", "app/ssr"]);
    command.args(program::SERVER_PACKAGES.iter().flat_map(|package| ["--package", package]));
    command
}

fn licences() -> Result<()> {
    tool::cargo_deny()?;
    child::run(child::command("cargo-deny").args(["check", "licenses", "bans", "sources"]))
}

/// Needs the advisory database, which not every network reaches: then it is left out, and says so.
fn advisories() -> Result<()> {
    tool::cargo_deny()?;
    let fetched = child::run(child::command("cargo-deny").args(["fetch", "db"]));
    if fetched.is_err() {
        if child::told_to_stop() {
            bail!("stopped");
        }
        println!(
            "\n*** ADVISORIES WERE NOT CHECKED: their database cannot be fetched from here. ***\n\
             *** Run `cargo xtask check` where it can before a release.                   ***\n"
        );
        return Ok(());
    }
    child::run(child::command("cargo-deny").args(["--offline", "check", "--disable-fetch", "advisories"]))
}

fn types() -> Result<()> {
    tool::node_packages()?;
    child::run(child::command("tsc").args(["--noEmit", "--project"]).arg(project::path("end2end")))
}
