//! Reading rows by the million: each value where the database has put it.
//!
//! An ordinary query hands every row over with a copy of each of its values, which takes microseconds: nothing on a page, and
//! most of the time where all events there are get verified. Here SQLite is read through rusqlite, which lends the values of
//! the row that a statement stands on, and PostgreSQL through `COPY … TO STDOUT` in its binary format.

use super::{Database, LONGEST_WAIT, statement};
use crate::Error;
use chrono::DateTime;
use futures::TryStreamExt;
use rusqlite::types::ValueRef;
use rusqlite::{Connection as SqliteConnection, OpenFlags};
use sea_orm::sqlx::postgres::{PgConnection, PgPool};
use sea_orm::sqlx::{self, Executor};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, RuntimeErr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Microseconds from 1970, from which the program counts, to 2000, from which PostgreSQL does.
const POSTGRES_BEGINS: i64 = 946_684_800_000_000;
/// How a binary copy begins: its signature, flags, and the length of what would follow for later versions of it.
/// <https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4>
const COPY_HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What a question here wants of PostgreSQL: to go along an index, row for row, looking up what belongs to each. Left to itself
/// it reads all of the other table and sorts, once for each of the many questions.
const ROW_FOR_ROW: &str = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off;
    SET enable_sort = off; SET max_parallel_workers_per_gather = 0; SET jit = off";
/// Columns that a row may have.
const MOST_COLUMNS: usize = 32;

/// Reads many rows of a database. Cheap to clone; its connections are its own, and are kept until the last clone is gone.
#[derive(Clone)]
pub(crate) struct Scanner(Source);

#[derive(Clone)]
enum Source {
    Sqlite { file: Arc<PathBuf>, idle: Idle<SqliteConnection> },
    Postgres { pool: PgPool, idle: Idle<PgConnection> },
}

/// Connections that wait for the next question. One that has failed does not come back.
type Idle<C> = Arc<Mutex<Vec<C>>>;

fn take<C>(idle: &Idle<C>) -> Option<C> {
    idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn give_back<C>(idle: &Idle<C>, connection: C) {
    idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
}

/// A row, whose columns are counted from 0.
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r [Option<&'r [u8]>]),
}

/// A value is not of the kind that it was to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OtherKind;

impl Row<'_> {
    /// A whole number, or nothing.
    pub(crate) fn number(&self, column: usize) -> Result<Option<i64>, OtherKind> {
        match self {
            Self::Sqlite(row) => match row.get_ref(column) {
                Ok(ValueRef::Integer(number)) => Ok(Some(number)),
                Ok(ValueRef::Null) => Ok(None),
                _ => Err(OtherKind),
            },
            Self::Postgres(row) => bytes_of(row, column)?
                .map(|bytes| bytes.try_into().map(i64::from_be_bytes).map_err(|_| OtherKind))
                .transpose(),
        }
    }

    /// A time that the program has written, in microseconds since 1970.
    pub(crate) fn time(&self, column: usize) -> Result<i64, OtherKind> {
        match self {
            Self::Sqlite(_) => as_written(self.text(column)?).ok_or(OtherKind),
            Self::Postgres(_) => self.number(column)?.and_then(|at| at.checked_add(POSTGRES_BEGINS)).ok_or(OtherKind),
        }
    }

    /// An id, or nothing.
    pub(crate) fn id(&self, column: usize) -> Result<Option<Uuid>, OtherKind> {
        let bytes = match self {
            Self::Sqlite(row) => match row.get_ref(column) {
                Ok(ValueRef::Blob(bytes)) => Some(bytes),
                Ok(ValueRef::Null) => None,
                _ => return Err(OtherKind),
            },
            Self::Postgres(row) => bytes_of(row, column)?,
        };
        bytes.map(|bytes| Uuid::from_slice(bytes).map_err(|_| OtherKind)).transpose()
    }

    /// A text.
    pub(crate) fn text(&self, column: usize) -> Result<&str, OtherKind> {
        let bytes = match self {
            Self::Sqlite(row) => match row.get_ref(column) {
                Ok(ValueRef::Text(bytes)) => bytes,
                _ => return Err(OtherKind),
            },
            Self::Postgres(row) => bytes_of(row, column)?.ok_or(OtherKind)?,
        };
        str::from_utf8(bytes).map_err(|_| OtherKind)
    }
}

