//! What can go wrong, with causes.

use domain::{AppError, Conflict, Denial, Problem};
use rand::Rng;
use sea_orm::{DbErr, RuntimeErr};

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// For the reader: they can do something about it.
    #[error(transparent)]
    App(#[from] AppError),
    /// The database refused or failed.
    #[error("the database failed")]
    Database(#[source] DbErr),
    /// A stored value cannot be read: it was not written by this program.
    #[error("stored JSON cannot be read")]
    Stored(#[from] serde_json::Error),
    /// A password could not be hashed, or a stored hash not be read.
    #[error("password hashing failed: {0}")]
    Password(String),
    /// A second factor could not be made or read.
    #[error("a second factor cannot be used: {0}")]
    SecondFactor(String),
    /// A secret could not be sealed or opened.
    #[error("the vault failed")]
    Vault(#[from] crate::vault::VaultError),
    /// A file could not be written.
    #[error("a file could not be written")]
    File(#[from] std::io::Error),
    /// A background task was ended while somebody waited for it.
    #[error("a task was ended")]
    Task(#[from] tokio::task::JoinError),
    /// The record of activity cannot be gone on with.
    #[error("the record of activity cannot be used: {0}")]
    Record(String),
    /// The demo wants an empty database, and this one has workspaces.
    #[error("the database is not empty: the demo fills only an empty one")]
    NotEmpty,
    /// The database's address cannot be used.
    #[error("the database address is not usable: {0}")]
    Address(String),
}

impl Error {
    /// What people are told; an error whose cause belongs into the log comes back.
    ///
    /// # Errors
    ///
    /// The error itself, when it is nothing a reader can do something about.
    pub fn for_people(self) -> Result<AppError, Self> {
        match self {
            Self::App(error) => Ok(error),
            Self::Database(error) if is_out_of_reach(&error) => {
                tracing::warn!(error = %chain(&error), "the database is out of reach");
                Ok(AppError::Unavailable)
            }
            other => Err(other),
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        Self::App(denial.into())
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::App(conflict.into())
    }
}

impl From<Vec<Problem>> for Error {
    fn from(problems: Vec<Problem>) -> Self {
        Self::App(problems.into())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::App(vec![problem].into())
    }
}

/// An error with its causes, as one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A new incident number: eight letters and digits that cannot be mistaken for each other.
pub fn incident() -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut rng = rand::rng();
    (0..8).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect()
}

/// Whether a later try may succeed without anyone mending anything: connection lost, pool exhausted, database locked,
/// server starting or stopping.
fn is_out_of_reach(error: &DbErr) -> bool {
    use sea_orm::sqlx::Error as Sqlx;
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            match cause.as_ref() {
                Sqlx::Io(_) | Sqlx::PoolTimedOut | Sqlx::PoolClosed | Sqlx::WorkerCrashed | Sqlx::Protocol(_) => true,
                // PostgreSQL: class 57 operator intervention, 53 insufficient resources, 08 connection exception,
                // 40001 and 40P01 to be tried again; SQLite: 5 busy, 517 busy snapshot, 13 full, 10 I/O (and extensions).
                Sqlx::Database(cause) => cause.code().is_some_and(|code| {
                    ["57", "53", "08"].iter().any(|class| code.len() == 5 && code.starts_with(class))
                        || ["40001", "40P01"].contains(&code.as_ref())
                        || code
                            .parse::<u32>()
                            .is_ok_and(|code| code < 10_000 && [5, 6, 10, 13].contains(&(code & 0xff)))
                }),
                _ => false,
            }
        }
        _ => false,
    }
}
