//! The use cases, against real databases: each test on SQLite and on PostgreSQL, in a database of its own.
//!
//! PostgreSQL is the server that `LATCHKEY_TEST_POSTGRES_URL` names; `cargo xtask test` starts one. Without it those
//! tests say that they were skipped.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test may break off")]
#![allow(unreachable_pub, reason = "everything here is for this program alone")]

/// Writes each test down twice: as `sqlite::name` and as `postgres::name`.
macro_rules! on_both {
    ($( $(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block )+) => {
        $( $(#[$meta])* async fn $name($world: $crate::world::World) $body )+

        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    $crate::world::on_sqlite(super::$name).await;
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    $crate::world::on_postgres(super::$name).await;
                }
            )+
        }
    };
}

#[path = "use_cases/access_given.rs"]
mod access_given;
#[path = "use_cases/access_grant.rs"]
mod access_grant;
#[path = "use_cases/access_request.rs"]
mod access_request;
#[path = "use_cases/account.rs"]
mod account;
#[path = "use_cases/account_import.rs"]
mod account_import;
#[path = "use_cases/account_life.rs"]
mod account_life;
#[path = "use_cases/account_share.rs"]
mod account_share;
#[path = "use_cases/activity.rs"]
mod activity;
#[path = "use_cases/activity_list.rs"]
mod activity_list;
#[path = "use_cases/activity_record.rs"]
mod activity_record;
#[path = "use_cases/backup.rs"]
mod backup;
#[path = "use_cases/credential.rs"]
mod credential;
#[path = "use_cases/decision.rs"]
mod decision;
#[path = "use_cases/extension.rs"]
mod extension;
#[path = "use_cases/invitation.rs"]
mod invitation;
#[path = "use_cases/key.rs"]
mod key;
#[path = "use_cases/live.rs"]
mod live;
#[path = "use_cases/mail_choice.rs"]
mod mail_choice;
#[path = "use_cases/member.rs"]
mod member;
#[path = "use_cases/migration.rs"]
mod migration;
#[path = "use_cases/notification.rs"]
mod notification;
#[path = "use_cases/partnership.rs"]
mod partnership;
#[path = "use_cases/password.rs"]
mod password;
#[path = "database/postgres.rs"]
mod postgres;
#[path = "use_cases/profile.rs"]
mod profile;
#[path = "use_cases/refusal.rs"]
mod refusal;
#[path = "use_cases/request_list.rs"]
mod request_list;
#[path = "use_cases/ruling.rs"]
mod ruling;
#[path = "use_cases/second_factor.rs"]
mod second_factor;
#[path = "use_cases/session.rs"]
mod session;
#[path = "database/vault.rs"]
mod vault;
#[path = "use_cases/workspace.rs"]
mod workspace;
#[path = "use_cases/world.rs"]
mod world;
