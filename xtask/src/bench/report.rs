//! What was measured, as a table beside the project's targets.

use super::load::Outcome;
use std::fmt;

/// Lines for a person to read.
pub(super) struct Report {
    apart: bool,
    lines: Vec<Line>,
}

enum Line {
    Title(String),
    Row { what: String, measured: String, floor: String, aim: String },
}

impl Report {
    /// `apart` says whether server and load have run on cores of their own.
    pub(super) fn new(apart: bool) -> Self {
        Self { apart, lines: Vec::new() }
    }

    pub(super) fn title(&mut self, title: &str) {
        self.lines.push(Line::Title(title.to_owned()));
    }

    /// Answers per second, and how long they took.
    pub(super) fn rate(&mut self, what: &str, outcome: &Outcome, floor: &str, aim: &str) {
        let (middle, most) = (millis(outcome, 0.5), millis(outcome, 0.99));
        let measured = format!("{:>8.0}/s  p50 {middle:>7.2} ms  p99 {most:>7.2} ms", outcome.per_second);
        self.row(what, measured, floor, aim);
    }

    /// The same of what was measured elsewhere, in milliseconds.
    pub(super) fn measured(&mut self, what: &str, per_second: f64, p50: f64, p99: f64) {
        self.row(what, format!("{per_second:>8.0}/s  p50 {p50:>7.2} ms  p99 {p99:>7.2} ms"), "", "");
    }

    /// How long a share of the answers took at most.
    pub(super) fn time(&mut self, what: &str, outcome: &Outcome, share: f64, floor: &str, aim: &str) {
        let (middle, most) = (millis(outcome, 0.5), millis(outcome, share));
        let measured = format!("{:>8.0}/s  p50 {middle:>7.2} ms  p99 {most:>7.2} ms", outcome.per_second);
        let unit = |target: &str| format!("p99 {target} ms");
        self.row(what, measured, &unit(floor), &unit(aim));
    }

    pub(super) fn number(&mut self, what: &str, number: f64, unit: &str, floor: &str, aim: &str) {
        self.row(what, format!("{number:>8.1} {unit}"), floor, aim);
    }

    fn row(&mut self, what: &str, measured: String, floor: &str, aim: &str) {
        println!("  {what}: {}", measured.trim());
        let (what, floor, aim) = (what.to_owned(), floor.to_owned(), aim.to_owned());
        self.lines.push(Line::Row { what, measured, floor, aim });
    }
}

fn millis(outcome: &Outcome, share: f64) -> f64 {
    outcome.within(share).as_secs_f64() * 1e3
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let apart =
            if self.apart { "server on one core, load on another" } else { "server and load NOT on cores apart" };
        writeln!(
            f,
            "Release build, on SQLite where nothing else is said, {apart}; PostgreSQL on all cores, not waiting for disks."
        )?;
        writeln!(
            f,
            "Floors and aims are those of the project's targets; for the page they are shares of what a hand-written page"
        )?;
        writeln!(f, "was measured at on another day.\n")?;
        writeln!(f, "{:<58} {:<44} {:<12} aim", "", "measured", "floor")?;
        for line in &self.lines {
            match line {
                Line::Title(title) => writeln!(f, "\n{title}")?,
                Line::Row { what, measured, floor, aim } => writeln!(f, "{what:<58} {measured:<44} {floor:<12} {aim}")?,
            }
        }
        Ok(())
    }
}
