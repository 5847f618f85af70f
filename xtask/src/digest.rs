//! Fingerprints of files: to name them by their bytes, and to tell whether something has to be made again.

use crate::project;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The first 16 hexadecimal digits of the SHA-256 of these bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    shorten(&Sha256::digest(bytes))
}

/// One fingerprint for all these files and folders (relative to the root), whatever is missing included, and these words.
pub(crate) fn of_inputs(inputs: &[&str], words: &[&str]) -> Result<String> {
    let mut hasher = Sha256::new();
    for word in words {
        hasher.update(word);
        hasher.update([0]);
    }
    for input in inputs {
        for file in files(&project::path(input))? {
            let name = file.strip_prefix(project::path("")).unwrap_or(&file);
            hasher.update(name.as_os_str().as_encoded_bytes());
            hasher.update([0]);
            hasher.update(Sha256::digest(read(&file)?));
        }
    }
    Ok(shorten(&hasher.finalize()))
}

/// Every file at or below a path, in a fixed order; none when there is nothing.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries = fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>())
        .with_context(|| format!("{} cannot be listed", path.display()))?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        found.extend(files(&entry)?);
    }
    Ok(found)
}

/// A note beside something made, saying from what it was made.
pub(crate) struct Stamp {
    path: PathBuf,
    value: String,
}

impl Stamp {
    /// The stamp kept at this path (relative to the root), with the value it should have.
    pub(crate) fn new(path: &str, value: String) -> Self {
        Self { path: project::path(path), value }
    }

    /// Whether what is there was made from the same.
    pub(crate) fn holds(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|written| written == self.value)
    }

    /// Notes that it is made now.
    pub(crate) fn write(&self) -> Result<()> {
        write(&self.path, self.value.as_bytes())
    }

    /// Forgets what was noted, before the thing is made again: a making cut short leaves no stamp that holds.
    pub(crate) fn remove(&self) -> Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} cannot be removed", self.path.display()))
            }
            _ => Ok(()),
        }
    }
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Writes a file, and its folder when there is none.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

fn shorten(digest: &[u8]) -> String {
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
