//! The record of activity: sealed, verified, downloaded, and what is found when somebody has changed it.

use crate::world::{Person, World, told};
use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::activity::ActivityFilter;
use domain::{AppError, Denial};
use futures::{StreamExt, TryStreamExt};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use services::activity::delivery::Keeper;
use services::activity::record::PublicKey;
use services::activity::verify::{Report, Trust, verify_export};
use services::session::Browser;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

async fn verified(world: &World) -> Report {
    world.services.database().verify_activity(&trust(world).await).await.unwrap()
}

async fn trust(world: &World) -> Trust {
    Trust { key: Some(world.services.activity_key().await.unwrap()), ..Trust::default() }
}

/// What somebody downloads.
async fn downloaded(world: &World, person: &Person) -> Vec<u8> {
    let admin = world.ctx(person).await.admin().unwrap();
    let pieces: Vec<Vec<u8>> = admin.export_record().await.unwrap().try_collect().await.unwrap();
    pieces.concat()
}

/// Things that happen: at the host alone, at the guest alone, and between them; in several batches.
async fn some_happens(world: &World) {
    let line = world.pending().await;
    world.services.seal_activity().await.unwrap();
    world.accept(&world.olga, line).await.unwrap();
    for person in [&world.carl, &world.cora, &world.olga] {
        world.pass(TimeDelta::seconds(1));
        world.seen_by(person).await.holder().unwrap().log_in().await.unwrap();
    }
    world.services.seal_activity().await.unwrap();
    world.change_role(&world.olga, &world.cora, AccountRole::AccountManager).await.unwrap();
    world.ctx(&world.tess).await;
    world.services.seal_activity().await.unwrap();
}

fn problems(report: &Report) -> Vec<String> {
    report.problems.iter().map(|found| format!("{}: {}", found.place, found.problem)).collect()
}

/// A manipulation of a file, and whether it says nothing else than before.
fn manipulated(random: &mut StdRng, file: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = file.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let place = random.random_range(0..lines.len());
    let other = random.random_range(0..lines.len());
    match random.random_range(0..10) {
        // Any byte of any field becomes another.
        0..=3 => {
            let line = &mut lines[place];
            let byte = random.random_range(0..line.len());
            line[byte] = line[byte].wrapping_add(random.random_range(1..=255));
        }
        // A letter or a digit becomes another, so that it can still be read.
        4 => {
            let line = &mut lines[place];
            let alike: Vec<usize> = (0..line.len()).filter(|byte| line[*byte].is_ascii_alphanumeric()).collect();
            let byte = *alike.choose(random).unwrap();
            line[byte] = match line[byte] {
                b'0'..=b'8' | b'a'..=b'y' | b'A'..=b'Y' => line[byte] + 1,
                last => last - 1,
            };
        }
        5 => drop(lines.remove(place)),
        6 => lines.insert(place, lines[other].clone()),
        7 => lines.swap(place, other),
        8 => lines.truncate(place),
        _ => {
            let line = &mut lines[place];
            let length = random.random_range(0..line.len());
            line.truncate(length);
        }
    }
    lines.concat()
}

/// The line, counted from 1, that a place in a file names.
fn line_of(place: &str, file: &[u8]) -> usize {
    let lines = || file.split(|byte| *byte == b'\n');
    let number = |text: &str| text.split(' ').next().and_then(|number| number.parse::<usize>().ok()).unwrap();
    if let Some(line) = place.strip_prefix("line ") {
        number(line)
    } else if let Some(line) = place.strip_prefix("after line ") {
        number(line) + 1
    } else if let Some(checkpoint) = place.strip_prefix("checkpoint ") {
        let begin = format!("{{\"batch\":{{\"checkpoint\":{},", number(checkpoint));
        lines().position(|line| line.starts_with(begin.as_bytes())).unwrap_or_default() + 1
    } else {
        // The end, or after it.
        lines().count()
    }
}

