//! The vault's keys: missing, wrong, and rotated while secrets are read.

use crate::vault::KEY;
use crate::world::{World, start};
use chrono::TimeDelta;
use domain::account::AccountForm;
use domain::credential::NewSecrets;
use domain::secret::Secret;
use domain::workspace::Founding;
use domain::{AccountId, IdempotencyKey};
use futures::future::join_all;
use services::vault::{KeySource, OpenError, Vault, new_key};
use services::{Clock, Ctx, Database, Services, Settings};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// An installation whose key is in a file: the one of the tests.
async fn with_key_file(world: &World) -> (TempDir, PathBuf, Services) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latchkey.key");
    std::fs::write(&path, format!("{KEY}\n")).unwrap();
    close(&path);
    let services = services_with(world, &path).await;
    (folder, path, services)
}

#[cfg(unix)]
fn close(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

async fn services_with(world: &World, path: &std::path::Path) -> Services {
    let database = Database::connect(&world.url).await.unwrap();
    let vault = Vault::open(&database, KeySource::File(path.to_owned()), start()).await.unwrap();
    let settings = Settings::new("https://latchkey.example/".parse().unwrap(), Founding::Invitation);
    Services::with_clock(database, vault, settings, Clock::manual(start()))
}

async fn refused(world: &World, source: KeySource) -> String {
    let database = Database::connect(&world.url).await.unwrap();
    match Vault::open(&database, source, start()).await {
        Err(OpenError::Key(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Accounts with a password each: their ids, and the passwords.
async fn accounts(ctx: &Ctx, count: usize) -> Vec<(AccountId, String)> {
    let mut accounts = Vec::new();
    for number in 0..count {
        let label = format!("Account {number}");
        let form = AccountForm { label: label.clone(), app: "App".to_owned(), ..AccountForm::default() };
        let secrets = NewSecrets { password: Secret::new(format!("password of {label}")), ..NewSecrets::default() };
        let (id, _) = ctx.add_account(IdempotencyKey(Uuid::now_v7()), &form, &secrets).await.unwrap();
        accounts.push((id, format!("password of {label}")));
    }
    accounts
}

async fn all_read(ctx: &Ctx, accounts: &[(AccountId, String)]) {
    for (account, password) in accounts {
        let copied = ctx.account(*account).await.unwrap().holder().unwrap().copy_password().await.unwrap();
        assert_eq!(copied.value.expose(), password);
    }
}

async fn states(world: &World) -> (i64, i64, i64) {
    let count = |state: &'static str| async move {
        world.one::<i64>("SELECT count(*) FROM vault_key WHERE state = $1", [state.into()]).await
    };
    (count("current").await, count("leaving").await, count("retired").await)
}

on_both! {
    async fn a_wrong_or_missing_key_stops_the_start_with_a_sentence(world: World) {
        let wrong = refused(&world, KeySource::Value(new_key())).await;
        assert!(wrong.starts_with("LATCHKEY_KEY is not the key that the secrets in this database are encrypted with"), "{wrong}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.key");
        let missing = refused(&world, KeySource::File(path.clone())).await;
        assert!(missing.contains("is missing") && missing.contains("Put it back from your backup"), "{missing}");
        assert!(!path.exists(), "no key is made for a database that has one");
        let command = refused(&world, KeySource::Command("echo no".to_owned())).await;
        assert!(command.starts_with("What LATCHKEY_KEY_COMMAND prints is not a key"), "{command}");
    }

    async fn keys_are_rotated_and_everything_is_read_as_before(world: World) {
        let (_folder, path, services) = with_key_file(&world).await;
        let ctx = world.ctx_on(&services, &world.carl).await;
        let accounts = accounts(&ctx, 5).await;
        let rotated = services.rotate_keys(|_| ()).await.unwrap();
        assert_eq!(rotated.sealed_anew, 5 + 2, "and the notes that were there");
        assert_eq!(states(&world).await, (1, 0, 1));
        all_read(&ctx, &accounts).await;

        // A server that has not heard of it finds the new key where the keys are.
        let (_elsewhere, other_path, other) = (&_folder, &path, services_with(&world, &path).await);
        assert_eq!(other_path, &path);
        all_read(&world.ctx_on(&other, &world.carl).await, &accounts).await;
        services.rotate_keys(|_| ()).await.unwrap();
        let there = world.ctx_on(&other, &world.carl).await;
        all_read(&there, &accounts).await;
        let form = AccountForm { label: "New".to_owned(), app: "App".to_owned(), ..AccountForm::default() };
        let secrets = NewSecrets { password: Secret::new("new"), ..NewSecrets::default() };
        there.add_account(IdempotencyKey(Uuid::now_v7()), &form, &secrets).await.unwrap();
        let with_old: i64 = world.one(
            "SELECT count(*) FROM data_key WHERE vault_key_id IN (SELECT id FROM vault_key WHERE state <> 'current')",
            [],
        ).await;
        assert_eq!(with_old, 0);

        // The key of the beginning alone opens nothing any more.
        let old = refused(&world, KeySource::Value(Secret::new(KEY))).await;
        assert!(old.contains("is not the key"), "{old}");
    }

    async fn without_a_key_file_the_operator_puts_the_new_key_first(world: World) {
        let database = Database::connect(&world.url).await.unwrap();
        let same = world.services.rotate_keys(|_| ()).await;
        let Err(OpenError::Key(error)) = same else { panic!("there is nothing to rotate to: {same:?}") };
        assert!(error.to_string().contains("Put a new one before it"), "{error}");
        let both = Secret::new(format!("{}\n{KEY}", new_key().expose()));
        let vault = Vault::open(&database, KeySource::Value(both), start()).await.unwrap();
        let settings = Settings::new("https://latchkey.example/".parse().unwrap(), Founding::Invitation);
        let services = Services::with_clock(database, vault, settings, Clock::manual(start()));
        services.rotate_keys(|_| ()).await.unwrap();
        assert_eq!(states(&world).await, (1, 0, 1));
        let ctx = world.ctx_on(&services, &world.cora).await;
        let general = ctx.account(world.account).await.unwrap().general().await.unwrap();
        assert_eq!(general.details.unwrap().secrets.note, "Ask Olga for the code.");
    }

    async fn a_rotation_that_is_killed_leaves_everything_readable(world: World) {
        let (_folder, path, services) = with_key_file(&world).await;
        let ctx = world.ctx_on(&services, &world.carl).await;
        let mut accounts = accounts(&ctx, 30).await;
        for round in 0_u64..20 {
            let running = tokio::spawn({
                let services = services.clone();
                async move { services.rotate_keys(|_| ()).await.map(drop) }
            });
            let readers = join_all((0..3).map(|_| all_read(&ctx, &accounts)));
            let kill = async {
                tokio::time::sleep(Duration::from_micros(round * 997 % 20_000)).await;
                running.abort();
            };
            tokio::join!(readers, kill);
            // Somebody stores a new one meanwhile.
            accounts.extend(self::accounts(&ctx, 1).await);
            // Another server starts on what was left behind.
            let fresh = services_with(&world, &path).await;
            all_read(&world.ctx_on(&fresh, &world.carl).await, &accounts).await;
            let (current, leaving, _) = states(&world).await;
            assert!(current == 1 && leaving <= 1, "round {round}: {current} current, {leaving} leaving");
        }
        world.pass(TimeDelta::seconds(1));
        services.rotate_keys(|_| ()).await.unwrap();
        let (current, leaving, _) = states(&world).await;
        assert_eq!((current, leaving), (1, 0), "the next run goes on to the end");
        all_read(&ctx, &accounts).await;
    }
}
