//! Where key-encryption keys come from, and how they are written down.
//!
//! A key is one line, `latchkey-key-` and 256 bits in base 64. The first seals; those after it only open what was sealed
//! before them. Lines that begin with `#` are for people.

use super::envelope::{Key, KeyId};
use crate::shell::shell;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::secret::Secret;
use rand::RngCore;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use zeroize::Zeroizing;

/// What a key begins with, for people and for programs that look for keys in places where none should be.
const PREFIX: &str = "latchkey-key-";
/// How long a command may take to print the keys.
const LONGEST_COMMAND: Duration = Duration::from_secs(30);
/// Bytes of keys that are read: some hundreds of keys.
const LONGEST_KEYS: u64 = 64 * 1024;

/// Where the key-encryption keys are.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// In a file, which is made when nothing has been encrypted yet.
    File(PathBuf),
    /// In a variable.
    Value(Secret),
    /// What a command prints: it asks a hardware module, or a cloud's key service. A shell runs it.
    Command(String),
}

/// Why there are no keys, as a sentence for the operator. Never repeats what was read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file that cannot be read or written.
    #[error(
        "The key file {path} cannot be used ({cause}). Name another with LATCHKEY_KEY_FILE, or mend its permissions."
    )]
    File {
        /// The file.
        path: String,
        /// Why.
        cause: io::Error,
    },
    /// A file that others can read.
    #[error("The key file {0} can be read by everyone on this machine. Close it with: chmod 600 {0}")]
    Open(String),
    /// The keys of a database that is in use are gone.
    #[error(
        "The key file {0} is missing, and the secrets in this database are encrypted with the key that was in it. Put it \
         back from your backup, or say with LATCHKEY_KEY_FILE, LATCHKEY_KEY or LATCHKEY_KEY_COMMAND where the key is. \
         Without it they cannot be read."
    )]
    Missing(String),
    /// Something else than keys.
    #[error(
        "{0} is not a key: line {1} is not \"latchkey-key-\" with 43 letters after it. `latchkey new-key` prints a new one."
    )]
    Unreadable(String, usize),
    /// No keys at all.
    #[error("{0} has no key in it. `latchkey new-key` prints a new one.")]
    Empty(String),
    /// A command that printed no keys.
    #[error("LATCHKEY_KEY_COMMAND printed no key: {0}.")]
    Command(String),
    /// Nothing to rotate to.
    #[error(
        "{0} is the key that seals already. Put a new one before it, on a line of its own, give it to every server, and \
         run this again: `latchkey new-key` prints one."
    )]
    NoNewKey(String),
    /// Other keys than this database's.
    #[error(
        "{source_name} is not the key that the secrets in this database are encrypted with: the one with the id {id} is \
         missing. Put it back from your backup, or use the database that belongs to this key. Without it they cannot be read."
    )]
    Wrong {
        /// Where the keys come from.
        source_name: String,
        /// The id of the key that is missing.
        id: String,
    },
}

/// Keys, the one that seals first. Never empty.
#[derive(Clone, Debug)]
pub(crate) struct KeyRing(Vec<Key>);

impl KeyRing {
    /// The key that seals.
    pub(crate) fn first(&self) -> &Key {
        self.0.first().expect("a ring has a key")
    }

    pub(crate) fn get(&self, id: KeyId) -> Option<&Key> {
        self.0.iter().find(|key| key.id() == id)
    }

    /// Reads one key a line. `name` says where they come from.
    fn read(text: &str, name: &str) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let unreadable = || KeyError::Unreadable(name.to_owned(), index + 1);
            let written = line.strip_prefix(PREFIX).ok_or_else(unreadable)?;
            let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(written).map_err(|_| unreadable())?);
            let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| unreadable())?;
            keys.push(key_from(Zeroizing::new(bytes)));
        }
        if keys.is_empty() { Err(KeyError::Empty(name.to_owned())) } else { Ok(Self(keys)) }
    }
}

/// A key by its bits. Its id follows from them, so that a wrong key is known before anything is opened with it.
fn key_from(bytes: Zeroizing<[u8; 32]>) -> Key {
    let digest = Sha256::new().chain_update("latchkey key id").chain_update(bytes.as_slice()).finalize();
    let id = std::array::from_fn(|place| digest[place]);
    Key::new(KeyId(id), bytes)
}

/// A new key, as it is written down.
pub fn new_key() -> Secret {
    let mut bytes = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(bytes.as_mut_slice());
    written(&bytes)
}

fn written(bytes: &[u8; 32]) -> Secret {
    let mut line = String::with_capacity(PREFIX.len() + 43);
    line.push_str(PREFIX);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut line);
    Secret::new(line)
}

impl KeySource {
    /// The keys as they are now. Nothing comes back when there is no key file.
    ///
    /// # Errors
    ///
    /// [`KeyError`].
    pub(crate) async fn read(&self) -> Result<Option<KeyRing>, KeyError> {
        match self {
            Self::File(path) => {
                let Some(text) = read_file(path)? else { return Ok(None) };
                KeyRing::read(text.expose(), &self.name()).map(Some)
            }
            Self::Value(keys) => KeyRing::read(keys.expose(), &self.name()).map(Some),
            Self::Command(command) => KeyRing::read(run(command).await?.expose(), &self.name()).map(Some),
        }
    }

    /// What it is called in a sentence.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => format!("The key file {}", path.display()),
            Self::Value(_) => "LATCHKEY_KEY".to_owned(),
            Self::Command(_) => "What LATCHKEY_KEY_COMMAND prints".to_owned(),
        }
    }
}

fn unusable(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.display().to_string();
    move |cause| KeyError::File { path, cause }
}

