//! How many tests passed, over everything that ran.

use crate::child;
use crate::fuzz::Outcome;
use anyhow::{Result, ensure};
use serde_json::Value;
use std::io::Write;
use std::process::ExitCode;

/// Counts of tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Tests that passed.
    pub(super) passed: usize,
    /// Tests that failed, and parts that could not run.
    pub(super) failed: usize,
    /// Tests that were left out.
    pub(super) skipped: usize,
}

impl Tally {
    /// Adds a part. One that could not run or ran nothing is a failure. An error when everything was told to stop.
    pub(super) fn add(&mut self, part: &str, result: Result<Tally>) -> Result<()> {
        ensure!(!child::told_to_stop(), "stopped in {part}");
        match result {
            Ok(tally) => {
                if tally.passed + tally.failed == 0 {
                    eprintln!("error: of {part} not one was run");
                    self.failed += 1;
                }
                self.passed += tally.passed;
                self.failed += tally.failed;
                self.skipped += tally.skipped;
            }
            Err(error) => {
                eprintln!("error in {part}: {error:#}");
                self.failed += 1;
            }
        }
        Ok(())
    }

    /// Reads a line of `cargo test`; of all lines, only the closing one of a test program counts.
    pub(super) fn read_line(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let words = result.split([' ', ';']).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        for pair in words.windows(2) {
            let Ok(count) = pair[0].parse::<usize>() else {
                continue;
            };
            match pair[1] {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.skipped += count,
                _ => {}
            }
        }
    }

    /// Reads Playwright's report for one project, or for all.
    pub(super) fn of_report(report: &Value, project: Option<&str>) -> Self {
        let mut tally = Self::default();
        let mut suites = children(report, "suites").collect::<Vec<_>>();
        while let Some(suite) = suites.pop() {
            suites.extend(children(suite, "suites"));
            for test in children(suite, "specs").flat_map(|spec| children(spec, "tests")) {
                if project.is_some_and(|project| test["projectName"] != project) {
                    continue;
                }
                match test["status"].as_str() {
                    Some("expected") => tally.passed += 1,
                    Some("skipped") => tally.skipped += 1,
                    // Also one that passed at a second try: it cannot be relied on.
                    _ => tally.failed += 1,
                }
            }
        }
        tally
    }

    /// Counts each fuzz target as a test.
    pub(super) fn of_outcomes(outcomes: &[Outcome]) -> Self {
        let passed = outcomes.iter().filter(|outcome| outcome.passed).count();
        Self { passed, failed: outcomes.len() - passed, skipped: 0 }
    }

    /// Prints the line that says it all, as the very last.
    pub(super) fn close(&self) -> ExitCode {
        if self.skipped > 0 {
            println!("\n{} left out", self.skipped);
        }
        println!("\n{} passed, {} failed", self.passed, self.failed);
        // Nothing is left to be done about an output that is closed.
        let _ = std::io::stdout().flush();
        if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn children<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_closing_lines_count() {
        let mut tally = Tally::default();
        for line in [
            "test a ... ok",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.05s",
            "99 passed; 1 failed",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            tally.read_line(line);
        }
        assert_eq!(tally, Tally { passed: 13, failed: 2, skipped: 1 });
    }

    #[test]
    fn a_report_is_counted_to_its_depth() {
        let report = json!({ "suites": [{
            "specs": [{ "tests": [
                { "projectName": "sqlite", "status": "expected" },
                { "projectName": "postgres", "status": "unexpected" },
            ] }],
            "suites": [{ "specs": [{ "tests": [
                { "projectName": "sqlite", "status": "flaky" },
                { "projectName": "postgres", "status": "skipped" },
            ] }] }],
        }] });
        assert_eq!(Tally::of_report(&report, None), Tally { passed: 1, failed: 2, skipped: 1 });
        assert_eq!(Tally::of_report(&report, Some("sqlite")), Tally { passed: 1, failed: 1, skipped: 0 });
    }

    #[test]
    fn a_part_that_ran_nothing_has_failed() {
        let mut tally = Tally { passed: 3, ..Tally::default() };
        tally.add("the browser tests", Ok(Tally { skipped: 4, ..Tally::default() })).unwrap();
        assert_eq!(tally.failed, 1);
        tally.add("the browser tests", Err(anyhow::anyhow!("no browser"))).unwrap();
        assert_eq!(tally.failed, 2);
    }
}
