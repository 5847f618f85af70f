//! Backing a SQLite database up while servers go on with it, and restoring it. PostgreSQL has programs of its own for this.
//!
//! A copy is looked at before it is called a backup, and again before it takes the place of a database: whether SQLite finds it
//! whole, and whether the record of activity is as it was sealed. The key is in neither: without it the secrets in a backup
//! cannot be read.

use crate::activity::seal::key_in;
use crate::activity::verify::Trust;
use crate::database::{Database, statement};
use crate::vault::{KeySource, OpenError, Vault};
use crate::{Error, chain};
use domain::Moment;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use url::Url;

/// Why there is no backup, or nothing was restored, as a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL is backed up by its own programs.
    #[error(
        "This database is on PostgreSQL: back it up with pg_dump, and restore it with pg_restore. The key is apart from it."
    )]
    Postgres,
    /// Nothing is written over.
    #[error("{0} is there already. Name another file, or move this one away first.")]
    There(PathBuf),
    /// A file that cannot be read or written.
    #[error("{0} cannot be used ({1}).")]
    File(PathBuf, io::Error),
    /// SQLite finds a mistake in it.
    #[error("{0} is damaged: {1}.")]
    Damaged(PathBuf, String),
    /// The record of activity in it is not as it was sealed.
    #[error(
        "The activity in {0} is not as it was sealed: {1}. `latchkey verify-activity` says more; of a backup with \
         --database-url sqlite://FILE. To go on all the same, add --accept-altered."
    )]
    Altered(String, String),
    /// The key is missing, or another one.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database failed.
    #[error("{}", chain(.0))]
    Failed(#[from] Error),
}

/// A copy that was found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Bytes of the file.
    pub bytes: u64,
    /// Events whose seals were looked at.
    pub events: u64,
    /// What is not as it was sealed, the first of it, where that was accepted.
    pub altered: Option<String>,
}

/// What to do where the activity is not as it was sealed: what is lost by it is lost already, and the rest is worth keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfAltered {
    /// Do nothing, and say so.
    Refuse,
    /// Go on, and say so.
    Accept,
}

impl Database {
    /// Writes a copy of this SQLite database as it is at one moment to a file that is not there yet. Servers go on meanwhile.
    ///
    /// # Errors
    ///
    /// [`BackupError`]; then there is no such file.
    pub async fn back_up(&self, file: &Path, if_altered: IfAltered) -> Result<Checked, BackupError> {
        if self.backend() != DbBackend::Sqlite {
            return Err(BackupError::Postgres);
        }
        if file.exists() {
            return Err(BackupError::There(file.to_owned()));
        }
        let part = Part::beside(file)?;
        // SQLite fills a file that is empty; that it is there already makes it its owner's alone.
        // Whoever only reads may not even write elsewhere.
        let written = self.write().execute_raw(statement(self.write(), "VACUUM INTO $1", [part.text().into()])).await;
        written.map_err(Error::from)?;
        let copy = Database::connect(&part.url()).await?;
        let checked = check(&copy, &part.0, "the database", &Trust::default(), if_altered).await;
        copy.close().await?;
        let checked = checked?;
        part.keep_as(file)?;
        Ok(checked)
    }
}

/// Makes a database of a backup, where there is none yet: brings its tables up to date, and looks whether the key opens it.
///
/// # Errors
///
/// [`BackupError`]; then there is no database, and the backup is as it was.
pub async fn restore(
    backup: &Path,
    database: &Path,
    key: KeySource,
    now: Moment,
    if_altered: IfAltered,
) -> Result<Checked, BackupError> {
    // SQLite would take what stands in these for a part of the database that is restored.
    for beside in ["", "-wal", "-shm", "-journal"] {
        let mut there = database.as_os_str().to_owned();
        there.push(beside);
        if Path::new(&there).exists() {
            return Err(BackupError::There(there.into()));
        }
    }
    let part = Part::beside(database)?;
    fs::copy(backup, &part.0).map_err(|error| BackupError::File(backup.to_owned(), error))?;
    let damaged = |error: Error| BackupError::Damaged(backup.to_owned(), chain(&error));
    let copy = Database::connect(&part.url()).await.map_err(damaged)?;
    let checked = restored(&copy, backup, key, now, if_altered).await;
    copy.close().await?;
    let checked = checked?;
    part.keep_as(database)?;
    Ok(checked)
}

