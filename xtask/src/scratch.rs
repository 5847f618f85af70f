//! A temporary folder, removed at the end.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};

/// A user and a group, by number.
pub(crate) type User = (u32, u32);

/// A new folder that only its owner can enter. Dropped, it is removed with all that is in it.
pub(crate) struct Folder {
    path: PathBuf,
    owner: Option<User>,
}

impl Folder {
    /// A folder for this purpose, of this user instead of our own.
    pub(crate) fn new(purpose: &str, owner: Option<User>) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("latchkey-{purpose}-{}", random()?));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("{} cannot be made", path.display()))?;
        let folder = Self { path, owner };
        folder.give(&folder.path)?;
        Ok(folder)
    }

    /// The path of something in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Hands something in it to the owner.
    pub(crate) fn give(&self, path: &Path) -> Result<()> {
        match self.owner {
            Some((user, group)) => Ok(chown(path, Some(user), Some(group))?),
            None => Ok(()),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left lies in the system's folder for such things.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Letters and digits that nobody can guess.
pub(crate) fn random() -> Result<String> {
    let mut bytes = [0; 12];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A port of loopback that nobody listens on just now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_folder_is_gone() {
        let folder = Folder::new("test", None).unwrap();
        let path = folder.join("");
        fs::write(folder.join("file"), "text").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
