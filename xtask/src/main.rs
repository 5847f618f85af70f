//! The project's own commands, `cargo xtask …`: they bring the tools, build, serve, test and check.
//!
//! Nothing here is part of the program that runs in production, and no crate of ours depends on it. A command either does
//! all it says or ends with a sentence that says what is missing and what to do about it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "telling a person at a terminal what happens is what these commands are for"
)]

mod bench;
mod check;
mod child;
mod cluster;
mod digest;
mod fuzz;
mod model;
mod program;
mod project;
mod scratch;
mod screenshots;
mod serve;
mod site;
mod style;
mod test;
mod tidy;
mod tool;

use anyhow::Result;
use clap::{Parser, Subcommand};
use program::Profile;
use std::process::ExitCode;

/// The project's own commands.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set everything up, build, fill a new database with the demo, and serve on http://127.0.0.1:3000.
    Serve(serve::Arguments),
    /// Build the browser's part and the program target/debug/latchkey or target/release/latchkey.
    Build {
        /// Build the optimised program with its assets inside, target/release/latchkey.
        #[arg(long)]
        release: bool,
    },
    /// Run all tests: in Rust, on SQLite and on PostgreSQL, in Chromium, and the fuzz targets shortly.
    Test(test::Arguments),
    /// Run the browser tests alone, or some of them: `cargo xtask e2e -- --grep …`.
    E2e(test::BrowserArguments),
    /// Let random members do random things, millions of them, and compare the program with a model of its rules.
    Model(model::Arguments),
    /// Try what people and browsers send with anything, for ten minutes a target: `cargo xtask fuzz forms --seconds 60`.
    Fuzz(fuzz::Arguments),
    /// Measure the optimised program: speed, memory, size.
    Bench(bench::Arguments),
    /// Make the pictures in docs/screenshots from the demo.
    Screenshots,
    /// Check format, lints, documentation, tidiness, licences and advisories.
    Check,
    /// Hold the sources to the rules that no compiler holds.
    Tidy,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match child::watch_for_signals().and_then(|()| run(arguments.command)) {
        Ok(code) => code,
        Err(_) if child::told_to_stop() => ExitCode::from(130),
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve(arguments) => return serve::run(&arguments),
        Command::Test(arguments) => return test::run(&arguments),
        Command::E2e(arguments) => return test::run_in_browser(&arguments),
        Command::Build { release } => {
            let profile = Profile::from_release(release);
            program::build(profile)?;
            println!("Built {}", program::path(profile).display());
        }
        Command::Model(arguments) => model::run(&arguments)?,
        Command::Fuzz(arguments) => fuzz::run(&arguments)?,
        Command::Bench(arguments) => bench::run(&arguments)?,
        Command::Screenshots => screenshots::run()?,
        Command::Check => check::run()?,
        Command::Tidy => tidy::run()?,
    }
    Ok(ExitCode::SUCCESS)
}
