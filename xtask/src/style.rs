//! The style sheets, put together into the one file that Trunk takes.

use crate::{digest, project};
use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};

/// Writes target/style/latchkey.css. Each source names its own layer, so order matters for the first alone.
pub(crate) fn bundle() -> Result<()> {
    let root = project::path("style");
    let files = ordered(&root, digest::files(&root)?);
    ensure!(
        files.first().is_some_and(|file| file.ends_with("main.css")),
        "style/main.css is missing: it gives the layers their order"
    );
    let mut bundle = Vec::new();
    for file in &files {
        bundle.extend(digest::read(file)?);
        bundle.push(b'\n');
    }
    digest::write(&project::path("target/style/latchkey.css"), &bundle)
}

/// main, tokens, base, then the primitives, then the features, each by name.
fn ordered(root: &Path, mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.retain(|file| file.extension().is_some_and(|extension| extension == "css"));
    files.sort_by_key(|file| {
        let name = file.strip_prefix(root).unwrap_or(file).to_path_buf();
        let rank = match name.to_str() {
            Some("main.css") => 0,
            Some("tokens.css") => 1,
            Some("base.css") => 2,
            _ if name.starts_with("ui") => 3,
            _ => 4,
        };
        (rank, name)
    });
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_come_first_and_features_last() {
        let files = ["account.css", "base.css", "main.css", "note.md", "tokens.css", "ui/button.css"];
        let files = files.map(|name| Path::new("style").join(name)).to_vec();
        let names = ordered(Path::new("style"), files);
        let names = names.iter().map(|name| name.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(
            names,
            ["style/main.css", "style/tokens.css", "style/base.css", "style/ui/button.css", "style/account.css"]
        );
    }
}
