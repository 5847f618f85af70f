//! The tables: up and down, several servers at once, and what they refuse by themselves.

use crate::postgres::PostgresDatabase;
use crate::world::{World, form};
use migration::{Migrator, MigratorTrait};
use sea_orm::DbBackend;
use services::Database;
use uuid::Uuid;

async fn tables(world: &World) -> i64 {
    let sql = match world.rows.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT count(*) FROM information_schema.tables
                        WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'"
        }
        _ => {
            "SELECT count(*) FROM sqlite_master
                        WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'seaql_migrations'"
        }
    };
    world.one(sql, []).await
}

on_both! {
    async fn the_tables_go_down_to_nothing_and_up_again(world: World) {
        let all = tables(&world).await;
        assert!(all >= 15, "{all}");
        let database = Database::connect(&world.url).await.unwrap();
        assert!(database.is_current().await.unwrap() && !database.is_empty().await.unwrap());
        Migrator::down(&world.rows, None).await.unwrap();
        assert_eq!(tables(&world).await, 0);
        assert!(!database.is_current().await.unwrap());
        database.migrate().await.unwrap();
        assert_eq!(tables(&world).await, all);
        assert!(database.is_current().await.unwrap() && database.is_empty().await.unwrap());
        database.migrate().await.unwrap();
        // One step at a time, too.
        for _ in Migrator::migrations() {
            Migrator::down(&world.rows, Some(1)).await.unwrap();
        }
        assert_eq!(tables(&world).await, 0);
        for _ in Migrator::migrations() {
            Migrator::up(&world.rows, Some(1)).await.unwrap();
        }
        assert_eq!(tables(&world).await, all);
    }

    async fn a_database_nobody_has_migrated_is_not_current(world: World) {
        world.run("DROP TABLE seaql_migrations", []).await;
        assert!(!world.services.database().is_current().await.unwrap());
    }

    async fn a_second_pending_line_for_one_person_is_refused_by_the_table(world: World) {
        world.pending().await;
        let copy = "INSERT INTO request_line (id, access_request_id, account_id, member_id, state, open_until,
                        decided_at, decided_by, note, created_at)
                    SELECT $1, access_request_id, account_id, member_id, $2, open_until,
                        $3, $4, note, created_at FROM request_line LIMIT 1";
        let now = world.clock.now();
        let id = || Uuid::now_v7().into();
        let nobody = None::<Uuid>;
        assert!(
            world.try_run(copy, [id(), "pending".into(), None::<domain::Moment>.into(), nobody.into()]).await.is_err()
        );
        assert!(
            world.try_run(copy, [id(), "declined".into(), Some(now).into(), nobody.into()]).await.is_err(),
            "decided by nobody"
        );
        assert!(
            world.try_run(copy, [id(), "pending".into(), Some(now).into(), nobody.into()]).await.is_err(),
            "decided and pending"
        );
        assert!(world.try_run(copy, [id(), "unheard_of".into(), Some(now).into(), nobody.into()]).await.is_err());
        let olga = Some(world.olga.member.0);
        assert!(world.try_run(copy, [id(), "declined".into(), Some(now).into(), olga.into()]).await.is_ok());
        assert!(
            world.try_run(copy, [id(), "accepted".into(), Some(now).into(), olga.into()]).await.is_err(),
            "accepted without a grant"
        );
    }

    async fn a_second_live_partnership_of_two_companies_is_refused_by_the_table(world: World) {
        let copy = "INSERT INTO partnership (id, host_workspace_id, guest_workspace_id, owner_member_id, state,
                        highest_role, reason_required, open_days, created_at)
                    SELECT $1, host_workspace_id, guest_workspace_id, owner_member_id, $2,
                        highest_role, reason_required, open_days, created_at FROM partnership LIMIT 1";
        for live in ["proposed", "awaiting_guest", "active", "suspended"] {
            assert!(world.try_run(copy, [Uuid::now_v7().into(), live.into()]).await.is_err(), "{live}");
        }
        for over in ["declined", "withdrawn", "lapsed", "removed", "ended"] {
            assert!(world.try_run(copy, [Uuid::now_v7().into(), over.into()]).await.is_ok(), "{over}");
        }
        let with_oneself = "UPDATE partnership SET guest_workspace_id = host_workspace_id";
        assert!(world.try_run(with_oneself, []).await.is_err());
    }

    async fn grants_that_cannot_be_are_refused_by_the_table(world: World) {
        let grant = "INSERT INTO access_grant (id, account_id, member_id, role, source, account_share_id, state,
                    created_at) VALUES ($1, $2, $3, $4, $5, $6, 'active', $7)";
        let share = Some(world.share.0);
        for (role, source, share, fits) in [
            ("owner", "owner", None, true),
            ("owner", "share", share, false),
            ("account_manager", "direct", None, false),
            ("account_manager", "share", share, true),
            ("collaborator", "request", None, false),
            ("collaborator", "request", share, true),
            ("boss", "direct", None, false),
        ] {
            let values = [
                Uuid::now_v7().into(),
                world.account.into(),
                world.ben.member.into(),
                role.into(),
                source.into(),
                share.into(),
                world.clock.now().into(),
            ];
            assert_eq!(world.try_run(grant, values).await.is_ok(), fits, "{role} {source}");
        }
        let ended = "UPDATE access_grant SET state = 'revoked' WHERE member_id = $1";
        assert!(world.try_run(ended, [world.ben.member.into()]).await.is_err(), "revoked at no time");
    }

    async fn people_and_workspaces_that_cannot_be_are_refused_by_the_tables(world: World) {
        let second_owner = "UPDATE member SET role = 'owner' WHERE id = $1";
        assert!(world.try_run(second_owner, [world.ada.member.into()]).await.is_err());
        assert!(world.try_run(second_owner, [world.tess.member.into()]).await.is_ok());
        let same_address = r#"UPDATE "user" SET email_folded = $1 WHERE id = $2"#;
        assert!(world.try_run(same_address, [world.mia.email.clone().into(), world.max.user.into()]).await.is_err());
        let twice = "UPDATE member SET user_id = $1 WHERE id = $2";
        assert!(world.try_run(twice, [world.mia.user.into(), world.max.member.into()]).await.is_err());
        let nobodys = "UPDATE account SET workspace_id = $1";
        assert!(world.try_run(nobodys, [Uuid::now_v7().into()]).await.is_err(), "foreign keys hold");
        assert!(world.try_run("UPDATE workspace SET name = ''", []).await.is_err());
    }

    async fn one_key_makes_one_request_of_one_requester(world: World) {
        let form = form(&[&world.ann]);
        world.send(&world.mia, &form).await.unwrap();
        let copy = "INSERT INTO access_request (id, account_id, account_share_id, requester_id, idempotency_key,
                        role, reason, refused, created_at)
                    SELECT $1, account_id, account_share_id, $2, idempotency_key,
                        role, reason, refused, created_at FROM access_request LIMIT 1";
        assert!(world.try_run(copy, [Uuid::now_v7().into(), world.mia.member.into()]).await.is_err());
        assert!(world.try_run(copy, [Uuid::now_v7().into(), world.max.member.into()]).await.is_ok());
    }
}

mod on_postgres_alone {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn servers_that_start_at_once_do_not_clash() {
        let Some(empty) = PostgresDatabase::empty().await else { return };
        let mut servers = Vec::new();
        for _ in 0..4 {
            let database = Database::connect(&empty.url()).await.unwrap();
            servers.push(tokio::spawn(async move {
                let migrated = database.migrate().await;
                let current = database.is_current().await;
                database.close().await.unwrap();
                (migrated, current)
            }));
        }
        for server in servers {
            let (migrated, current) = server.await.unwrap();
            assert!(migrated.is_ok(), "{migrated:?}");
            assert!(current.unwrap());
        }
        empty.remove().await;
    }
}