fn read_file(path: &Path) -> Result<Option<Secret>, KeyError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(path)(error)),
    };
    if is_open(&file.metadata().map_err(unusable(path))?) {
        return Err(KeyError::Open(path.display().to_string()));
    }
    let mut text = String::new();
    io::Read::read_to_string(&mut io::Read::take(file, LONGEST_KEYS), &mut text).map_err(unusable(path))?;
    Ok(Some(Secret::new(text)))
}

/// Whether everyone on the machine can read or write it.
#[cfg(unix)]
fn is_open(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.mode() & 0o007 != 0
}

#[cfg(not(unix))]
fn is_open(_: &fs::Metadata) -> bool {
    false
}

/// A file that only its owner reads, and that is not there yet.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the folder's entry durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ if cfg!(unix) => File::open(".")?.sync_all(),
        _ => Ok(()),
    }
}

const HEAD: &str = "# The key of a Latchkey installation. Without it no password in its database can be read: keep a copy elsewhere,\n\
    # not beside the backups of the database. Whoever has both can read everything.\n";

/// Makes a key file with a new key. It is there as a whole or not at all; of two servers that make it at once, both take the
/// one that was first.
///
/// # Errors
///
/// [`KeyError::File`].
pub(crate) fn make_file(path: &Path) -> Result<KeyRing, KeyError> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let beside = path.with_extension(format!("new-{}", std::process::id()));
        let text = Secret::new(format!("{HEAD}{}\n", new_key().expose()));
        write_closed(&beside, &text)?;
        let linked = fs::hard_link(&beside, path);
        fs::remove_file(&beside)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        sync_folder(path)
    };
    write().map_err(unusable(path))?;
    let text = read_file(path)?.unwrap_or_default();
    KeyRing::read(text.expose(), &path.display().to_string())
}

/// Writes a file that only its owner reads, in place of one that may be left from before.
fn write_closed(path: &Path, text: &Secret) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create(path)?;
    file.write_all(text.expose().as_bytes())?;
    file.sync_all()
}

/// Puts a new key before those in a key file. The file is replaced as a whole: whoever reads it meanwhile has the one or the
/// other.
///
/// # Errors
///
/// [`KeyError`].
pub(crate) fn put_new_first(path: &Path) -> Result<KeyRing, KeyError> {
    let name = path.display().to_string();
    let before = read_file(path)?.ok_or_else(|| KeyError::Missing(name.clone()))?;
    let keys = Secret::new(
        before.expose().lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n"),
    );
    let text = Secret::new(format!(
        "{HEAD}{}\n# Sealed before, and needed for backups from that time:\n{}\n",
        new_key().expose(),
        keys.expose().trim()
    ));
    let beside = path.with_extension("new");
    let write = || {
        write_closed(&beside, &text)?;
        fs::rename(&beside, path)?;
        sync_folder(path)
    };
    write().map_err(unusable(path))?;
    KeyRing::read(text.expose(), &name)
}

async fn run(command: &str) -> Result<Secret, KeyError> {
    let failed = |why: String| KeyError::Command(why);
    let mut shell = shell(command);
    shell.stdin(Stdio::null()).stderr(Stdio::inherit());
    let ended = tokio::time::timeout(LONGEST_COMMAND, shell.output()).await;
    let output = ended
        .map_err(|_| failed(format!("it took more than {} seconds", LONGEST_COMMAND.as_secs())))?
        .map_err(|error| failed(error.to_string()))?;
    let printed = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err(failed(format!("it ended with {}", output.status)));
    }
    let text = str::from_utf8(&printed).map_err(|_| failed("it printed something else than text".to_owned()))?;
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        let (one, two) = (new_key(), new_key());
        let text = format!("# for people\n\n  {}  \n{}\n", one.expose(), two.expose());
        let ring = KeyRing::read(&text, "LATCHKEY_KEY").expect("two keys");
        assert_eq!(written(ring.first().bytes()), one);
        assert_eq!(ring.0.len(), 2);
        assert!(ring.get(ring.0[1].id()).is_some());
        assert_ne!(ring.0[0].id(), ring.0[1].id());
    }

    #[test]
    fn what_is_no_key_is_not_repeated() {
        for (text, line) in [("canary", 1), ("\nlatchkey-key-canary", 2), ("latchkey-key-", 1)] {
            let error = KeyRing::read(text, "LATCHKEY_KEY").expect_err("it is no key").to_string();
            assert!(error.contains(&format!("line {line}")) && !error.contains("canary"), "{error}");
        }
        let error = KeyRing::read("# nothing\n", "LATCHKEY_KEY").expect_err("there is none").to_string();
        assert!(error.contains("no key in it"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys/latchkey.key");
        let made = make_file(&path).expect("it is made");
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = make_file(&path).expect("it is there");
        assert_eq!(again.first().id(), made.first().id(), "a key is never written over");

        let ring = put_new_first(&path).expect("it is replaced");
        assert_eq!(ring.0.len(), 2);
        assert_eq!(ring.0[1].id(), made.first().id());
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
        assert_eq!(put_new_first(&path).expect("once more").0.len(), 3);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is opened");
        assert!(matches!(read_file(&path), Err(KeyError::Open(_))));
    }

    #[tokio::test]
    async fn a_command_prints_keys() {
        let key = new_key();
        let source = KeySource::Command(format!("echo '{}'", key.expose()));
        let ring = source.read().await.expect("it prints a key").expect("it is there");
        assert_eq!(written(ring.first().bytes()), key);
        for wrong in ["exit 3", "echo canary", "true"] {
            let error = KeySource::Command(wrong.to_owned()).read().await.expect_err("no key").to_string();
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
