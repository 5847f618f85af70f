//! An outbox of one's own for each test, on SQLite and, when there is a server, on PostgreSQL.
#![allow(dead_code, clippy::unwrap_used, reason = "shared by several test programs; a test may break off")]

use crate::postgres::PostgresDatabase;
use chrono::TimeDelta;
use domain::{Moment, OutboxEmailId};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use services::mail::{Mailer, Memory, Transport, Worker};
use services::{Clock, Database};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::Notify;
use uuid::Uuid;

/// A fresh outbox, and a clock that stands still.
pub(crate) struct Outbox {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) wake: Arc<Notify>,
    url: String,
    rows: DatabaseConnection,
    _folder: Option<TempDir>,
}

/// A row as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) state: String,
    pub(crate) attempts: i32,
    pub(crate) due_at: Moment,
    pub(crate) leased_until: Option<Moment>,
    pub(crate) last_error: Option<String>,
    pub(crate) finished_at: Option<Moment>,
}

impl Outbox {
    /// One on SQLite; and one on PostgreSQL where there is a server.
    pub(crate) async fn on_each_database() -> Vec<Self> {
        let mut outboxes = vec![Self::on_sqlite().await];
        if let Some(database) = PostgresDatabase::empty().await {
            outboxes.push(Self::open(database.url(), None).await);
        }
        outboxes
    }

    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("latchkey.db").display());
        Self::open(url, Some(folder)).await
    }

    async fn open(url: String, folder: Option<TempDir>) -> Self {
        let database = Database::connect(&url).await.unwrap();
        database.migrate().await.unwrap();
        let rows = sea_orm::Database::connect(&url).await.unwrap();
        let clock = Clock::manual("2026-11-23T10:00:00Z".parse().unwrap());
        Self { database, clock, wake: Arc::new(Notify::new()), url, rows, _folder: folder }
    }

    /// A mail due now, as a change leaves it.
    pub(crate) async fn put(&self, to_address: &str) -> OutboxEmailId {
        let id = OutboxEmailId(Uuid::now_v7());
        let now = self.clock.now();
        self.execute(
            "INSERT INTO outbox_email (id, state, to_name, to_address, subject, text_body, html_body, attempts, due_at, created_at)
             VALUES ($1, 'waiting', 'Zoë', $2, 'Access to Café', 'Hello Zoë', '<p>Hello Zoë</p>', 0, $3, $4)",
            [id.into(), to_address.into(), now.into(), now.into()],
        )
        .await;
        id
    }

    /// A row as it stands.
    pub(crate) async fn row(&self, id: OutboxEmailId) -> Row {
        let sql =
            "SELECT state, attempts, due_at, leased_until, last_error, finished_at FROM outbox_email WHERE id = $1";
        let row = self.rows.query_one_raw(self.statement(sql, [id.into()])).await.unwrap().unwrap();
        Row {
            state: row.try_get("", "state").unwrap(),
            attempts: row.try_get("", "attempts").unwrap(),
            due_at: row.try_get("", "due_at").unwrap(),
            leased_until: row.try_get("", "leased_until").unwrap(),
            last_error: row.try_get("", "last_error").unwrap(),
            finished_at: row.try_get("", "finished_at").unwrap(),
        }
    }

    /// Changes rows behind the worker's back.
    pub(crate) async fn execute(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> u64 {
        self.rows.execute_raw(self.statement(sql, values)).await.unwrap().rows_affected()
    }

    fn statement(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.rows.get_database_backend(), sql, values)
    }

    /// Another server's connections to the same database.
    pub(crate) async fn another_server(&self) -> Database {
        Database::connect(&self.url).await.unwrap()
    }

    pub(crate) fn worker(&self, transport: Transport) -> Worker {
        Worker::new(self.database.clone(), mailer(transport), self.clock.clone(), Arc::clone(&self.wake))
    }

    /// A worker that keeps what it sends.
    pub(crate) fn remembering_worker(&self) -> (Worker, Memory) {
        let memory = Memory::default();
        (self.worker(Transport::Memory(memory.clone())), memory)
    }

    /// Time passes until the row is due.
    pub(crate) async fn wait_until_due(&self, id: OutboxEmailId) {
        self.clock.not_before(self.row(id).await.due_at);
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }
}

pub(crate) fn mailer(transport: Transport) -> Mailer {
    let site = url::Url::parse("https://latchkey.example").unwrap();
    Mailer::new(transport, "Latchkey <latchkey@example.com>", &site).unwrap()
}