/// The microseconds since 1970 of a time that stands in SQLite as sqlx writes it, such as `2026-11-27T20:21:30.123456+00:00`. In
/// another spelling it would not be in its place in an order of texts, which is how SQLite compares them.
pub(crate) fn as_written(text: &str) -> Option<i64> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    let nanoseconds = at.timestamp_subsec_nanos();
    let length = match nanoseconds {
        0 => "2026-11-27T20:21:30+00:00".len(),
        _ if nanoseconds % 1_000_000 == 0 => "2026-11-27T20:21:30.123+00:00".len(),
        _ => "2026-11-27T20:21:30.123456+00:00".len(),
    };
    // A leap second is one of more than a thousand million nanoseconds.
    let in_microseconds = nanoseconds % 1_000 == 0 && nanoseconds < 1_000_000_000;
    let spelled = text.len() == length && text.as_bytes().get(10) == Some(&b'T') && text.ends_with("+00:00");
    (in_microseconds && spelled).then(|| at.timestamp_micros())
}

fn bytes_of<'r>(row: &[Option<&'r [u8]>], column: usize) -> Result<Option<&'r [u8]>, OtherKind> {
    row.get(column).copied().ok_or(OtherKind)
}

impl Database {
    /// To read many rows with.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database does not answer, [`Error::Address`] when it is in memory alone.
    pub(crate) async fn scanner(&self) -> Result<Scanner, Error> {
        let read = self.read();
        if read.get_database_backend() == DbBackend::Postgres {
            let pool = read.get_postgres_connection_pool().clone();
            return Ok(Scanner(Source::Postgres { pool, idle: Idle::default() }));
        }
        let sql = "SELECT file FROM pragma_database_list WHERE name = 'main'";
        let row = read.query_one_raw(statement(read, sql, [])).await?;
        let file = row.map(|row| row.try_get::<String>("", "file")).transpose()?.filter(|file| !file.is_empty());
        let file = file.ok_or_else(|| Error::Address("a database in memory cannot be read twice".to_owned()))?;
        Ok(Scanner(Source::Sqlite { file: Arc::new(file.into()), idle: Idle::default() }))
    }
}

impl Scanner {
    /// Asks questions, all of them of the same state of the database, and hands each of their rows to `read`, with the number
    /// of its question. Not for what people have typed: a question is the whole statement.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub(crate) async fn scan<T: Send + 'static, const N: usize>(
        &self,
        questions: [String; N],
        mut into: T,
        read: fn(&mut T, usize, &Row<'_>),
    ) -> Result<T, Error> {
        match &self.0 {
            Source::Sqlite { file, idle } => {
                let (file, idle) = (file.clone(), idle.clone());
                let task = tokio::task::spawn_blocking(move || {
                    let connection = take(&idle).map_or_else(|| open(&file), Ok).map_err(failed)?;
                    scan_sqlite(&connection, &questions, |question, row| read(&mut into, question, row))
                        .map_err(failed)?;
                    give_back(&idle, connection);
                    Ok(into)
                });
                task.await?
            }
            Source::Postgres { pool, idle } => {
                let mut connection = match take(idle) {
                    Some(connection) => connection,
                    None => connect(pool).await.map_err(refused)?,
                };
                let copies = copies(&mut connection, &questions).await.map_err(refused)?;
                give_back(idle, connection);
                // Taking them apart may be long work.
                let task = tokio::task::spawn_blocking(move || {
                    for (question, copy) in copies.iter().enumerate() {
                        rows_of(copy, |row| read(&mut into, question, row)).ok_or_else(cut_off)?;
                    }
                    Ok(into)
                });
                task.await?
            }
        }
    }
}

fn failed(error: rusqlite::Error) -> Error {
    Error::Database(DbErr::Custom(error.to_string()))
}

fn refused(error: sqlx::Error) -> Error {
    Error::Database(DbErr::Query(RuntimeErr::SqlxError(error.into())))
}

fn cut_off() -> Error {
    Error::Database(DbErr::Custom("a copy of rows cannot be taken apart".to_owned()))
}

fn open(file: &Path) -> rusqlite::Result<SqliteConnection> {
    // No thread shares it with another.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = SqliteConnection::open_with_flags(file, flags)?;
    connection.busy_timeout(LONGEST_WAIT)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    Ok(connection)
}

fn scan_sqlite(
    connection: &SqliteConnection,
    questions: &[String],
    mut read: impl FnMut(usize, &Row<'_>),
) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for (number, question) in questions.iter().enumerate() {
        let mut asked = transaction.prepare(question)?;
        let mut rows = asked.query([])?;
        while let Some(row) = rows.next()? {
            read(number, &Row::Sqlite(row));
        }
    }
    transaction.commit()
}

