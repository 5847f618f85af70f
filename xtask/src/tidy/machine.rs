//! The rule that no file knows the machine it was written on.

use super::{Finding, Source};

/// How paths begin that are somebody's own. Put together here, so that this file does not break its own rule.
const OWN_FOLDERS: &[&str] =
    &[concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("C:\\", "Users")];

/// Everything in a file that only holds on one machine.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        if OWN_FOLDERS.iter().any(|folder| holds_path(line, folder)) {
            findings.push(Finding::new(source, index + 1, "a path of one machine"));
        }
        if source.path.ends_with("package-lock.json") && line.contains("\"resolved\"") {
            let what = "where one machine gets its packages from: npm's omit-lockfile-registry-resolved leaves it out";
            findings.push(Finding::new(source, index + 1, what));
        }
    }
    findings
}

/// A path begins here, and it is not the end of a longer one.
fn holds_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        !line[..at].ends_with(|before: char| before.is_alphanumeric() || ['.', '-', '_', '}', ')'].contains(&before))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_found() {
        for folder in OWN_FOLDERS {
            let text = format!("fine\nlet path = \"{folder}somebody/latchkey\";");
            assert_eq!(check(&Source::new("README.md", &text)).len(), 1, "{folder}");
        }
        let right = format!("GET example.org{}page", OWN_FOLDERS[0]);
        assert_eq!(check(&Source::new("README.md", &right)), []);
    }

    #[test]
    fn a_lock_file_names_no_registry() {
        let text = "\"version\": \"1.0.0\",\n\"resolved\": \"somewhere\",\n";
        assert_eq!(check(&Source::new("end2end/package-lock.json", text)).len(), 1);
        assert_eq!(check(&Source::new("end2end/package.json", text)), []);
    }
}
