//! Rows by the million: COPY on PostgreSQL; on SQLite as a JSON list to a statement, since to bind values one by one would
//! take longer than everything else.

use chrono::SecondsFormat;
use domain::Moment;
use sea_orm::sqlx::{AssertSqlSafe, Executor, PgPool};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement, TransactionTrait, Value};
use std::fmt::Write as _;
use uuid::Uuid;

/// Bytes sent to the database at a time.
const BYTES_PER_PIECE: usize = 1 << 18;

/// A value in a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'c> {
    Id(Uuid),
    /// An id, or nothing.
    Perhaps(Option<Uuid>),
    Text(&'c str),
    Time(Moment),
}

impl From<Cell<'_>> for Value {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Id(id) => id.into(),
            Cell::Perhaps(id) => id.into(),
            Cell::Text(text) => text.into(),
            Cell::Time(time) => time.into(),
        }
    }
}

/// A table that is filled: some of its columns with the same value in each row.
pub(super) struct Table<'t, const ALIKE: usize, const COLUMNS: usize> {
    pub(super) name: &'t str,
    pub(super) alike: [(&'t str, Cell<'t>); ALIKE],
    pub(super) columns: [&'t str; COLUMNS],
}

impl<const ALIKE: usize, const COLUMNS: usize> Table<'_, ALIKE, COLUMNS> {
    /// Puts rows into the table, in a transaction of its own.
    pub(super) async fn fill<'c>(
        &self,
        connection: &DatabaseConnection,
        rows: impl Iterator<Item = [Cell<'c>; COLUMNS]>,
    ) -> Result<(), DbErr> {
        if connection.get_database_backend() == DbBackend::Postgres {
            let copied = self.copy(connection.get_postgres_connection_pool(), rows).await;
            copied.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
        } else {
            self.insert(connection, rows).await
        }
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.alike.iter().map(|(name, _)| *name).chain(self.columns).collect();
        names.join(", ")
    }

    async fn insert<'c>(
        &self,
        connection: &DatabaseConnection,
        rows: impl Iterator<Item = [Cell<'c>; COLUMNS]>,
    ) -> Result<(), DbErr> {
        let mut rows = rows.peekable();
        let Some(first) = rows.peek() else { return Ok(()) };
        let alike = (1..=ALIKE).map(|place| format!("?{place}"));
        let own = first.iter().enumerate().map(|(place, cell)| match cell {
            Cell::Id(_) | Cell::Perhaps(_) => format!("unhex(value ->> {place})"),
            Cell::Text(_) | Cell::Time(_) => format!("value ->> {place}"),
        });
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM json_each(?{})",
            self.name,
            self.names(),
            alike.chain(own).collect::<Vec<_>>().join(", "),
            ALIKE + 1
        );
        let transaction = connection.begin().await?;
        let send = async |mut list: String| {
            list.push(']');
            let values = self.alike.iter().map(|(_, cell)| Value::from(*cell)).chain([list.into()]);
            transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, &sql, values)).await
        };
        let mut list = String::from("[");
        for row in rows {
            let separator = if list.len() > 1 { ",[" } else { "[" };
            list.push_str(separator);
            for (place, cell) in row.into_iter().enumerate() {
                if place > 0 {
                    list.push(',');
                }
                cell.listed(&mut list);
            }
            list.push(']');
            if list.len() >= BYTES_PER_PIECE {
                send(std::mem::replace(&mut list, String::from("["))).await?;
            }
        }
        if list.len() > 1 {
            send(list).await?;
        }
        transaction.commit().await
    }

    async fn copy<'c>(
        &self,
        pool: &PgPool,
        rows: impl Iterator<Item = [Cell<'c>; COLUMNS]>,
    ) -> Result<(), sea_orm::sqlx::Error> {
        let mut connection = pool.acquire().await?;
        connection.execute("SET statement_timeout = 0").await?;
        let mut copy = connection.copy_in_raw(&format!("COPY {} ({}) FROM STDIN", self.name, self.names())).await?;
        let mut piece = String::with_capacity(BYTES_PER_PIECE + 1_024);
        for row in rows {
            let cells = self.alike.iter().map(|(_, cell)| *cell).chain(row);
            for (place, cell) in cells.enumerate() {
                if place > 0 {
                    piece.push('\t');
                }
                cell.copied(&mut piece);
            }
            piece.push('\n');
            if piece.len() >= BYTES_PER_PIECE {
                copy.send(piece.as_bytes()).await?;
                piece.clear();
            }
        }
        copy.send(piece.as_bytes()).await?;
        copy.finish().await?;
        connection.execute("RESET statement_timeout").await?;
        Ok(())
    }
}