/// A connection that does not go back to the others.
async fn connect(pool: &PgPool) -> sqlx::Result<PgConnection> {
    let mut connection = pool.acquire().await?.detach();
    connection.execute(ROW_FOR_ROW).await?;
    Ok(connection)
}

async fn copies(connection: &mut PgConnection, questions: &[String]) -> sqlx::Result<Vec<Vec<u8>>> {
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let mut copies = Vec::with_capacity(questions.len());
    for question in questions {
        let mut pieces = connection.copy_out_raw(&format!("COPY ({question}) TO STDOUT (FORMAT binary)")).await?;
        let mut copy = Vec::new();
        while let Some(piece) = pieces.try_next().await? {
            copy.extend_from_slice(&piece);
        }
        copies.push(copy);
    }
    connection.execute("COMMIT").await?;
    Ok(copies)
}

/// Hands over the rows of a binary copy; none when it is not one to its end.
fn rows_of(copy: &[u8], mut read: impl FnMut(&Row<'_>)) -> Option<()> {
    let mut left = copy.strip_prefix(COPY_HEAD)?;
    loop {
        let count = i16::from_be_bytes(*split(&mut left)?);
        if count == -1 {
            return left.is_empty().then_some(());
        }
        let count = usize::try_from(count).ok()?;
        let mut values = [None; MOST_COLUMNS];
        for value in values.get_mut(..count)? {
            let length = i32::from_be_bytes(*split(&mut left)?);
            if length != -1 {
                let (bytes, rest) = left.split_at_checked(usize::try_from(length).ok()?)?;
                (*value, left) = (Some(bytes), rest);
            }
        }
        read(&Row::Postgres(values.get(..count)?));
    }
}

fn split<'c, const N: usize>(left: &mut &'c [u8]) -> Option<&'c [u8; N]> {
    let (first, rest) = left.split_first_chunk()?;
    *left = rest;
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(copy: &[u8]) -> Option<Vec<Vec<Option<Vec<u8>>>>> {
        let mut rows = Vec::new();
        rows_of(copy, |row| {
            let Row::Postgres(row) = row else { panic!("a row of SQLite") };
            rows.push(row.iter().map(|value| value.map(<[u8]>::to_vec)).collect());
        })?;
        Some(rows)
    }

    #[test]
    fn a_copy_is_taken_apart_and_whatever_is_cut_off_is_none() {
        let mut copy = COPY_HEAD.to_vec();
        copy.extend([0, 2, 0, 0, 0, 3, 7, 8, 9, 0xff, 0xff, 0xff, 0xff]);
        copy.extend([0, 1, 0, 0, 0, 0]);
        copy.extend([0xff, 0xff]);
        assert_eq!(read(&copy), Some(vec![vec![Some(vec![7, 8, 9]), None], vec![Some(vec![])]]));
        for length in 0..copy.len() {
            assert_eq!(read(&copy[..length]), None, "{length}");
        }
        copy.push(0);
        assert_eq!(read(&copy), None, "something stands after the end");
    }

    #[test]
    fn a_time_has_one_spelling() {
        for (text, microseconds) in [
            ("2026-11-27T20:21:30+00:00", 0),
            ("2026-11-27T20:21:30.120+00:00", 120_000),
            ("2026-11-27T20:21:30.000001+00:00", 1),
        ] {
            assert_eq!(as_written(text), Some(1_795_810_890_000_000 + microseconds), "{text}");
        }
        for text in [
            "2026-11-27 20:21:30+00:00",
            "2026-11-27t20:21:30+00:00",
            "2026-11-27T20:21:30Z",
            "2026-11-27T20:21:30-00:00",
            "2026-11-27T21:21:30+01:00",
            "2026-11-27T20:21:30.0+00:00",
            "2026-11-27T20:21:30.12+00:00",
            "2026-11-27T20:21:30.120000+00:00",
            "2026-11-27T20:21:30.123456000+00:00",
            "2026-11-27T20:21:30.123456789+00:00",
            "2026-11-27T23:59:60+00:00",
        ] {
            assert_eq!(as_written(text), None, "{text}");
        }
    }

    #[test]
    fn a_copy_with_more_columns_than_there_is_room_for_is_none() {
        let columns = i16::try_from(MOST_COLUMNS).unwrap() + 1;
        let copy = [COPY_HEAD, &columns.to_be_bytes(), &[0xff; 4 * (MOST_COLUMNS + 1)], &[0xff, 0xff]].concat();
        assert_eq!(read(&copy), None);
    }
}
