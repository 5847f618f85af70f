//! What an operator says on the command line about workspaces and users.

// A test says what is wrong by stopping there.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The program in a folder of its own, with these settings and no others.
fn latchkey(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.current_dir(folder.path()).env_clear().args(arguments);
    command.stdin(Stdio::null()).output().unwrap()
}

/// What a command prints that ends well.
fn said(folder: &TempDir, arguments: &[&str]) -> String {
    let output = latchkey(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a command says that does not.
fn refused(folder: &TempDir, arguments: &[&str]) -> String {
    let output = latchkey(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap().lines().last().unwrap().to_owned()
}

#[test]
fn an_empty_installation_prints_a_set_up_link_and_one_with_a_workspace_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let link = said(&folder, &["setup-link", "--site-url=https://latchkey.example"]);
    assert!(link.starts_with("https://latchkey.example/set-up?token=") && link.lines().count() == 1, "{link}");
    assert_ne!(said(&folder, &["setup-link", "--site-url=https://latchkey.example"]), link, "each is a new one");
    said(&folder, &["demo"]);
    assert_eq!(
        refused(&folder, &["setup-link"]),
        "latchkey: There is a workspace already, so nothing is left to set up. `latchkey workspace create` founds further \
         ones."
    );
}

#[test]
fn an_operator_makes_links_and_lists_users() {
    let folder = tempfile::tempdir().unwrap();
    said(&folder, &["demo"]);
    let link = said(&folder, &["workspace", "create", "new@company.example", "--mail"]);
    assert!(link.starts_with("http://127.0.0.1:3000/found-workspace?token="), "{link}");
    assert!(refused(&folder, &["workspace", "create", "nobody"]).contains("Enter an email address"));

    let users = said(&folder, &["user", "list"]);
    assert!(users.contains("owner@harbor.example\tMarta Lindqvist\tHarbor Coffee\tOwner\tActive\n"), "{users}");

    let link = said(&folder, &["user", "reset-password", "Owner@Harbor.example"]);
    assert!(link.starts_with("http://127.0.0.1:3000/reset-password?token="), "{link}");
    let unknown = refused(&folder, &["user", "reset-password", "nobody@harbor.example"]);
    assert_eq!(
        unknown,
        "latchkey: Nobody has joined with the address nobody@harbor.example. `latchkey user list` shows who has."
    );

    let without = refused(&folder, &["user", "reset-second-factor", "owner@harbor.example"]);
    assert_eq!(without, "latchkey: owner@harbor.example has no second factor: their password alone signs them in.");
    assert!(refused(&folder, &["user", "reset-second-factor", "nobody@harbor.example"]).contains("Nobody has joined"));
}

#[test]
fn the_first_start_makes_a_key_and_without_it_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("data/latchkey.key");
    let output = latchkey(&folder, &["demo"]);
    assert!(output.status.success());
    let said_so = String::from_utf8(output.stderr).unwrap();
    assert!(said_so.contains("copy it to a safe place now"), "{said_so}");
    let kept = std::fs::read_to_string(&key).unwrap();
    assert!(kept.lines().any(|line| line.starts_with("latchkey-key-")), "a key is in it");

    let rotated = said(&folder, &["rotate-keys"]);
    assert!(rotated.contains("that were encrypted anew: 14."), "{rotated}");
    let both = std::fs::read_to_string(&key).unwrap();
    assert_eq!(both.matches("latchkey-key-").count(), 2);

    std::fs::write(&key, kept).unwrap();
    let old = refused(&folder, &["rotate-keys"]);
    assert!(old.contains("is not the key that the secrets in this database are encrypted with"), "{old}");
    std::fs::remove_file(&key).unwrap();
    let missing = refused(&folder, &["serve", "--address=127.0.0.1:0"]);
    assert!(missing.contains("is missing") && missing.contains("Put it back from your backup"), "{missing}");
    assert!(said(&folder, &["user", "list"]).contains("owner@harbor.example"), "what needs no key goes on");

    let elsewhere = said(&folder, &["new-key"]);
    assert!(elsewhere.starts_with("latchkey-key-") && elsewhere.lines().count() == 1, "{elsewhere}");
    let wrong = refused(&folder, &["rotate-keys", &format!("--key={}", elsewhere.trim())]);
    assert!(wrong.contains("LATCHKEY_KEY is not the key") && !wrong.contains(elsewhere.trim()), "{wrong}");
}

#[test]
fn a_backup_is_restored_where_the_key_is() {
    let folder = tempfile::tempdir().unwrap();
    said(&folder, &["demo"]);
    let kept = said(&folder, &["backup", "copy.backup"]);
    assert!(kept.contains("without the key it is useless to a thief, and to you"), "{kept}");
    let there = refused(&folder, &["backup", "copy.backup"]);
    assert_eq!(there, "latchkey: copy.backup is there already. Name another file, or move this one away first.");
    assert!(refused(&folder, &["restore", "copy.backup"]).contains("is there already"));
    let elsewhere = "--database-url=sqlite://elsewhere/restored.db";
    let wrong = refused(&folder, &["restore", "copy.backup", elsewhere, "--key-file=elsewhere/no.key"]);
    assert!(wrong.contains("is missing"), "{wrong}");
    let restored = said(&folder, &["restore", "copy.backup", elsewhere]);
    assert!(restored.starts_with("elsewhere/restored.db is restored:"), "{restored}");
    assert!(said(&folder, &["user", "list", elsewhere]).contains("owner@harbor.example"));
}

#[test]
fn a_restore_does_not_run_into_what_an_earlier_database_has_left() {
    let folder = tempfile::tempdir().unwrap();
    said(&folder, &["demo"]);
    said(&folder, &["backup", "copy.backup"]);
    let data = folder.path().join("data");
    for part in ["", "-wal", "-shm"] {
        // What is in these beside it is a part of the database, too.
        let _ = std::fs::rename(data.join(format!("latchkey.db{part}")), data.join(format!("old.db{part}")));
    }
    std::fs::write(data.join("latchkey.db-wal"), "of a server that was killed").unwrap();
    let there = refused(&folder, &["restore", "copy.backup"]);
    assert!(there.contains("latchkey.db-wal is there already"), "{there}");
    assert!(!data.join("latchkey.db").exists());
    std::fs::remove_file(data.join("latchkey.db-wal")).unwrap();
    said(&folder, &["restore", "copy.backup"]);
}

#[test]
fn the_record_is_verified_with_the_key_that_was_kept_elsewhere() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    said(&folder, &["demo", "--events", "50"]);
    said(&other, &["demo"]);
    let (key, wrong) = (said(&folder, &["activity-key"]), said(&other, &["activity-key"]));
    let verified = said(&folder, &["verify-activity", &format!("--activity-key={}", key.trim())]);
    assert!(
        !verified.starts_with("0 events")
            && verified.contains("are as they were sealed")
            && !verified.contains("make sure"),
        "{verified}"
    );
    assert!(said(&folder, &["verify-activity"]).contains("make sure that it is the right one"));
    let other_key = latchkey(&folder, &["verify-activity", &format!("--activity-key={}", wrong.trim())]);
    assert_eq!(other_key.status.code(), Some(1));
    assert!(String::from_utf8(other_key.stdout).unwrap().contains("its signature is not one of the key"));
    let nothing = refused(&folder, &["verify-activity", "--database-url=sqlite://mistyped.db"]);
    assert!(nothing.contains("There is no database at mistyped.db"), "{nothing}");
    assert!(refused(&folder, &["backup", "b", "--database-url=sqlite://mistyped.db"]).contains("There is no database"));
    assert!(!folder.path().join("mistyped.db").exists(), "nothing is made");
}

#[cfg(unix)]
#[test]
fn the_database_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    said(&folder, &["migrate"]);
    let mode = std::fs::metadata(folder.path().join("data/latchkey.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
