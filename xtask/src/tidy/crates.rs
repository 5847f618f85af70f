//! The rules for crates: which may use which, and what the browser never gets.

use super::Finding;
use crate::child;
use anyhow::{Context, Result};
use serde_json::Value;

/// Which of our crates each of our crates may use. `app` gets `services` on the server only, see [`direction`].
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("migration", &[]),
    ("services", &["domain", "migration"]),
    ("app", &["domain", "services"]),
    ("server", &["app", "domain", "migration", "services"]),
    ("frontend", &["app"]),
    ("xtask", &[]),
];

/// What has no place in a browser, by how a crate's name begins.
const NOT_IN_BROWSER: &[&str] = &[
    "axum",
    "hyper",
    "lettre",
    "migration",
    "resend-rs",
    "sea-orm",
    "sea-query",
    "server ",
    "services",
    "sqlx",
    "tokio",
];

/// Holds the crates to their direction.
pub(super) fn check() -> Result<Vec<Finding>> {
    let metadata = child::output(child::command("cargo").args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata = serde_json::from_str(&metadata).context("cargo metadata cannot be read")?;
    let mut tree = child::command("cargo");
    tree.args(["tree", "--package", "frontend", "--target", "wasm32-unknown-unknown"]);
    tree.args(["--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let tree = child::output(&mut tree)?;
    let mut findings = direction(&metadata);
    findings.extend(browser(&tree));
    Ok(findings)
}

fn direction(metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut wrong = |name: &str, what: String| {
        findings.push(Finding { path: format!("{name}/Cargo.toml"), line: 1, what });
    };
    let packages = metadata["packages"].as_array().into_iter().flatten().collect::<Vec<_>>();
    let names = packages.iter().filter_map(|package| package["name"].as_str()).collect::<Vec<_>>();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, may_use)) = MAY_USE.iter().find(|(known, _)| *known == name) else {
            wrong(name, format!("`{name}` has no place among the layers yet: give it one in xtask's tidy"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            // What only tests use may come from anywhere.
            if !names.contains(&used) || dependency["kind"] == "dev" {
                continue;
            }
            if !may_use.contains(&used) {
                wrong(name, format!("`{name}` may not use `{used}`"));
            }
            if (name, used) == ("app", "services") && dependency["optional"] != true {
                wrong(name, "`app` uses `services` on the server only: the dependency is optional".to_owned());
            }
        }
    }
    findings
}

fn browser(tree: &str) -> Vec<Finding> {
    let finding = |what: String| Finding { path: "frontend/Cargo.toml".to_owned(), line: 1, what };
    let mut findings = Vec::new();
    for needed in ["app v", "leptos v"] {
        if !tree.lines().any(|line| line.starts_with(needed)) {
            findings.push(finding(format!("the browser's part lacks `{}`", needed.trim_end_matches(" v"))));
        }
    }
    let mut wrong =
        tree.lines().filter(|line| NOT_IN_BROWSER.iter().any(|name| line.starts_with(name))).collect::<Vec<_>>();
    wrong.sort_unstable();
    wrong.dedup();
    findings.extend(wrong.into_iter().map(|line| finding(format!("the browser's part must not carry {line}"))));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wrong(name: &str, dependency: Value) -> usize {
        let metadata = json!({ "packages": [
            { "name": name, "dependencies": [dependency, { "name": "serde", "kind": null }] },
            { "name": "services", "dependencies": [] },
        ] });
        direction(&metadata).len()
    }

    #[test]
    fn a_lower_layer_does_not_use_a_higher_one() {
        assert_eq!(wrong("domain", json!({ "name": "services", "kind": null })), 1);
        assert_eq!(wrong("server", json!({ "name": "services", "kind": null })), 0);
        assert_eq!(wrong("migration", json!({ "name": "services", "kind": "dev" })), 0);
        assert_eq!(wrong("novelty", json!({ "name": "serde", "kind": null })), 1);
    }

    #[test]
    fn services_are_an_option_of_the_app() {
        assert_eq!(wrong("app", json!({ "name": "services", "kind": null, "optional": false })), 1);
        assert_eq!(wrong("app", json!({ "name": "services", "kind": null, "optional": true })), 0);
    }

    #[test]
    fn the_browser_gets_no_database() {
        let right = "frontend v0.1.0 (here)\napp v0.1.0 (here)\nleptos v0.8.23\nserver_fn v0.8.0\n";
        assert_eq!(browser(right), []);
        assert_eq!(browser(&format!("{right}sqlx-core v0.9.0\nsqlx-core v0.9.0 (*)\ntokio v1.0.0\n")).len(), 3);
        assert_eq!(browser("frontend v0.1.0 (here)\n").len(), 2);
    }
}
