//! `cargo xtask fuzz`, and the short run of every fuzz target that belongs to the tests.
//!
//! The targets lie in `fuzz/`, as cargo-fuzz wants them, and `cargo fuzz` runs them, too. Here they are built by cargo
//! itself, with what cargo-fuzz would hand to the compiler: one tool less to install, and no other compiler than ours.

use crate::child::{self, Running};
use crate::{digest, project};
use anyhow::{Context, Result, bail, ensure};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::thread;

/// What makes a program that libFuzzer can steer: counters for the code that an input reaches. As cargo-fuzz has it, but
/// without a look at each comparison, which makes everything larger, and without a sanitizer: our crates have no `unsafe`
/// code in which one would find something, and it would need another compiler.
const FLAGS: &[&str] = &[
    "--cfg",
    "fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=3",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
];

/// Seconds for each target among the tests.
const SHORT: u32 = 8;
/// Seconds after which an input counts as one that hangs.
const LONGEST: u32 = 20;
/// Megabytes of memory that no input may take.
const MOST_MEMORY: u32 = 2_048;

/// Which targets to run, and for how long.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run one target alone: one of the files in fuzz/fuzz_targets, without its ending.
    target: Option<String>,
    /// How long to run each target.
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// Run the target once, on the input in this file.
    #[arg(long, requires = "target")]
    input: Option<PathBuf>,
}

/// Runs the targets one after the other, and shows what they do.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let all = targets()?;
    let wanted = match &arguments.target {
        Some(name) => {
            ensure!(all.contains(name), "there is no fuzz target `{name}`, only {}", all.join(", "));
            vec![name.clone()]
        }
        None => all,
    };
    build()?;
    for target in &wanted {
        if let Some(input) = &arguments.input {
            let input = fs::canonicalize(input).with_context(|| format!("{} cannot be read", input.display()))?;
            return child::run(program(target)?.arg(input)).with_context(|| format!("{target} fails on this input"));
        }
        println!("Fuzzing {target} for {} seconds …", arguments.seconds);
        child::run(&mut fuzzing(target, arguments.seconds)?).with_context(|| how_to_repeat(target))?;
    }
    Ok(())
}

/// How a target's run among the tests ended.
pub(crate) struct Outcome {
    /// Whether every input that was tried kept to the rules.
    pub(crate) passed: bool,
}