/// Does it as often as is said: each is found, and named is a line between the first that differs and the checkpoint above it.
fn manipulate(file: &[u8], trust: &Trust, times: u64) {
    let original: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    for seed in 0..times {
        let mut random = StdRng::seed_from_u64(seed);
        let changed = manipulated(&mut random, file);
        let report = verify_export(changed.as_slice(), trust).unwrap();
        assert_eq!(report.is_clean(), changed == file, "seed {seed}: {report}");
        let mut lines = changed.split(|byte| *byte == b'\n');
        let Some(first) = original.iter().position(|line| lines.next() != Some(*line)) else { continue };
        let above = original[..=first].iter().rposition(|line| line.starts_with(b"{\"batch\"")).unwrap_or_default();
        let named = report.problems.iter().map(|problem| line_of(&problem.place, &changed));
        assert!(
            named.clone().any(|line| (above + 1..=first + 2).contains(&line)),
            "seed {seed}: line {} differs, below the checkpoint of line {}: {report}",
            first + 1,
            above + 1
        );
    }
}

on_both! {
    async fn what_happened_is_sealed_once_and_verified(world: World) {
        assert!(verified(&world).await.is_clean(), "an empty record is one");
        some_happens(&world).await;
        let report = verified(&world).await;
        assert!(report.is_clean() && report.notes.is_empty(), "{report}");
        assert_eq!((i64::try_from(report.events).unwrap(), report.checkpoints), (world.count("activity_event").await, 3));
        assert_eq!(world.services.seal_activity().await.unwrap(), 0, "twice is once");
        world.seen_by(&world.carl).await.holder().unwrap().log_in().await.unwrap();
        let report = verified(&world).await;
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.notes, ["1 events are not sealed yet."]);
        // Long after, nothing of what is sealed is looked at again.
        world.services.seal_activity().await.unwrap();
        world.pass(TimeDelta::hours(1));
        world.seen_by(&world.carl).await.holder().unwrap().log_in().await.unwrap();
        assert_eq!(world.services.seal_activity().await.unwrap(), 1);
        assert!(verified(&world).await.is_clean());
    }

    async fn whatever_is_changed_in_the_database_is_found(world: World) {
        some_happens(&world).await;
        let middle = world.count("activity_event").await / 2;
        let sequence: i64 =
            world.one("SELECT event_sequence FROM activity_seal WHERE position = $1", [middle.into()]).await;
        let at = |column: &str, value: &str| format!("UPDATE activity_event SET {column} = {value} WHERE sequence = {sequence}");
        let member = "(SELECT id FROM member ORDER BY id DESC LIMIT 1)";
        let account = format!("(SELECT id FROM account WHERE label = '{}')", "Payroll");
        // SQLite keeps a value of any kind in any column, and a time in any spelling.
        let other_kinds = [
            (at("details", "CAST(details AS BLOB)"), "event"),
            (at("actor_id", "hex(actor_id)"), "event"),
            (at("at", "replace(at, '+00:00', 'Z')"), "event"),
            (at("at", "replace(at, 'T', ' ')"), "event"),
            ("UPDATE activity_checkpoint SET at = replace(at, 'T', ' ') WHERE number = 2".to_owned(), "checkpoint"),
            ("UPDATE activity_checkpoint SET at = 'zzz' WHERE number = 2".to_owned(), "checkpoint 2: it was changed"),
            ("UPDATE activity_checkpoint SET number = 2.5 WHERE number = 2".to_owned(), ""),
            ("UPDATE activity_checkpoint SET number = 'abc' WHERE number = 2".to_owned(), ""),
            (at("at", "'zzz'"), "event"),
            (
                "INSERT INTO activity_number SELECT workspace_id, number + 1000.5, 1.5 FROM activity_number LIMIT 1".to_owned(),
                "beside the record: 1 numbers of events",
            ),
            (format!("{INVENTED}; INSERT INTO activity_seal VALUES (1.5, -5, 'x', 'x')"), "beside the record: 1 seals"),
            (
                format!(
                    "PRAGMA ignore_check_constraints = 1; {INVENTED}; INSERT INTO activity_seal VALUES (-1, -5, 'x', 'x')"
                ),
                "beside the record: 1 seals",
            ),
        ];
        let other_kinds = other_kinds.into_iter().filter(|_| world.url.starts_with("sqlite"));
        let other_kinds = other_kinds.map(|(sql, place)| (format!("PRAGMA foreign_keys = 0; {sql}"), place));
        for (sql, place) in other_kinds.chain([
            (at("kind", "'anything'"), "event"),
            (at("details", "'{}'"), "event"),
            (at("details", "details || ' '"), "event"),
            (at("address", "'198.51.100.9'"), "event"),
            (at("os", "'Plan 9'"), "event"),
            (at("device", "'Toaster'"), "event"),
            (at("location", "'Atlantis'"), "event"),
            (at("actor_id", member), "event"),
            (at("subject_id", member), "event"),
            (at("account_id", &account), "event"),
            (at("host_workspace_id", "(SELECT id FROM workspace WHERE name = 'Third Street')"), "event"),
            (at("guest_workspace_id", "(SELECT id FROM workspace WHERE name = 'Third Street')"), "event"),
            (at("at", "'2026-01-01T00:00:00+00:00'"), "event"),
            (format!("UPDATE activity_seal SET salt = leaf WHERE position = {middle}"), "event"),
            (format!("UPDATE activity_seal SET leaf = salt WHERE position = {middle}"), "event"),
            (format!("DELETE FROM activity_number WHERE position = {middle}"), "event"),
            (format!("UPDATE activity_number SET number = number + 1000 WHERE position = {middle}"), "event"),
            (
                format!(
                    "INSERT INTO activity_number (workspace_id, number, position)
                     SELECT id, 1000, {middle} FROM workspace WHERE name = 'Third Street'"
                ),
                "event",
            ),
            ("UPDATE activity_checkpoint SET root = previous WHERE number = 2".to_owned(), "checkpoint"),
            ("UPDATE activity_checkpoint SET previous = root WHERE number = 2".to_owned(), "checkpoint"),
            ("UPDATE activity_checkpoint SET signature = root WHERE number = 3".to_owned(), "checkpoint"),
            ("UPDATE activity_checkpoint SET key_id = 'AAAAAAAAAAA' WHERE number = 3".to_owned(), "checkpoint"),
            ("UPDATE activity_checkpoint SET at = '2026-01-01T00:00:00+00:00' WHERE number = 1".to_owned(), "checkpoint"),
            ("UPDATE activity_checkpoint SET last_position = last_position + 1000 WHERE number = 3".to_owned(), "checkpoint"),
            ("UPDATE activity_checkpoint SET highest_sequence = highest_sequence + 1 WHERE number = 2".to_owned(), "checkpoint"),
            ("DELETE FROM activity_checkpoint WHERE number = 2".to_owned(), "event"),
            ("DELETE FROM activity_checkpoint WHERE number = 3".to_owned(), "the end"),
        ]) {
            let folder = tempfile::tempdir().unwrap();
            let undo = Undo::begin(&world, folder.path()).await;
            undo.run(&sql).await;
            let report = undo.report(&world, &trust(&world).await).await;
            let found = problems(&report);
            assert!(found.first().is_some_and(|first| first.starts_with(place)), "{sql}: {found:?}");
            undo.end(&world).await;
        }
        assert!(verified(&world).await.is_clean());
    }

    async fn a_cut_end_is_found_by_checkpoints_kept_elsewhere(world: World) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("checkpoints");
        let keepers =
            [Keeper::File(file.clone()), Keeper::Command(format!("cat >> {}.too", file.display()))];
        some_happens(&world).await;
        for keeper in &keepers {
            assert_eq!(world.services.deliver_checkpoints(keeper).await.unwrap(), 3);
            assert_eq!(world.services.deliver_checkpoints(keeper).await.unwrap(), 0);
        }
        let nowhere = Keeper::File(folder.path().join("nowhere/checkpoints"));
        assert!(world.services.deliver_checkpoints(&nowhere).await.is_err());
        assert!(world.services.deliver_checkpoints(&Keeper::Command("exit 3".to_owned())).await.is_err());
        let mut trust = trust(&world).await;
        let kept = std::fs::read_to_string(&file).unwrap();
        assert_eq!(kept, std::fs::read_to_string(folder.path().join("checkpoints.too")).unwrap());
        trust.keep(&kept).unwrap();
        let verify = async || world.services.database().verify_activity(&trust).await.unwrap();
        assert!(verify().await.is_clean());
        let first: i64 = world.one("SELECT first_position FROM activity_checkpoint WHERE number = 3", []).await;
        for sql in [
            format!("DELETE FROM activity_number WHERE position >= {first}"),
            "DELETE FROM activity_checkpoint WHERE number = 3".to_owned(),
            format!("DELETE FROM activity_seal WHERE position >= {first}"),
        ] {
            world.run(&sql, []).await;
        }
        assert!(verified(&world).await.is_clean(), "by itself it looks well");
        assert_eq!(
            problems(&verify().await),
            ["after checkpoint 2: the end is cut off: checkpoints up to 3 were kept elsewhere"]
        );
        // Sealed again, it is another.
        world.pass(TimeDelta::seconds(1));
        world.services.seal_activity().await.unwrap();
        assert!(problems(&verify().await)[0].contains("not the one that was kept elsewhere"));
    }

    async fn nobody_stops_the_sealing_by_what_stands_beside_a_checkpoint(world: World) {
        some_happens(&world).await;
        world.run("UPDATE activity_checkpoint SET highest_sequence = 9000000000 WHERE number = 1", []).await;
        assert_eq!(problems(&verified(&world).await), ["checkpoint 1: up to which event it seals was changed"]);
        world.pass(TimeDelta::minutes(30));
        world.seen_by(&world.carl).await.holder().unwrap().log_in().await.unwrap();
        assert!(world.services.seal_activity().await.unwrap() > 0, "sealing goes on");
        let unsealed = "activity_event e WHERE NOT EXISTS (
                            SELECT 1 FROM activity_seal s WHERE s.event_sequence = e.sequence)";
        assert_eq!(world.count(unsealed).await, 0);
    }

    async fn nothing_is_sealed_after_a_checkpoint_that_somebody_else_has_made(world: World) {
        some_happens(&world).await;
        world.run("UPDATE activity_checkpoint SET previous = root WHERE number = 3", []).await;
        let before = problems(&verified(&world).await);
        world.seen_by(&world.carl).await.holder().unwrap().log_in().await.unwrap();
        let refused = world.services.seal_activity().await.unwrap_err().to_string();
        assert!(refused.contains("checkpoint 3 is not as it was signed"), "{refused}");
        assert!(world.ctx(&world.hana).await.admin().unwrap().export_record().await.is_err(), "nor is its end signed");
        assert_eq!(problems(&verified(&world).await), before, "it is found as before");
    }

    async fn no_other_key_is_made_for_a_record_that_has_one(world: World) {
        some_happens(&world).await;
        world.run("DELETE FROM installation_secret WHERE name = 'activity'", []).await;
        world.run("DELETE FROM activity_key", []).await;
        world.seen_by(&world.carl).await.holder().unwrap().log_in().await.unwrap();
        let refused = world.services.seal_activity().await.unwrap_err().to_string();
        assert!(refused.contains("its key is missing"), "{refused}");
        assert_eq!(world.count("activity_key").await, 0);
    }

    async fn that_events_wait_or_were_sealed_late_is_told(world: World) {
        some_happens(&world).await;
        for person in [&world.carl, &world.cora] {
            world.pass(TimeDelta::hours(1));
            world.seen_by(person).await.holder().unwrap().log_in().await.unwrap();
        }
        let report = verified(&world).await;
        let waits = "1 events wait for their seals for more than 12 minutes. If a server is running, its log says why.";
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.notes, [waits, "1 events are not sealed yet."]);
        world.services.seal_activity().await.unwrap();
        let report = verified(&world).await;
        assert!(report.is_clean(), "{report}");
        let late = "were sealed more than 12 minutes after they had happened: Latchkey was down meanwhile, or their seals \
                    were made anew.";
        assert!(report.notes.iter().any(|note| note.ends_with(late)), "{report}");
        let file = downloaded(&world, &world.hana).await;
        let report = verify_export(file.as_slice(), &trust(&world).await).unwrap();
        assert!(report.is_clean() && report.notes.iter().any(|note| note.ends_with(late)), "{report}");
    }

    async fn no_download_is_vouched_for_from_which_numbers_were_taken(world: World) {
        some_happens(&world).await;
        let last: i64 = world.one("SELECT max(position) FROM activity_number WHERE workspace_id = $1", [world.guest.into()]).await;
        world.run("DELETE FROM activity_number WHERE position = $1 AND workspace_id = $2", [last.into(), world.guest.into()]).await;
        let admin = world.ctx(&world.gus).await.admin().unwrap();
        let pieces: Result<Vec<Vec<u8>>, _> = admin.export_record().await.unwrap().try_collect().await;
        let refused = pieces.unwrap_err().to_string();
        assert!(refused.contains("`latchkey verify-activity` tells more"), "{refused}");
    }

    async fn what_is_said_beside_the_record_removes_nothing(world: World) {
        let services = world.keeping_activity_for(Duration::from_secs(30 * 24 * 60 * 60)).await;
        some_happens(&world).await;
        let there = world.count("activity_event").await;
        world.run("INSERT INTO activity_delivery (way, checkpoint) VALUES ('retention', 1000000)", []).await;
        assert_eq!(services.remove_old_activity().await.unwrap(), 0);
        assert_eq!(world.count("activity_event").await, there);
    }

    /// As PostgreSQL has it: a number may become visible after a higher one, and the program may be down when it does.
    async fn what_is_committed_late_is_sealed_even_after_a_long_time_without_a_server(world: World) {
        some_happens(&world).await;
        let waits: i64 = world.one("SELECT max(event_sequence) FROM activity_seal", []).await;
        for _ in 0..3 {
            world.seen_by(&world.carl).await.holder().unwrap().log_in().await.unwrap();
        }
        let (late, higher) = (waits + 1, waits + 3);
        world.run("UPDATE activity_event SET sequence = -sequence WHERE sequence = $1", [late.into()]).await;
        assert!(world.services.seal_activity().await.unwrap() >= 2);
        let sealed: i64 = world.one("SELECT max(event_sequence) FROM activity_seal", []).await;
        assert!(sealed >= higher);
        world.run("UPDATE activity_event SET sequence = -sequence WHERE sequence < 0", []).await;
        world.pass(TimeDelta::hours(3));
        assert_eq!(world.services.seal_activity().await.unwrap(), 1);
        assert!(verified(&world).await.is_clean());
    }

    async fn a_key_that_cannot_be_read_hides_no_activity(world: World) {
        some_happens(&world).await;
        let sql = "UPDATE installation_secret SET sealed = $1 WHERE name = 'activity'";
        world.run(sql, [vec![1_u8, 2].into()]).await;
        let list = world.ctx(&world.hana).await.activity(&ActivityFilter::default()).await.unwrap();
        assert!(!list.rows.is_empty() && list.record_key.is_none());
    }

    async fn nothing_is_removed_from_a_record_that_is_not_as_it_was_sealed(world: World) {
        let services = world.keeping_activity_for(Duration::from_secs(30 * 24 * 60 * 60)).await;
        some_happens(&world).await;
        let there = world.count("activity_event").await;
        world.run("UPDATE activity_checkpoint SET at = '2024-01-01T00:00:00+00:00' WHERE number = 1", []).await;
        let refused = services.remove_old_activity().await.unwrap_err().to_string();
        assert!(refused.contains("checkpoint 2"), "{refused}");
        assert_eq!(world.count("activity_event").await, there);
    }

    async fn an_event_that_was_inserted_where_nothing_is_sealed_any_more_is_found(world: World) {
        some_happens(&world).await;
        world.run(INVENTED, []).await;
        assert_eq!(world.services.seal_activity().await.unwrap(), 0);
        assert_eq!(
            problems(&verified(&world).await),
            ["beside the record: 1 events are not sealed, and later ones are: they were inserted"]
        );
    }

    async fn only_the_program_says_what_retention_has_removed(world: World) {
        some_happens(&world).await;
        let last: i64 = world.one("SELECT last_position FROM activity_checkpoint WHERE number = 1", []).await;
        for workspace in [world.host, world.guest] {
            let through = "SELECT COALESCE(MAX(number), 0) FROM activity_number WHERE workspace_id = $1 AND position <= $2";
            let through: i64 = world.one(through, [workspace.into(), last.into()]).await;
            let details = format!(r#"{{"count":{last},"through":{through},"position":{last}}}"#);
            let sql = "INSERT INTO activity_event (at, kind, host_workspace_id, details, address, os, device, location)
                       VALUES ($1, 'activity_removed', $2, $3, '', '', '', '')";
            world.run(sql, [world.clock.now().into(), workspace.into(), details.into()]).await;
        }
        world.services.seal_activity().await.unwrap();
        assert!(verified(&world).await.is_clean());
        world.run("DELETE FROM notification", []).await;
        for sql in [
            "DELETE FROM activity_number WHERE position <= $1",
            "CREATE TABLE gone AS SELECT event_sequence FROM activity_seal WHERE position <= $1",
        ] {
            world.run(&sql.replace("$1", &last.to_string()), []).await;
        }
        world.run(&format!("DELETE FROM activity_seal WHERE position <= {last}"), []).await;
        world.run("DELETE FROM activity_event WHERE sequence IN (SELECT event_sequence FROM gone)", []).await;
        world.run("DROP TABLE gone", []).await;
        let found = problems(&verified(&world).await);
        assert!(found.contains(&format!("event 1: events up to {last} are missing, and no event says why")), "{found:?}");
        let admin = world.ctx(&world.hana).await.admin().unwrap();
        let pieces: Vec<Result<Vec<u8>, _>> = admin.export_record().await.unwrap().collect().await;
        assert!(pieces.last().is_some_and(Result::is_err), "its end is not signed");
        let file: Vec<u8> = pieces.into_iter().filter_map(Result::ok).flatten().collect();
        let report = verify_export(file.as_slice(), &trust(&world).await).unwrap();
        assert!(problems(&report).iter().any(|found| found.contains("are missing, and no event says why")), "{report}");
    }

    async fn checkpoints_are_kept_elsewhere_whatever_the_database_says_of_it(world: World) {
        some_happens(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::File(folder.path().join("checkpoints"));
        assert_eq!(world.services.deliver_checkpoints(&keeper).await.unwrap(), 3);
        world.run("UPDATE activity_delivery SET checkpoint = 100000", []).await;
        assert_eq!(world.services.deliver_checkpoints(&keeper).await.unwrap(), 0, "the file itself says what it has");
        world.seen_by(&world.carl).await.holder().unwrap().log_in().await.unwrap();
        world.services.seal_activity().await.unwrap();
        world.run("UPDATE activity_delivery SET checkpoint = 4", []).await;
        assert_eq!(world.services.deliver_checkpoints(&keeper).await.unwrap(), 1);
        let mut trust = trust(&world).await;
        let file = folder.path().join("checkpoints");
        let kept = || std::fs::read_to_string(&file).unwrap();
        trust.keep(&kept()).unwrap();
        assert!(world.services.database().verify_activity(&trust).await.unwrap().is_clean());
        // A disk that was full leaves half a line, which comes again.
        let whole = kept();
        std::fs::write(&file, &whole[..whole.len() - 20]).unwrap();
        let mut trust = Trust { kept: BTreeMap::new(), ..trust };
        trust.keep(&kept()).unwrap();
        assert_eq!(trust.kept.len(), 3, "without the one that broke off");
        let report = world.services.database().verify_activity(&trust).await.unwrap();
        let beyond = "Checkpoints 4 to 4 were not kept elsewhere, or not yet.";
        assert_eq!(report.notes, ["Compared with checkpoints 1 to 3, which were kept elsewhere.", beyond]);
        assert_eq!(world.services.deliver_checkpoints(&keeper).await.unwrap(), 1);
        trust.keep(&kept()).unwrap();
        assert_eq!(trust.kept.len(), 4);
        // Of several that are delivered at once, the second breaks off, and all come again.
        let mut twice = Trust { kept: BTreeMap::new(), ..trust.clone() };
        let second = whole.lines().nth(1).unwrap();
        twice.keep(&format!("{}\n{}\n{whole}", whole.lines().next().unwrap(), &second[..40])).unwrap();
        assert_eq!(twice.kept.len(), 4);
        // What was left out in between is told.
        trust.kept.remove(&2);
        let report = world.services.database().verify_activity(&trust).await.unwrap();
        let told = ["Compared with checkpoints 1 to 4, which were kept elsewhere.", "Of these, 2 to 2 were not kept."];
        assert_eq!(report.notes, told);
        assert_eq!(trust.keep("half a line\n"), Err(1));
    }

    async fn each_company_downloads_its_own_record_and_no_more(world: World) {
        some_happens(&world).await;
        let trust = trust(&world).await;
        let (host, guest, third) =
            (downloaded(&world, &world.hana).await, downloaded(&world, &world.gus).await, downloaded(&world, &world.tess).await);
        for (file, numbers) in [(&host, world.host), (&guest, world.guest), (&third, world.third)] {
            let report = verify_export(file.as_slice(), &trust).unwrap();
            assert!(report.is_clean() && report.notes.is_empty(), "{report}");
            let all: i64 = world.one("SELECT count(*) FROM activity_number WHERE workspace_id = $1", [numbers.into()]).await;
            // What was downloaded later is not in what was downloaded before.
            assert!((1..=all).contains(&i64::try_from(report.events).unwrap()));
            let without = verify_export(file.as_slice(), &Trust::default()).unwrap();
            assert!(without.is_clean() && without.notes.len() == 1, "{without}");
        }
        let text = |file: &[u8]| String::from_utf8(file.to_vec()).unwrap();
        let (host, guest, third) = (text(&host), text(&guest), text(&third));
        assert!(host.contains("Carl Colleague") && host.contains("Cora Collaborator"));
        assert!(guest.contains("Cora Collaborator") && !guest.contains("Carl Colleague"));
        assert!(!third.contains("Cora Collaborator") && third.contains("Tess Third"));
    }

    async fn a_guest_is_not_told_where_the_host_s_people_are(world: World) {
        let at = |address: [u8; 4]| world.services.asked_by(Browser::at(address.into()));
        world.sign_in(&world.olga).await;
        let line = world.pending().await;
        for (person, address) in [(&world.olga, [198, 51, 100, 1]), (&world.cora, [198, 51, 100, 2])] {
            let ctx = world.ctx_on(&at(address), person).await;
            let account = ctx.account(world.account).await.unwrap();
            if person.member == world.olga.member {
                account.decider().unwrap().accept(line, Default::default()).await.unwrap();
            } else {
                account.holder().unwrap().log_in().await.unwrap();
            }
        }
        let text = |file: Vec<u8>| String::from_utf8(file).unwrap();
        let (host, guest) = (text(downloaded(&world, &world.hana).await), text(downloaded(&world, &world.gus).await));
        assert!(host.contains("198.51.100.1") && host.contains("198.51.100.2"));
        assert!(guest.contains("Olga Owner") && !guest.contains("198.51.100.1") && guest.contains("198.51.100.2"));
        assert!(!guest.contains(&world.olga.member.to_string()));
    }

    async fn only_admins_download_the_record(world: World) {
        for person in [&world.olga, &world.mia] {
            assert_eq!(told(world.ctx(person).await.admin()), AppError::from(Denial::AdminsOnly));
        }
        let before = world.count("activity_event WHERE kind = 'activity_exported'").await;
        downloaded(&world, &world.ada).await;
        assert_eq!(world.count("activity_event WHERE kind = 'activity_exported'").await, before + 1);
    }

    async fn many_writers_and_two_sealers_make_one_record(world: World) {
        let other = world.another_server().await;
        let mut writers = tokio::task::JoinSet::new();
        for person in [&world.olga, &world.oscar, &world.carl, &world.cora, &world.mia, &world.max] {
            let ctx = world.ctx(person).await;
            let account = world.account;
            writers.spawn(async move {
                for _ in 0..25 {
                    ctx.account(account).await.unwrap().holder().unwrap().log_in().await.unwrap();
                }
            });
        }
        let mut sealers = tokio::task::JoinSet::new();
        for services in [world.services.clone(), other.clone()] {
            sealers.spawn(async move {
                for _ in 0..60 {
                    services.seal_activity().await.unwrap();
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            });
        }
        while let Some(done) = writers.join_next().await {
            done.unwrap();
        }
        while let Some(done) = sealers.join_next().await {
            done.unwrap();
        }
        world.services.seal_activity().await.unwrap();
        let report = verified(&world).await;
        assert!(report.is_clean() && report.notes.is_empty(), "{report}");
        let events = world.count("activity_event").await;
        assert_eq!((i64::try_from(report.events).unwrap(), world.count("activity_seal").await), (events, events));
        assert_eq!(world.one::<i64>("SELECT max(position) FROM activity_seal", []).await, events, "without a gap");
        let companies = "SELECT count(*) FROM (SELECT workspace_id FROM activity_number GROUP BY workspace_id
                         HAVING max(number) <> count(*)) broken";
        assert_eq!(world.one::<i64>(companies, []).await, 0);
        let keys: BTreeSet<String> =
            [world.services.activity_key().await.unwrap(), other.activity_key().await.unwrap()].map(|key: PublicKey| key.to_string()).into();
        assert_eq!(keys.len(), 1);
    }

    async fn what_is_committed_late_is_sealed_next(world: World) {
        some_happens(&world).await;
        let sql = "INSERT INTO activity_event (sequence, at, kind, host_workspace_id, details) VALUES ($1, $2, 'logged_in', $3, '{}')";
        let highest: i64 = world.one("SELECT max(sequence) FROM activity_event", []).await;
        for sequence in [highest + 5, highest + 2] {
            world.run(sql, [sequence.into(), world.clock.now().into(), world.host.into()]).await;
            assert_eq!(world.services.seal_activity().await.unwrap(), 1);
        }
        let report = verified(&world).await;
        assert!(report.is_clean() && report.notes.is_empty(), "{report}");
    }
}

/// An event that never happened.
const INVENTED: &str = "INSERT INTO activity_event
        (sequence, at, kind, actor_id, account_id, host_workspace_id, details, address, os, device, location)
    SELECT -5, at, 'password_shown', actor_id, account_id, host_workspace_id, details, '', '', '', ''
    FROM activity_event WHERE kind = 'logged_in' LIMIT 1";

/// A change that is looked at, and taken back: a copy of the file on SQLite, a transaction's worth of rows on PostgreSQL.
struct Undo {
    copy: Option<services::Database>,
    rows: sea_orm::DatabaseConnection,
}

impl Undo {
    async fn begin(world: &World, folder: &std::path::Path) -> Self {
        if world.url.starts_with("postgres") {
            for table in TABLES {
                world.run(&format!("CREATE TABLE kept_{table} AS TABLE {table}"), []).await;
            }
            return Self { copy: None, rows: world.rows.clone() };
        }
        let file = folder.join("copy.db");
        world.run("VACUUM INTO $1", [file.to_string_lossy().into_owned().into()]).await;
        let url = format!("sqlite://{}", file.display());
        let rows = sea_orm::Database::connect(&url).await.unwrap();
        Self { copy: Some(services::Database::connect(&url).await.unwrap()), rows }
    }

    async fn run(&self, sql: &str) {
        use sea_orm::ConnectionTrait;
        self.rows.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    async fn report(&self, world: &World, trust: &Trust) -> Report {
        let database = self.copy.as_ref().unwrap_or(world.services.database());
        database.verify_activity(trust).await.unwrap()
    }

    async fn end(self, world: &World) {
        if self.copy.is_none() {
            for table in TABLES.iter().rev() {
                world.run(&format!("DELETE FROM {table} WHERE true"), []).await;
            }
            for table in TABLES {
                world.run(&format!("INSERT INTO {table} SELECT * FROM kept_{table}"), []).await;
                world.run(&format!("DROP TABLE kept_{table}"), []).await;
            }
        }
    }
}

/// In the order in which they refer to each other.
const TABLES: [&str; 5] = ["activity_event", "notification", "activity_checkpoint", "activity_seal", "activity_number"];

/// It needs a database once: what is manipulated is a file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_manipulations_of_a_download_are_found() {
    crate::world::on_sqlite(|world| async move {
        some_happens(&world).await;
        let mut trust = trust(&world).await;
        for person in [&world.hana, &world.gus] {
            let file = downloaded(&world, person).await;
            manipulate(&file, &trust, 5_000);
        }
        // An end that belongs to an earlier download, and a whole file that does.
        let earlier = downloaded(&world, &world.hana).await;
        world.seen_by(&world.carl).await.holder().unwrap().log_in().await.unwrap();
        let later = downloaded(&world, &world.hana).await;
        let end = |file: &[u8]| file.split_inclusive(|byte| *byte == b'\n').next_back().unwrap().to_vec();
        let mut mixed = later[..later.len() - end(&later).len()].to_vec();
        mixed.extend(end(&earlier));
        assert!(!verify_export(mixed.as_slice(), &trust).unwrap().is_clean());
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("checkpoints");
        world.services.deliver_checkpoints(&Keeper::File(kept.clone())).await.unwrap();
        trust.keep(&std::fs::read_to_string(kept).unwrap()).unwrap();
        assert!(verify_export(later.as_slice(), &trust).unwrap().is_clean());
        let report = verify_export(earlier.as_slice(), &trust).unwrap();
        assert!(report.problems[0].problem.contains("cut off"), "{report}");
        // Signed with another key.
        let other = Trust { key: Some(OTHER_KEY.parse().unwrap()), ..Trust::default() };
        assert!(!verify_export(later.as_slice(), &other).unwrap().is_clean());
    })
    .await;
}

/// Of the seed of RFC 8032, 7.1, test 1.
const OTHER_KEY: &str = "latchkey-activity-key:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
