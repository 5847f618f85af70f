//! `cargo xtask tidy`: the rules of ARCHITECTURE.md that no compiler holds.
//!
//! A rule is a function from a file (or from what cargo says of the crates) to findings, and has a test that shows it
//! finding something: a rule that cannot fail holds nothing.

mod crates;
mod lock;
mod machine;
mod rust;
mod rust_text;
mod style;

use crate::{digest, project};
use anyhow::{Context, Result, ensure};
use std::fmt;

/// A file of ours, by its path from the root, with its text.
pub(super) struct Source {
    path: String,
    text: String,
}

impl Source {
    #[cfg(test)]
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Whether the path ends with a dot and this.
    fn is(&self, extension: &str) -> bool {
        self.path.strip_suffix(extension).is_some_and(|rest| rest.ends_with('.'))
    }
}

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl Finding {
    /// Something on this line, counted from 1.
    fn new(source: &Source, line: usize, what: impl Into<String>) -> Self {
        Self { path: source.path.clone(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Holds the tree to the rules.
pub(crate) fn run() -> Result<()> {
    let findings = findings()?;
    for finding in &findings {
        println!("{finding}");
    }
    ensure!(findings.is_empty(), "{} places are not tidy", findings.len());
    println!("Tidy.");
    Ok(())
}

fn findings() -> Result<Vec<Finding>> {
    let sources = sources()?;
    let mut findings = crates::check()?;
    findings.extend(lock::check()?);
    for source in &sources {
        findings.extend(rust::check(source));
        findings.extend(style::check(source));
        findings.extend(machine::check(source));
    }
    findings.sort();
    Ok(findings)
}

/// Every text of ours. What is built, installed or stored is not.
fn sources() -> Result<Vec<Source>> {
    const NOT_OURS: &[&str] =
        &["target", "data", "node_modules", "test-results", "playwright-report", ".git", "corpus", "artifacts"];
    let mut sources = Vec::new();
    let mut folders = vec![project::path("")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().with_context(|| format!("{} cannot be listed", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && !NOT_OURS.contains(&name.as_ref()) {
                folders.push(path);
            } else if path.is_file()
                && let Ok(text) = String::from_utf8(digest::read(&path)?)
            {
                let path = path.strip_prefix(project::path(""))?.to_string_lossy().replace('\\', "/");
                sources.push(Source { path, text });
            }
        }
    }
    ensure!(sources.iter().any(|source| source.path == "app/src/lib.rs"), "the project's files were not found");
    Ok(sources)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tree_is_tidy() {
        let findings = super::findings().unwrap();
        let findings = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(findings.is_empty(), "\n{findings}");
    }
}
