//! The rule that the fuzz targets try what we build: their lock file has the versions of ours.

use super::Finding;
use crate::{digest, project};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

const OURS: &str = "Cargo.lock";
const OF_TARGETS: &str = "fuzz/Cargo.lock";

/// Holds one lock file to the other.
pub(super) fn check() -> Result<Vec<Finding>> {
    let read = |path: &str| anyhow::Ok(String::from_utf8(digest::read(&project::path(path))?)?);
    Ok(differences(&read(OURS)?, &read(OF_TARGETS)?))
}

/// Every package of the targets that we have, too, in other versions. What they bring themselves may be anything.
fn differences(ours: &str, of_targets: &str) -> Vec<Finding> {
    let known = packages(ours);
    let differs = |name: &str, version: &str| known.get(name).is_some_and(|versions| !versions.contains(version));
    let mut findings = Vec::new();
    for (name, versions) in packages(of_targets) {
        for version in versions.into_iter().filter(|version| differs(name, version)) {
            let what = format!("{name} {version} is not what {OURS} has: copy {OURS} there, and build the targets");
            findings.push(Finding { path: OF_TARGETS.to_owned(), line: 1, what });
        }
    }
    findings
}

/// The versions of each package.
fn packages(lock: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut packages = BTreeMap::<_, BTreeSet<_>>::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |key: &str| package.lines().find_map(|line| line.strip_prefix(key)?.strip_suffix('"'));
        if let (Some(name), Some(version)) = (value("name = \""), value("version = \"")) {
            packages.entry(name).or_default().insert(version);
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_found_and_another_package_is_not() {
        let package =
            |name: &str, version: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n");
        let ours = [package("rand", "0.8.1"), package("rand", "0.9.0"), package("serde", "1.0.0")].concat();
        let of_targets = |version: &str| [package("rand", version), package("libfuzzer-sys", "0.4.0")].concat();
        assert_eq!(differences(&ours, &of_targets("0.8.1")), []);
        assert_eq!(differences(&ours, &of_targets("0.9.1")).len(), 1);
    }
}
