//! The demo, as somebody finds it who has just installed Latchkey.
#![allow(clippy::unwrap_used, reason = "a test may break off")]

#[path = "database/postgres.rs"]
mod postgres;
#[path = "database/vault.rs"]
mod vault;

use domain::account::{AccountFilter, AccountRole};
use domain::activity::ActivityFilter;
use domain::workspace::Founding;
use services::activity::verify::Trust;
use services::demo::{DemoSize, PASSWORD, fill};
use services::session::Browser;
use services::{Ctx, Database, Error, Services, Settings};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;

async fn empty(url: &str) -> Services {
    let database = Database::connect(url).await.unwrap();
    database.migrate().await.unwrap();
    let vault = vault::vault_of(&database).await;
    Services::new(database, vault, Settings::new("https://latchkey.example".parse().unwrap(), Founding::Invitation))
}

async fn sign_in(services: &Services, email: &str) -> Ctx {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let session = services.sign_in(email, PASSWORD, &Browser::at(address)).await.unwrap().session().unwrap();
    services.session(&session.id).await.unwrap().unwrap()
}

async fn the_demo_fills_an_empty_database_and_no_other(services: Services) {
    let said = Mutex::new(Vec::new());
    let progress = |line: &str| said.lock().unwrap().push(line.to_owned());
    let size = DemoSize { members: 1_000, accounts: 24, events: 0 };
    let summary = fill(&services, size, &progress).await.unwrap().to_string();
    assert!(!said.lock().unwrap().is_empty());

    let again = fill(&services, size, &|_| ()).await;
    assert!(matches!(again, Err(Error::NotEmpty)));

    for (email, role, cards) in [
        ("owner@harbor.example", Some(AccountRole::Owner), 24),
        ("second-owner@harbor.example", Some(AccountRole::Owner), 24),
        ("admin@harbor.example", None, 0),
        ("manager@northlight.example", Some(AccountRole::AccountManager), 24),
        ("collaborator@northlight.example", Some(AccountRole::Collaborator), 4),
        ("teammate@northlight.example", None, 0),
    ] {
        assert!(summary.contains(email) && summary.contains(PASSWORD), "{summary}");
        let list = sign_in(&services, email).await.accounts(&AccountFilter::default()).await.unwrap();
        assert_eq!(list.cards.len(), cards, "{email}");
        assert!(list.cards.iter().all(|card| Some(card.role) == role), "{email}");
    }

    let owner = sign_in(&services, "owner@harbor.example").await;
    let mut pending = Vec::new();
    for card in owner.accounts(&AccountFilter::default()).await.unwrap().cards {
        pending.extend(owner.account(card.account).await.unwrap().members(None, None).await.unwrap().pending);
    }
    let requesters: Vec<&str> = pending.iter().map(|line| line.requester.as_str()).collect();
    assert_eq!(requesters, ["Ben Okafor"], "one request waits");
    assert!(pending[0].decide.is_some());

    let manager = sign_in(&services, "manager@northlight.example").await;
    let account = manager.accounts(&AccountFilter::default()).await.unwrap().cards[0].account;
    let search = async |typed: &str| {
        let manager = manager.account(account).await.unwrap().manager().unwrap();
        let found = manager.search_members(typed, AccountRole::Collaborator).await.unwrap();
        found.into_iter().map(|member| member.name).collect::<Vec<_>>()
    };
    assert_eq!(search("ann sor teammate").await, ["Ann Sørensen"]);
    assert_eq!(search("smith").await.len(), 10);
    assert_eq!(search("northlight").await.len(), 10);
    assert!(search("lindqvist marta").await.is_empty(), "of the other company");
}

async fn what_is_made_up_is_sealed_and_shown(services: Services) {
    let said = Mutex::new(Vec::new());
    let progress = |line: &str| said.lock().unwrap().push(line.to_owned());
    let size = DemoSize { members: 40, events: 3_000, ..DemoSize::default() };
    fill(&services, size, &progress).await.unwrap();
    assert!(said.lock().unwrap().iter().any(|line| line.contains("3,000 events")));

    services.seal_activity().await.unwrap();
    let trust = Trust { key: Some(services.activity_key().await.unwrap()), ..Trust::default() };
    let report = services.database().verify_activity(&trust).await.unwrap();
    // What was made up is older than its seals, and nothing else is.
    let late = "3000 events, from event 1 to 3000, were sealed more than 12 minutes after they had happened";
    assert!(report.is_clean() && report.notes.len() == 1 && report.notes[0].starts_with(late), "{report}");
    assert!(report.events > 3_000, "beside what was made up there is what the story tells: {report}");

    let admin = sign_in(&services, "admin@harbor.example").await;
    let mut filter = ActivityFilter::default();
    let (mut times, mut kinds) = (Vec::new(), BTreeSet::new());
    loop {
        let page = admin.activity(&filter).await.unwrap();
        times.extend(page.rows.iter().map(|row| row.at));
        kinds.extend(page.rows.into_iter().map(|row| row.event));
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    assert!(times.is_sorted_by(|later, earlier| later >= earlier), "the sequence is the order in which it happened");
    assert!((2_000..3_000).contains(&times.len()), "the guest's own sign-ins are not the host's: {}", times.len());
    assert!(kinds.len() > 8, "{kinds:?}");

    let after = |member: &str| ActivityFilter { member: member.to_owned(), ..ActivityFilter::default() };
    assert_eq!(admin.activity(&after("ben okafor")).await.unwrap().rows.len(), 50);
    assert!(admin.activity(&after("ann sorensen")).await.unwrap().rows.is_empty(), "she has no access yet");
}

mod on_sqlite {
    #[tokio::test]
    async fn the_demo_fills_an_empty_database_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("demo.db").display());
        super::the_demo_fills_an_empty_database_and_no_other(super::empty(&url).await).await;
    }

    #[tokio::test]
    async fn what_is_made_up_is_sealed_and_shown() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("demo.db").display());
        super::what_is_made_up_is_sealed_and_shown(super::empty(&url).await).await;
    }
}

mod on_postgres {
    #[tokio::test]
    async fn the_demo_fills_an_empty_database_and_no_other() {
        let Some(database) = crate::postgres::PostgresDatabase::empty().await else { return };
        super::the_demo_fills_an_empty_database_and_no_other(super::empty(&database.url()).await).await;
        database.remove().await;
    }

    #[tokio::test]
    async fn what_is_made_up_is_sealed_and_shown() {
        let Some(database) = crate::postgres::PostgresDatabase::empty().await else { return };
        super::what_is_made_up_is_sealed_and_shown(super::empty(&database.url()).await).await;
        database.remove().await;
    }
}
