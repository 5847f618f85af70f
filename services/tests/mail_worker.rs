//! The outbox worker, on both databases, by a clock that moves only when told.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may break off")]

#[path = "mail/outbox.rs"]
mod outbox;
#[path = "database/postgres.rs"]
mod postgres;

use chrono::TimeDelta;
use outbox::{Outbox, mailer};
use services::mail::{Memory, Transport, Worker, counts};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// A place where nobody answers.
fn nobody() -> Transport {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = unused.local_addr().unwrap().port();
    Transport::smtp(&format!("smtp://127.0.0.1:{port}")).unwrap()
}

async fn until(what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !happened().await {
        assert!(started.elapsed() < Duration::from_secs(20), "still not: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_mail_is_sent_once_and_marked() {
    for outbox in Outbox::on_each_database().await {
        let (worker, memory) = outbox.remembering_worker();
        let id = outbox.put("zoe@example.com").await;
        let before = counts().sent;
        assert_eq!(worker.send_due().await, 1);
        assert_eq!(worker.send_due().await, 0);
        let [message] = memory.messages().try_into().unwrap();
        assert_eq!((message.id, message.to_address.as_str()), (id, "zoe@example.com"));
        assert_eq!((message.to_name.as_str(), message.subject.as_str()), ("Zoë", "Access to Café"));
        let row = outbox.row(id).await;
        assert_eq!((row.state.as_str(), row.attempts, row.leased_until), ("sent", 1, None));
        assert_eq!(row.finished_at, Some(outbox.clock.now()));
        assert!(counts().sent > before);
    }
}

#[tokio::test]
async fn what_is_not_due_stays() {
    for outbox in Outbox::on_each_database().await {
        let (worker, memory) = outbox.remembering_worker();
        let id = outbox.put("zoe@example.com").await;
        let due = outbox.clock.now() + TimeDelta::microseconds(1);
        outbox.execute("UPDATE outbox_email SET due_at = $1 WHERE id = $2", [due.into(), id.into()]).await;
        assert_eq!(worker.send_due().await, 0);
        outbox.pass(TimeDelta::microseconds(1));
        assert_eq!(worker.send_due().await, 1);
        assert_eq!(memory.messages().len(), 1);
    }
}

#[tokio::test]
async fn a_mail_leased_by_somebody_else_waits_until_the_lease_has_run_out() {
    for outbox in Outbox::on_each_database().await {
        let (worker, memory) = outbox.remembering_worker();
        let id = outbox.put("zoe@example.com").await;
        let until = outbox.clock.now() + TimeDelta::minutes(2);
        let lease = "UPDATE outbox_email SET leased_until = $1, attempts = 1 WHERE id = $2";
        outbox.execute(lease, [until.into(), id.into()]).await;
        outbox.pass(TimeDelta::seconds(119));
        assert_eq!(worker.send_due().await, 0);
        outbox.pass(TimeDelta::seconds(1));
        assert_eq!(worker.send_due().await, 1);
        assert_eq!(memory.messages()[0].id, id);
        let row = outbox.row(id).await;
        assert_eq!((row.state.as_str(), row.attempts), ("sent", 2));
    }
}

/// The mark is prevented by the database itself: the provider has said yes, and then the program dies.
#[tokio::test]
async fn a_worker_that_dies_between_the_yes_and_the_mark_repeats_under_the_same_id() {
    for outbox in Outbox::on_each_database().await {
        let (worker, memory) = outbox.remembering_worker();
        let id = outbox.put("zoe@example.com").await;
        let postgres = outbox.database.backend() == sea_orm::DbBackend::Postgres;
        if postgres {
            outbox.execute("ALTER TABLE outbox_email ADD CONSTRAINT broken CHECK (state <> 'sent')", []).await;
        } else {
            let trigger = "CREATE TRIGGER broken BEFORE UPDATE ON outbox_email WHEN NEW.state = 'sent' BEGIN SELECT RAISE(ABORT, 'broken'); END";
            outbox.execute(trigger, []).await;
        }
        let dying = tokio::spawn(async move { worker.send_due().await });
        until("the provider has the mail", async || !memory.messages().is_empty()).await;
        dying.abort();
        let _ = dying.await;
        let row = outbox.row(id).await;
        assert_eq!((row.state.as_str(), row.attempts), ("waiting", 1));
        assert!(row.leased_until.is_some());

        outbox
            .execute(
                if postgres { "ALTER TABLE outbox_email DROP CONSTRAINT broken" } else { "DROP TRIGGER broken" },
                [],
            )
            .await;
        let (worker, again) = outbox.remembering_worker();
        assert_eq!(worker.send_due().await, 0, "the lease still runs");
        outbox.pass(TimeDelta::minutes(2));
        assert_eq!(worker.send_due().await, 1);
        assert_eq!(again.messages(), memory.messages(), "word for word, under the same id");
        assert_eq!(outbox.row(id).await.state, "sent");
    }
}

/// At whatever point a worker dies, each mail is sent, and what is sent twice is the same under the same id.
#[tokio::test]
async fn a_worker_killed_again_and_again_loses_no_mail() {
    const KILLS: u64 = 60;
    for outbox in Outbox::on_each_database().await {
        let memory = Memory::default();
        let mut put = HashSet::new();
        for kill in 0..KILLS {
            put.insert(outbox.put("zoe@example.com").await);
            put.insert(outbox.put("bob@example.com").await);
            let worker = outbox.worker(Transport::Memory(memory.clone()));
            let dying = tokio::spawn(async move { worker.send_due().await });
            // From the look into the outbox to the last mark takes some milliseconds.
            tokio::time::sleep(Duration::from_micros(kill * 7919 % 5000)).await;
            dying.abort();
            let _ = dying.await;
            outbox.pass(TimeDelta::minutes(2));
        }
        outbox.worker(Transport::Memory(memory.clone())).send_due().await;
        let mut sent = HashMap::new();
        for message in memory.messages() {
            let before = sent.insert(message.id, message.clone());
            assert!(before.is_none_or(|before| before == message), "a repeat is the same mail");
        }
        assert_eq!(sent.keys().copied().collect::<HashSet<_>>(), put);
        for id in put {
            assert_eq!(outbox.row(id).await.state, "sent");
        }
    }
}

#[tokio::test]
async fn several_servers_send_each_mail_once() {
    const MAILS: usize = 100;
    for outbox in Outbox::on_each_database().await {
        let mut put = HashSet::new();
        for _ in 0..MAILS {
            put.insert(outbox.put("zoe@example.com").await);
        }
        let memory = Memory::default();
        let mut servers = Vec::new();
        for _ in 0..3 {
            let worker = Worker::new(
                outbox.another_server().await,
                mailer(Transport::Memory(memory.clone())),
                outbox.clock.clone(),
                Arc::default(),
            );
            servers.push(tokio::spawn(async move { worker.send_due().await }));
        }
        let mut tried = 0;
        for server in servers {
            tried += server.await.unwrap();
        }
        let sent: Vec<_> = memory.messages().into_iter().map(|message| message.id).collect();
        assert_eq!((tried, sent.len()), (MAILS, MAILS));
        assert_eq!(sent.into_iter().collect::<HashSet<_>>(), put);
    }
}

#[tokio::test]
async fn while_the_mail_server_is_down_mail_waits_ever_longer_and_ends_after_three_days() {
    for outbox in Outbox::on_each_database().await {
        let worker = outbox.worker(nobody());
        let id = outbox.put("zoe@example.com").await;
        let written = outbox.clock.now();
        let mut waits = Vec::new();
        while outbox.row(id).await.state == "waiting" {
            assert_eq!(worker.send_due().await, 1);
            let row = outbox.row(id).await;
            waits.push((row.due_at - outbox.clock.now()).num_seconds());
            assert_eq!(row.leased_until, None);
            assert!(row.last_error.unwrap().starts_with("the mail server could not be used"));
            outbox.wait_until_due(id).await;
        }
        assert!((22..=37).contains(&waits[0]), "{waits:?}");
        assert!((45..=75).contains(&waits[1]), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= 27_000), "{waits:?}");
        assert!((18..=30).contains(&waits.len()), "{waits:?}");
        let row = outbox.row(id).await;
        assert_eq!(row.state, "undeliverable");
        assert_eq!(row.finished_at, Some(written + TimeDelta::days(3)));
        assert!(counts().retried >= 17 && counts().undeliverable >= 1);
        assert_eq!(worker.send_due().await, 0);
    }
}

#[tokio::test]
async fn a_mail_server_that_comes_back_gets_everything() {
    for outbox in Outbox::on_each_database().await {
        let down = outbox.worker(nobody());
        let mut mails = Vec::new();
        for _ in 0..20 {
            mails.push(outbox.put("zoe@example.com").await);
        }
        assert_eq!(down.send_due().await, 20);
        outbox.pass(TimeDelta::hours(1));
        let (worker, memory) = outbox.remembering_worker();
        assert_eq!(worker.send_due().await, 20);
        assert_eq!(memory.messages().len(), 20);
        for id in mails {
            assert_eq!(outbox.row(id).await.state, "sent");
        }
    }
}

#[tokio::test]
async fn a_refused_mail_ends_at_once_and_the_others_go_on() {
    for outbox in Outbox::on_each_database().await {
        let folder = tempfile::tempdir().unwrap();
        let worker = outbox.worker(Transport::Folder(folder.path().to_owned()));
        let refused = outbox.put("this is no address").await;
        let fine = outbox.put("zoe@example.com").await;
        assert_eq!(worker.send_due().await, 2);
        let row = outbox.row(refused).await;
        assert_eq!((row.state.as_str(), row.attempts), ("undeliverable", 1));
        assert_eq!(row.last_error.as_deref(), Some("the recipient's address is not a mail address"));
        assert_eq!(outbox.row(fine).await.state, "sent");
        let [mail] = services::mail::folder::list(folder.path()).try_into().unwrap();
        assert_eq!(mail.to, "Zoë <zoe@example.com>");
    }
}

#[tokio::test]
async fn a_running_worker_wakes_at_once_and_stops_when_told() {
    for outbox in Outbox::on_each_database().await {
        let (worker, memory) = outbox.remembering_worker();
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker.run(stop.clone()));
        tokio::time::sleep(Duration::from_millis(50)).await;
        let mut slowest = Duration::ZERO;
        for sent in 1..=3 {
            outbox.put("zoe@example.com").await;
            let started = Instant::now();
            outbox.wake.notify_one();
            until("the mail is sent", async || memory.messages().len() == sent).await;
            slowest = slowest.max(started.elapsed());
        }
        assert!(slowest < Duration::from_millis(900), "it waited for its next look: {slowest:?}");
        outbox.put("zoe@example.com").await;
        until("found without being told", async || memory.messages().len() == 4).await;
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), running).await.expect("it ends").unwrap();
    }
}

#[tokio::test]
async fn a_worker_outlives_a_failing_database() {
    for outbox in Outbox::on_each_database().await {
        let (worker, memory) = outbox.remembering_worker();
        let id = outbox.put("zoe@example.com").await;
        outbox.execute("ALTER TABLE outbox_email RENAME TO gone", []).await;
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker.run(stop.clone()));
        outbox.wake.notify_one();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!running.is_finished());
        outbox.execute("ALTER TABLE gone RENAME TO outbox_email", []).await;
        until("the mail is sent", async || memory.messages().len() == 1).await;
        until("it is marked", async || outbox.row(id).await.state == "sent").await;
        stop.cancel();
        running.await.unwrap();
    }
}
