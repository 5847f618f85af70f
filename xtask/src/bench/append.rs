//! What sealing takes from those who append: `services/benches/activity.rs` says how.

use super::Bench;
use super::report::Report;
use super::server::{ALL_CORES, Database, Kind, on_cores};
use crate::child;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;

/// How many append at once.
const WRITERS: u32 = 16;

/// The benchmark of `services`, optimised like the program.
fn cargo() -> Result<Command> {
    let cargo = std::env::var_os("CARGO").map(PathBuf::from).or_else(|| child::find(&["cargo"]));
    let mut command = on_cores(ALL_CORES, &cargo.context("cargo is not in PATH")?);
    command.args(["bench", "--package", "services", "--bench", "activity"]);
    Ok(command)
}

/// Builds what [`Bench::append`] runs.
pub(super) fn build() -> Result<()> {
    println!("Building the benchmark of services …");
    child::run(cargo()?.arg("--no-run")).context("the benchmark of services could not be built")
}

impl Bench {
    /// Rounds with the sealer at work beside rounds without it.
    pub(super) fn append(&self, kind: Kind, report: &mut Report) -> Result<()> {
        let database = Database::empty(kind)?;
        report.title(&format!("Appending with {WRITERS} writers, {}", kind.name()));
        let seconds = self.lasting.as_secs().max(1).to_string();
        let mut command = cargo()?;
        command.args(["--", &database.url, &WRITERS.to_string(), &self.rounds.to_string(), &seconds]);
        let mut rounds = [const { Vec::new() }; 2];
        for line in child::output(&mut command)?.lines() {
            let round: serde_json::Value = serde_json::from_str(line).with_context(|| format!("it said {line}"))?;
            let number = |name: &str| round[name].as_f64().with_context(|| format!("no {name} in {line}"));
            let measured = (number("per_second")?, number("p50_ms")?, number("p99_ms")?);
            rounds[usize::from(round["sealing"] == true)].push(measured);
        }
        let [without, with] = &rounds;
        ensure!(without.len() == self.rounds && with.len() == self.rounds, "not every round was told");
        let mut kept: Vec<f64> = without.iter().zip(with).map(|(without, with)| with.0 / without.0).collect();
        for (what, mut rounds) in [("nobody seals", without.clone()), ("the sealer at work", with.clone())] {
            rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
            let (per_second, p50, p99) = rounds[rounds.len() / 2];
            report.measured(what, per_second, p50, p99);
        }
        kept.sort_by(f64::total_cmp);
        report.number("fewer appended while it seals", 100.0 * (1.0 - kept[kept.len() / 2]), "%", "10", "");
        Ok(())
    }
}
