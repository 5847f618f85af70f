//! `cargo xtask model`: the model-based test of `services/tests/model`, for as long as somebody wants.

use crate::child;
use crate::cluster::{self, Cluster};
use crate::scratch;
use anyhow::{Context, Result};

/// Which acts, and how many.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Acts on SQLite; a twentieth as many on PostgreSQL.
    #[arg(long, default_value_t = 1_000_000)]
    steps: u64,
    /// Where the acts begin: the same number makes the same acts. A new one each time when it is left out.
    #[arg(long)]
    seed: Option<u64>,
    /// Run on one database alone.
    #[arg(long)]
    only: Option<Database>,
}

/// A database.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Database {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Runs the test, optimised: its millions of steps pay for being built once more.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => u64::from_str_radix(&scratch::random()?[..8], 16)?,
    };
    let cluster = match arguments.only {
        Some(Database::Sqlite) => None,
        _ => Some(Cluster::start()?),
    };
    println!("{} steps from the seed {seed} …", arguments.steps);
    let mut command = child::command("cargo");
    command.args(["test", "--profile", "model", "--package", "services", "--test", "model"]);
    command.args(["--", "--nocapture"]);
    command.args(match arguments.only {
        Some(Database::Sqlite) => Some("sqlite"),
        Some(Database::Postgres) => Some("postgres"),
        None => None,
    });
    command.env("LATCHKEY_MODEL_STEPS", arguments.steps.to_string());
    command.env("LATCHKEY_MODEL_SEED", seed.to_string());
    if let Some(cluster) = &cluster {
        command.env(cluster::VARIABLE, cluster.url());
    }
    child::run(&mut command).context("the program is not what the model says, or the test could not be run")
}
