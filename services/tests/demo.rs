//! The demo, as somebody finds it who has just installed Latchkey.
#![allow(clippy::unwrap_used, reason = "a test may break off")]

#[path = "database/postgres.rs"]
mod postgres;
#[path = "database/vault.rs"]
mod vault;

use domain::account::{AccountFilter, AccountRole};
use domain::workspace::Founding;
use services::demo::{DemoSize, PASSWORD, fill};
use services::session::Browser;
use services::{Ctx, Database, Error, Services, Settings};
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
    let size = DemoSize { members: 1_000, accounts: 24 };
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

mod on_sqlite {
    #[tokio::test]
    async fn the_demo_fills_an_empty_database_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("demo.db").display());
        super::the_demo_fills_an_empty_database_and_no_other(super::empty(&url).await).await;
    }
}

mod on_postgres {
    #[tokio::test]
    async fn the_demo_fills_an_empty_database_and_no_other() {
        let Some(database) = crate::postgres::PostgresDatabase::empty().await else { return };
        super::the_demo_fills_an_empty_database_and_no_other(super::empty(&database.url()).await).await;
        database.remove().await;
    }
}