async fn restored(
    copy: &Database,
    backup: &Path,
    key: KeySource,
    now: Moment,
    if_altered: IfAltered,
) -> Result<Checked, BackupError> {
    whole(copy.write(), backup).await?;
    copy.migrate().await?;
    let vault = Vault::open(copy, key, now).await?;
    let key = match (key_in(&vault, copy.read()).await, if_altered) {
        (Err(_), IfAltered::Accept) => None,
        (key, _) => key?,
    };
    let trust = Trust { key, ..Trust::default() };
    check(copy, backup, &backup.display().to_string(), &trust, if_altered).await
}

/// Whether a copy is whole, and the activity in what it was made of as it was sealed.
async fn check(
    copy: &Database,
    file: &Path,
    made_of: &str,
    trust: &Trust,
    if_altered: IfAltered,
) -> Result<Checked, BackupError> {
    whole(copy.read(), file).await?;
    let report = copy.verify_activity(trust).await?;
    let altered = report.problems.first().map(|first| format!("{}: {}", first.place, first.problem));
    if let (Some(what), IfAltered::Refuse) = (&altered, if_altered) {
        return Err(BackupError::Altered(made_of.to_owned(), what.clone()));
    }
    let bytes = fs::metadata(file).map_err(|error| BackupError::File(file.to_owned(), error))?.len();
    Ok(Checked { bytes, events: report.events, altered })
}

/// What SQLite finds wrong with a file.
async fn whole(connection: &DatabaseConnection, named: &Path) -> Result<(), BackupError> {
    let damaged = |what: String| BackupError::Damaged(named.to_owned(), what);
    let found = statement(connection, "PRAGMA integrity_check(1)", []);
    let rows = connection.query_all_raw(found).await.map_err(|error| damaged(chain(&error)))?;
    for row in rows {
        let said: String = row.try_get_by_index(0).map_err(Error::from)?;
        if said != "ok" {
            return Err(damaged(said));
        }
    }
    let foreign = statement(connection, "PRAGMA foreign_key_check", []);
    match connection.query_all_raw(foreign).await.map_err(Error::from)?.len() {
        0 => Ok(()),
        rows => Err(damaged(format!("{rows} rows name others that are not there"))),
    }
}

/// A file that is not finished: it goes when it does not become what it was meant to be.
struct Part(PathBuf);

impl Part {
    fn beside(file: &Path) -> Result<Self, BackupError> {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".part-{}", std::process::id()));
        let path = file.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(|error| BackupError::File(path.clone(), error))?;
        Ok(Self(path))
    }

    fn text(&self) -> String {
        self.0.display().to_string()
    }

    /// With whatever a name may have in it, such as a space or a question mark.
    fn url(&self) -> String {
        let path = std::path::absolute(&self.0).ok().and_then(|path| Url::from_file_path(path).ok());
        let path = path.map_or_else(|| self.text(), |url| url.path().to_owned());
        format!("sqlite://{path}?mode=rw")
    }

    /// Everything is in the file itself, durable, and under its name.
    fn keep_as(self, file: &Path) -> Result<(), BackupError> {
        let keep = || {
            File::open(&self.0)?.sync_all()?;
            // Fails where somebody has made the file meanwhile; renaming would write over it.
            match fs::hard_link(&self.0, file) {
                // Not every file system has such links.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !file.exists() => {
                    fs::rename(&self.0, file)?;
                }
                linked => linked?,
            }
            match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
                _ => Ok(()),
            }
        };
        keep().map_err(|error| BackupError::File(file.to_owned(), error))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for beside in ["", "-wal", "-shm"] {
            // It may never have been there.
            let _ = fs::remove_file(format!("{}{beside}", self.0.display()));
        }
    }
}
