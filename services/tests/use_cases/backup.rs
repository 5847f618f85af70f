//! Backups: written while others write, and restored.

use crate::vault::KEY;
use crate::world::{services_set, settings, start};
use domain::account::AccountForm;
use domain::credential::NewSecrets;
use domain::secret::Secret;
use domain::workspace::Founding;
use domain::{AccountId, IdempotencyKey};
use services::backup::{BackupError, IfAltered, restore};
use services::vault::{KeySource, new_key};
use services::{Ctx, Database};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tempfile::TempDir;
use uuid::Uuid;

fn key() -> KeySource {
    KeySource::Value(Secret::new(KEY))
}

async fn add(ctx: &Ctx, label: &str) -> AccountId {
    let form = AccountForm { label: label.to_owned(), app: "App".to_owned(), ..AccountForm::default() };
    let secrets = NewSecrets { password: Secret::new(format!("password of {label}")), ..NewSecrets::default() };
    ctx.add_account(IdempotencyKey(Uuid::now_v7()), &form, &secrets).await.unwrap().0
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

on_both! {
    async fn a_hundred_backups_during_writes_are_whole_and_restored(world: World) {
        if world.url.starts_with("postgres") {
            let refused = world.services.database().back_up(&folder().path().join("copy"), IfAltered::Refuse).await;
            assert!(matches!(refused, Err(BackupError::Postgres)));
            return;
        }
        let carl = world.ctx(&world.carl).await;
        let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let writer = tokio::spawn({
            let (services, stop, written) = (world.services.clone(), Arc::clone(&stop), Arc::clone(&written));
            async move {
                while !stop.load(Ordering::SeqCst) {
                    add(&carl, &format!("Written {}", written.fetch_add(1, Ordering::SeqCst))).await;
                    services.seal_activity().await.unwrap();
                }
            }
        });
        let folder = folder();
        // As the command does it: with connections of its own.
        let beside = Database::connect(&world.url).await.unwrap();
        let mut accounts = 0;
        for round in 0..100 {
            let (copy, restored) = (folder.path().join(format!("{round}.backup")), folder.path().join(format!("{round}.db")));
            let checked = beside.back_up(&copy, IfAltered::Refuse).await.unwrap();
            assert_eq!(checked.bytes, std::fs::metadata(&copy).unwrap().len());
            let again = restore(&copy, &restored, key(), start(), IfAltered::Refuse).await.unwrap();
            assert_eq!(again.events, checked.events);
            let there = Database::connect(&format!("sqlite://{}", restored.display())).await.unwrap();
            assert!(there.is_current().await.unwrap());
            there.close().await.unwrap();
            let counted = count(&restored).await;
            assert!(counted >= accounts, "a later backup has more: {counted} after {accounts}");
            accounts = counted;
            std::fs::remove_file(copy).unwrap();
            std::fs::remove_file(restored).unwrap();
        }
        stop.store(true, Ordering::SeqCst);
        writer.await.unwrap();
        assert!(accounts > 2 && written.load(Ordering::SeqCst) > 0, "something was written meanwhile");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }

    async fn what_is_restored_has_its_secrets_and_any_name_is_one_for_a_file(world: World) {
        if world.url.starts_with("postgres") {
            return;
        }
        let account = add(&world.ctx(&world.carl).await, "Kept").await;
        let folder = folder();
        let copy = folder.path().join("a backup? 100% #1");
        world.services.database().back_up(&copy, IfAltered::Refuse).await.unwrap();
        let restored = folder.path().join("restored.db");
        restore(&copy, &restored, key(), start(), IfAltered::Refuse).await.unwrap();
        let url = format!("sqlite://{}", restored.display());
        let services = services_set(&url, world.clock.clone(), settings(Founding::Invitation)).await;
        let carl = world.ctx_on(&services, &world.carl).await;
        let copied = carl.account(account).await.unwrap().holder().unwrap().copy_password().await.unwrap();
        assert_eq!(copied.value.expose(), "password of Kept");
    }

    async fn nothing_is_written_over_and_what_is_wrong_is_said(world: World) {
        if world.url.starts_with("postgres") {
            return;
        }
        let folder = folder();
        let (copy, target) = (folder.path().join("copy"), folder.path().join("restored.db"));
        world.services.database().back_up(&copy, IfAltered::Refuse).await.unwrap();
        let again = world.services.database().back_up(&copy, IfAltered::Refuse).await;
        assert!(matches!(again, Err(BackupError::There(_))));

        let said = |refused: Result<_, BackupError>| refused.map(drop).unwrap_err().to_string();
        let wrong_key = said(restore(&copy, &target, KeySource::Value(new_key()), start(), IfAltered::Refuse).await);
        assert!(wrong_key.contains("is not the key that the secrets in this database are encrypted with"), "{wrong_key}");
        assert!(!target.exists());

        let mut bytes = std::fs::read(&copy).unwrap();
        let damaged = folder.path().join("damaged");
        let middle = bytes.len() / 2;
        bytes[middle..middle + 4_096].fill(0x5a);
        std::fs::write(&damaged, &bytes).unwrap();
        let told = said(restore(&damaged, &target, key(), start(), IfAltered::Refuse).await);
        assert!(told.contains("damaged"), "{told}");
        std::fs::write(&damaged, "no database").unwrap();
        let told = said(restore(&damaged, &target, key(), start(), IfAltered::Refuse).await);
        assert!(told.contains("damaged"), "{told}");
        assert!(!target.exists());

        restore(&copy, &target, key(), start(), IfAltered::Refuse).await.unwrap();
        let there = said(restore(&copy, &target, key(), start(), IfAltered::Refuse).await);
        assert!(there.ends_with("is there already. Name another file, or move this one away first."), "{there}");
    }

    async fn what_was_altered_is_not_restored(world: World) {
        if world.url.starts_with("postgres") {
            return;
        }
        add(&world.ctx(&world.carl).await, "Shop").await;
        while world.services.seal_activity().await.unwrap() > 0 {}
        world.run("UPDATE activity_event SET kind = 'logged_in' WHERE kind = 'account_added'", []).await;
        let folder = folder();
        let refused = world.services.database().back_up(&folder.path().join("copy"), IfAltered::Refuse).await;
        let Err(BackupError::Altered(_, what)) = refused else { panic!("{refused:?}") };
        assert!(what.starts_with("event "), "{what}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        // An operator who knows of it keeps the rest.
        let (copy, restored) = (folder.path().join("copy"), folder.path().join("restored.db"));
        let checked = world.services.database().back_up(&copy, IfAltered::Accept).await.unwrap();
        assert_eq!(checked.altered.as_deref(), Some(what.as_str()));
        let refused = restore(&copy, &restored, key(), start(), IfAltered::Refuse).await;
        assert!(refused.unwrap_err().to_string().contains("--accept-altered"));
        let again = restore(&copy, &restored, key(), start(), IfAltered::Accept).await.unwrap();
        assert_eq!((again.altered, count(&restored).await), (checked.altered, count(&copy).await));
    }
}

async fn count(file: &std::path::Path) -> i64 {
    use sea_orm::ConnectionTrait;
    let rows = sea_orm::Database::connect(format!("sqlite://{}?mode=rw", file.display())).await.unwrap();
    let question = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "SELECT count(*) FROM account");
    let counted = rows.query_one_raw(question).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    rows.close().await.unwrap();
    counted
}