/// Runs every target for a few seconds, two at a time, and says how each ended.
pub(crate) fn run_shortly() -> Result<Vec<Outcome>> {
    build()?;
    let mut outcomes = Vec::new();
    for pair in targets()?.chunks(2) {
        println!("Fuzzing {} for {SHORT} seconds …", pair.join(" and "));
        let ended = thread::scope(|scope| {
            let threads = pair.iter().map(|target| (target, scope.spawn(|| short_run(target)))).collect::<Vec<_>>();
            let join = |(target, thread): (_, thread::ScopedJoinHandle<'_, _>)| (target, thread.join());
            threads.into_iter().map(join).collect::<Vec<_>>()
        });
        for (target, ended) in ended {
            let ended = ended.unwrap_or_else(|_| bail!("the run of {target} broke off"));
            ensure!(!child::told_to_stop(), "stopped in {target}");
            match &ended {
                Ok(inputs) => println!("fuzz {target} … ok, {inputs} inputs"),
                Err(error) => println!("fuzz {target} … FAILED\n{error:#}"),
            }
            outcomes.push(Outcome { passed: ended.is_ok() });
        }
    }
    Ok(outcomes)
}

/// Runs a target for a few seconds, always from the same number on, and gives how many inputs it has tried.
fn short_run(target: &str) -> Result<u64> {
    let log = project::path("target/fuzz/log").join(target);
    digest::write(&log, b"")?;
    let mut command = fuzzing(target, SHORT)?;
    // What went wrong is told by the panic's own words; a long run shows the way there.
    command.args(["-seed=1", "-print_final_stats=1"]).env("RUST_BACKTRACE", "0");
    command.stdout(File::create(&log)?).stderr(File::options().append(true).open(&log)?);
    let status = Running::start(&mut command)?.wait()?;
    let text = String::from_utf8_lossy(&digest::read(&log)?).into_owned();
    outcome(target, status, &text)
}

fn outcome(target: &str, status: ExitStatus, log: &str) -> Result<u64> {
    if !status.success() {
        bail!("{}\n{}", ending(log), how_to_repeat(target));
    }
    let inputs = inputs(log).with_context(|| format!("{target} does not say what it has tried:\n{}", ending(log)))?;
    ensure!(inputs > 0, "{target} has tried nothing");
    Ok(inputs)
}

/// How many inputs a run has tried, by its own count.
fn inputs(log: &str) -> Option<u64> {
    log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?.trim().parse().ok()
}

/// The last lines, which tell what went wrong.
fn ending(log: &str) -> String {
    // Progress is of no use, and the bytes are in the file that is named at the end.
    let of_use = |line: &&str| !["#", "0x", "stat::", "INFO: "].iter().any(|begins| line.starts_with(begins));
    let lines = log.lines().filter(of_use).collect::<Vec<_>>();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

fn how_to_repeat(target: &str) -> String {
    format!(
        "the input that fails lies in fuzz/artifacts/{target}, and is named above; once more with:\n    \
         cargo xtask fuzz {target} --input fuzz/artifacts/{target}/…"
    )
}

/// Every target there is, by name.
fn targets() -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for file in digest::files(&project::path("fuzz/fuzz_targets"))? {
        // What they share is beside them, and is none.
        if String::from_utf8_lossy(&digest::read(&file)?).contains("#![no_main]") {
            targets.extend(file.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    ensure!(!targets.is_empty(), "fuzz/fuzz_targets has no target");
    Ok(targets)
}

/// A call of cargo for `fuzz/`, with the flags that make targets of programs.
pub(crate) fn cargo(subcommand: &str) -> Result<Command> {
    let mut command = child::command("cargo");
    command.args([subcommand, "--manifest-path", "fuzz/Cargo.toml", "--bins"]);
    // Named, so that what runs while building (macros, build scripts) is built without the flags.
    command.args(["--target", &host()?]);
    command.env("CARGO_TARGET_DIR", project::path("target/fuzz")).env("RUSTFLAGS", FLAGS.join(" "));
    Ok(command)
}

fn build() -> Result<()> {
    println!("Building the fuzz targets …");
    child::run(&mut cargo("build")?).context("the fuzz targets could not be built")
}

/// The compiler's name for this machine.
fn host() -> Result<String> {
    let said = child::output(child::command("rustc").arg("--version").arg("--verbose"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say which machine this is")?.to_owned())
}

/// A target's program, with limits for what an input may cost.
fn program(target: &str) -> Result<Command> {
    let path = Path::new("target/fuzz").join(host()?).join("debug").join(target);
    let mut command = child::command(project::path(&path.to_string_lossy()));
    command.args([format!("-timeout={LONGEST}"), format!("-rss_limit_mb={MOST_MEMORY}")]);
    Ok(command)
}

/// A run of a target that goes on from the inputs of earlier ones, where cargo-fuzz has them, too.
fn fuzzing(target: &str, seconds: u32) -> Result<Command> {
    let (corpus, artifacts) = (project::path("fuzz/corpus").join(target), project::path("fuzz/artifacts").join(target));
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let mut command = program(target)?;
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-artifact_prefix={}/", artifacts.display())).arg(corpus);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn every_target_is_declared_where_cargo_looks_for_it() {
        let manifest = String::from_utf8(digest::read(&project::path("fuzz/Cargo.toml")).unwrap()).unwrap();
        let targets = targets().unwrap();
        for target in &targets {
            assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target}");
        }
        assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
    }

    #[test]
    fn a_run_passes_when_it_has_tried_something_and_ends_well() {
        let (well, badly) = (ExitStatus::from_raw(0), ExitStatus::from_raw(77 << 8));
        let log = "#2\tINITED cov: 7\nstat::number_of_executed_units: 1234\nstat::peak_rss_mb: 40\n";
        assert_eq!(outcome("forms", well, log).unwrap(), 1_234);
        assert!(outcome("forms", well, "stat::number_of_executed_units: 0").is_err());
        assert!(outcome("forms", well, "#2\tINITED cov: 7").is_err());
        let log = "#2\tpulse\nthread panicked: 1 is not 2\n0x31,0x32\nTest unit written to crash-1";
        let told = outcome("forms", badly, log).unwrap_err().to_string();
        for line in ["1 is not 2", "crash-1", "cargo xtask fuzz forms --input"] {
            assert!(told.contains(line), "{told}");
        }
        assert!(!told.contains("pulse") && !told.contains("0x31"), "{told}");
    }
}
