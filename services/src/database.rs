//! The database: SQLite by default, PostgreSQL by changing one setting.

pub(crate) mod scan;

use crate::Error;
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait, Value,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Readers that SQLite's write-ahead log serves beside its one writer.
const SQLITE_READERS: u32 = 4;
/// Connections one server opens to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a request waits for a connection, or for SQLite's writer, before it is answered "unavailable".
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Any number, the same in every server: who holds this advisory lock migrates.
const MIGRATION_LOCK: i64 = 0x6c61_7463_686b_6579;

/// Connections to the database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

impl Database {
    /// Connects to `sqlite://path` (the file is made when missing, for its owner alone) or `postgres://…`.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] for any other address, [`Error::Database`] when nobody answers there.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Self::connect_to_sqlite(url).await,
            Some("postgres" | "postgresql") => Self::connect_to_postgres(url).await,
            _ => Err(Error::Address("it has to begin with sqlite:// or postgres://".to_owned())),
        }
    }

    async fn connect_to_sqlite(url: &str) -> Result<Self, Error> {
        make_file(url);
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = if url.contains("mode=") { url.to_owned() } else { format!("{url}{separator}mode=rwc") };
        let write = sea_orm::Database::connect(sqlite_options(&url, 1, false)).await?;
        let read = sea_orm::Database::connect(sqlite_options(&url, SQLITE_READERS, true)).await?;
        Ok(Self { read, write })
    }

    async fn connect_to_postgres(url: &str) -> Result<Self, Error> {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(LONGEST_WAIT)
            .connect_timeout(LONGEST_WAIT)
            .sqlx_logging(false)
            .map_sqlx_postgres_opts(|options| {
                options.options([
                    ("timezone", "UTC"),
                    ("statement_timeout", "10000"),
                    ("idle_in_transaction_session_timeout", "10000"),
                ])
            });
        let pool = sea_orm::Database::connect(options).await?;
        Ok(Self { read: pool.clone(), write: pool })
    }

    /// The same database, and every statement it is asked from here on: to see what a page costs.
    pub fn watched(mut self) -> (Self, Statements) {
        let statements = Statements::default();
        for connection in [&mut self.read, &mut self.write] {
            let statements = statements.clone();
            connection.set_metric_callback(move |asked| statements.add(&asked.statement.sql));
        }
        (self, statements)
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// Brings the tables up to date. Several servers may call this at once: one migrates, the others wait for it.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when a migration fails; what had been applied before stays.
    pub async fn migrate(&self) -> Result<(), Error> {
        if self.backend() == DbBackend::Postgres {
            let lock = self.write.begin().await?;
            lock.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
            lock.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
            lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
            Migrator::up(&lock, None).await?;
            lock.commit().await?;
        } else {
            Migrator::up(&self.write, None).await?;
        }
        Ok(())
    }

    /// Whether the database answers and has every migration this program knows.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when it does not answer.
    pub async fn is_current(&self) -> Result<bool, Error> {
        let table = match self.backend() {
            DbBackend::Postgres => "SELECT to_regclass('seaql_migrations') IS NOT NULL AS found",
            _ => "SELECT count(*) > 0 AS found FROM sqlite_master WHERE name = 'seaql_migrations'",
        };
        let found = self.read.query_one_raw(statement(&self.read, table, [])).await?;
        if !found.is_some_and(|row| row.try_get::<bool>("", "found").unwrap_or(false)) {
            return Ok(false);
        }
        let count = statement(&self.read, "SELECT count(*) AS applied FROM seaql_migrations", []);
        let applied: i64 = match self.read.query_one_raw(count).await? {
            Some(row) => row.try_get("", "applied")?,
            None => 0,
        };
        Ok(usize::try_from(applied).is_ok_and(|applied| applied >= Migrator::migrations().len()))
    }

    /// Whether nobody has made a workspace yet.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when it does not answer, or has no tables.
    pub async fn is_empty(&self) -> Result<bool, Error> {
        let any = statement(&self.read, "SELECT 1 AS one FROM workspace LIMIT 1", []);
        Ok(self.read.query_one_raw(any).await?.is_none())
    }

    /// Closes every connection. Whoever asks for one afterwards is told that the database is out of reach.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when a connection cannot be closed.
    pub async fn close(&self) -> Result<(), Error> {
        self.read.close_by_ref().await?;
        Ok(self.write.close_by_ref().await?)
    }

    /// For queries outside a change.
    pub(crate) fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For housekeeping that is no change in the sense of the domain: sessions, attempts, leases, marks.
    pub(crate) fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Begins a transaction that will write. On SQLite it is the only one from here on.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.backend() == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.write.begin_with_options(options).await
    }
}

/// The statements that a database was asked, in order. Those that begin and end a transaction are not among them.
#[derive(Clone, Debug, Default)]
pub struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    fn add(&self, sql: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sql.to_owned());
    }

    /// Those since they were last taken.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Makes the file for its owner alone, which SQLite passes on to the files beside it. Where that fails, SQLite says why.
fn make_file(url: &str) {
    let Some(file) = url.strip_prefix("sqlite://").filter(|file| !file.contains('?')) else { return };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(file);
}

fn sqlite_options(url: &str, connections: u32, reads_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(connections)
        .acquire_timeout(LONGEST_WAIT)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |options| {
            let options = options
                .busy_timeout(LONGEST_WAIT)
                .foreign_keys(true)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("cache_size", "-16000")
                .pragma("temp_store", "MEMORY")
                .statement_cache_capacity(256)
                // Whoever reads many rows is not woken for every few of them.
                .row_buffer_size(1_024);
            // What is deleted is written over: no file keeps what nobody can ask for any more.
            if reads_only { options.pragma("query_only", "ON") } else { options.pragma("secure_delete", "ON") }
        });
    options
}

/// A statement for either database: `$1`, `$2`, … stand for the values.
///
/// Raw SQL is used where a question joins and groups over several tables: one statement that reads like the question
/// serves both databases, and its plan can be looked at.
pub(crate) fn statement(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), sql, values)
}
