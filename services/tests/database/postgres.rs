//! PostgreSQL databases of one's own, for tests of any crate that can reach `services`.
//!
//! On the server that `LATCHKEY_TEST_POSTGRES_URL` names; `cargo xtask test` starts one. Without it the tests on PostgreSQL
//! say that they were skipped.
#![allow(dead_code, unreachable_pub, reason = "shared by several test programs, none of which needs everything")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may break off, and says what it leaves out")]

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, Statement};
use services::Database;
use std::hash::{DefaultHasher, Hash, Hasher};
use tokio::sync::OnceCell;

/// Where a PostgreSQL server is on which databases may be made.
const POSTGRES: &str = "LATCHKEY_TEST_POSTGRES_URL";

/// A database on the server of the tests.
pub struct PostgresDatabase {
    server: String,
    name: String,
}

impl PostgresDatabase {
    /// A migrated one; none where there is no server.
    pub async fn from_template() -> Option<Self> {
        let server = server()?;
        let template = postgres_template(&server).await;
        Some(Self::make(server, &format!("TEMPLATE {template}")).await)
    }

    /// One without tables; none where there is no server.
    pub async fn empty() -> Option<Self> {
        Some(Self::make(server()?, "").await)
    }

    async fn make(server: String, how: &str) -> Self {
        let name = format!("latchkey_{}", Uuid::now_v7().simple());
        let admin = admin(&server).await;
        admin.execute_unprepared(&format!("CREATE DATABASE {name} {how}")).await.unwrap();
        admin.close().await.unwrap();
        Self { server, name }
    }

    /// Another one with everything that is in this, to which nobody may be connected.
    pub async fn copy(&self) -> Self {
        Self::make(self.server.clone(), &format!("TEMPLATE {}", self.name)).await
    }

    pub fn url(&self) -> String {
        url_of(&self.server, &self.name)
    }

    pub async fn remove(self) {
        let admin = admin(&self.server).await;
        admin.execute_unprepared(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await.unwrap();
        admin.close().await.unwrap();
    }
}

fn server() -> Option<String> {
    let server = std::env::var(POSTGRES).ok();
    if server.is_none() {
        eprintln!("SKIPPED: {POSTGRES} is not set, so nothing was tried on PostgreSQL");
    }
    server
}

fn url_of(server: &str, database: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(database);
    url.into()
}

async fn admin(server: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(server);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

/// A migrated database to copy. It stays on the server for the next run of the same program.
async fn postgres_template(server: &str) -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let make = || async {
        let program = std::env::current_exe().unwrap();
        let built = program.metadata().unwrap().modified().unwrap();
        let hash = |what: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            what(&mut hasher);
            format!("{:016x}", hasher.finish())
        };
        let name = format!("latchkey_template_{}", hash(&|hasher| program.hash(hasher)));
        let stamp = hash(&|hasher| built.hash(hasher));
        let admin = admin(server).await;
        let ask = |sql: String| Statement::from_string(admin.get_database_backend(), sql);
        admin.execute_unprepared("SELECT pg_advisory_lock(20261123)").await.unwrap();
        let known = format!(
            "SELECT 1 AS one FROM pg_database
                        WHERE datname = '{name}' AND shobj_description(oid, 'pg_database') = '{stamp}'"
        );
        if admin.query_one_raw(ask(known)).await.unwrap().is_none() {
            admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
            admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
            let database = Database::connect(&url_of(server, &name)).await.unwrap();
            database.migrate().await.unwrap();
            database.close().await.unwrap();
            admin.execute_unprepared(&format!("COMMENT ON DATABASE {name} IS '{stamp}'")).await.unwrap();
        }
        admin.close().await.unwrap();
        name
    };
    TEMPLATE.get_or_init(make).await
}
