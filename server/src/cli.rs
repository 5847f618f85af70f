//! What can be said on the command line.

use crate::config::Settings;
use clap::{Args, Parser, Subcommand};

/// Share login accounts with partner companies, without passing passwords around.
///
/// One program with everything in it. Each setting can be given as an option or as an environment variable; the option
/// wins. A setting that is wrong stops the program before it does anything, with exit code 2.
#[derive(Parser)]
#[command(name = "latchkey", version, max_term_width = 100)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings, which every command knows.
    #[command(flatten)]
    pub settings: Settings,
}

/// What the program can do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the site (the default). Brings the database up to date first.
    ///
    /// Several servers can run on one PostgreSQL database; one at a time on a SQLite file. SIGTERM or Ctrl-C finishes
    /// what is in flight, for at most 25 seconds.
    Serve,
    /// Bring the database up to date, and end. `serve` does the same when it starts.
    Migrate,
    /// Fill an empty database with two companies, a partnership, accounts and people, and print who can sign in.
    Demo(Demo),
}

/// How big the demo is.
#[derive(Args)]
pub struct Demo {
    /// Members of the guest company, at least those who can sign in. At most four million.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=4_000_000))]
    pub members: Option<u32>,
    /// Accounts of the host company.
    #[arg(long, value_name = "N")]
    pub accounts: Option<u32>,
    /// When there is something in the database already, leave it as it is, and end well.
    #[arg(long)]
    pub if_empty: bool,
}