impl Cell<'_> {
    /// As a text in a JSON list, or nothing.
    fn listed(self, into: &mut String) {
        // A formatted string always fits into another.
        let _ = match self {
            Self::Id(id) | Self::Perhaps(Some(id)) => write!(into, "\"{}\"", id.simple()),
            Self::Perhaps(None) => write!(into, "null"),
            // As sqlx writes times, which are compared as text.
            Self::Time(time) => write!(into, "\"{}\"", time.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
            Self::Text(text) => {
                into.push('"');
                for c in text.chars() {
                    match c {
                        '"' | '\\' => into.extend(['\\', c]),
                        c if c.is_control() => into.push(' '),
                        c => into.push(c),
                    }
                }
                into.push('"');
                Ok(())
            }
        };
    }

    /// In the form that COPY reads.
    fn copied(self, into: &mut String) {
        // A formatted string always fits into another.
        let _ = match self {
            Self::Id(id) | Self::Perhaps(Some(id)) => write!(into, "{id}"),
            Self::Perhaps(None) => write!(into, "\\N"),
            Self::Time(time) => write!(into, "{}", time.to_rfc3339()),
            Self::Text(text) => {
                escape(text, into);
                Ok(())
            }
        };
    }
}

/// Text in the form that COPY reads.
fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '\\' => into.push_str("\\\\"),
            '\t' => into.push_str("\\t"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            c => into.push(c),
        }
    }
}

/// Takes an index away while a table is filled; [`Unindexed::restore`] makes it again as it was, which is faster than to
/// keep it while rows come in another order than its own.
pub(super) struct Unindexed {
    definition: String,
}

impl Unindexed {
    pub(super) async fn drop(connection: &DatabaseConnection, index: &str) -> Result<Self, DbErr> {
        let backend = connection.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => "SELECT indexdef AS definition FROM pg_indexes WHERE indexname = $1",
            _ => "SELECT sql AS definition FROM sqlite_master WHERE type = 'index' AND name = $1",
        };
        let row = connection.query_one_raw(Statement::from_sql_and_values(backend, sql, [index.into()])).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound(format!("the index {index}")))?;
        let definition = row.try_get("", "definition")?;
        connection.execute_unprepared(&format!("DROP INDEX {index}")).await?;
        Ok(Self { definition })
    }

    pub(super) async fn restore(self, connection: &DatabaseConnection) -> Result<(), DbErr> {
        patiently(connection, &self.definition).await
    }
}

/// Runs a statement that may take longer than one of the server's.
async fn patiently(connection: &DatabaseConnection, sql: &str) -> Result<(), DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return connection.execute_unprepared(sql).await.map(drop);
    }
    let run = async {
        let mut connection = connection.get_postgres_connection_pool().acquire().await?;
        connection.execute("SET statement_timeout = 0").await?;
        // What is run is the definition of one of our own indexes, or stands in this file.
        connection.execute(AssertSqlSafe(sql.to_owned())).await?;
        connection.execute("RESET statement_timeout").await?;
        Ok(())
    };
    run.await.map_err(|error: sea_orm::sqlx::Error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
}

/// Does what PostgreSQL's autovacuum would do a few minutes later, so that what is measured right away is what will be.
/// SQLite knows nothing of the kind.
pub(super) async fn settle(connection: &DatabaseConnection) -> Result<(), DbErr> {
    match connection.get_database_backend() {
        DbBackend::Postgres => patiently(connection, "VACUUM ANALYZE").await,
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_not_an_empty_text() {
        let (mut listed, mut copied) = (String::new(), String::new());
        for cell in [Cell::Perhaps(None), Cell::Perhaps(Some(Uuid::nil())), Cell::Text("")] {
            cell.listed(&mut listed);
            cell.copied(&mut copied);
        }
        assert_eq!(listed, "null\"00000000000000000000000000000000\"\"\"");
        assert_eq!(copied, "\\N00000000-0000-0000-0000-000000000000");
    }

    #[test]
    fn text_for_copy_has_no_breaks() {
        let mut escaped = String::new();
        escape("a\\b\tc\nd\re", &mut escaped);
        assert_eq!(escaped, "a\\\\b\\tc\\nd\\re");
    }
}
