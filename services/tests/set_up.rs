//! An empty installation is set up, once.
#![allow(clippy::unwrap_used, reason = "a test may break off")]

#[path = "database/postgres.rs"]
mod postgres;
#[path = "database/vault.rs"]
mod vault;

use domain::workspace::{Founding, FoundingForm, WorkspaceRole};
use services::session::Browser;
use services::workspace::Founded;
use services::{Database, Error, Services, Settings};
use std::net::Ipv4Addr;

async fn empty(url: &str) -> Services {
    let database = Database::connect(url).await.unwrap();
    database.migrate().await.unwrap();
    let site_url = "https://latchkey.example".parse().unwrap();
    let vault = vault::vault_of(&database).await;
    Services::new(database, vault, Settings::new(site_url, Founding::Invitation))
}

fn form(email: &str) -> FoundingForm {
    FoundingForm {
        workspace: "Harbor Coffee".to_owned(),
        name: "Hana Head".to_owned(),
        email: email.to_owned(),
        password: "several words in a row".to_owned(),
    }
}

async fn set_up(services: &Services, token: &str, email: &str) -> Result<Founded, Error> {
    services.set_up(token, &form(email), &Browser::at(Ipv4Addr::LOCALHOST.into())).await
}

async fn link(services: &Services) -> String {
    let link = services.set_up_link().await.unwrap().unwrap();
    link.strip_prefix("https://latchkey.example/set-up?token=").unwrap().to_owned()
}

async fn the_set_up_link_makes_the_first_workspace_and_its_owner(services: Services, other: Services) {
    let (token, spare) = (link(&services).await, link(&services).await);
    assert!(services.can_set_up(&token).await.unwrap());
    assert!(!services.can_set_up("anything").await.unwrap());
    let wrong = FoundingForm { workspace: " ".to_owned(), password: "short".to_owned(), ..form("nobody") };
    let browser = Browser::at(Ipv4Addr::LOCALHOST.into());
    let refused = services.set_up(&token, &wrong, &browser).await.unwrap_err().for_people().unwrap();
    for field in ["workspace", "email", "password"] {
        assert!(refused.problem_with(field).is_some(), "{field}: {refused}");
    }
    assert!(services.database().is_empty().await.unwrap());

    // Two at once, on two servers, with a link each: one founds.
    let (one, two) =
        tokio::join!(set_up(&services, &token, "hana@harbor.example"), set_up(&other, &spare, "hana@harbor.example"));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let founded = one.or(two).unwrap();
    let ctx = services.session(&founded.session.unwrap().id).await.unwrap().unwrap();
    assert_eq!((ctx.role(), ctx.frame().workspace.as_str()), (WorkspaceRole::Owner, "Harbor Coffee"));
    assert_eq!(ctx.frame().email, "hana@harbor.example");

    for token in [&token, &spare] {
        assert!(!services.can_set_up(token).await.unwrap());
        let late = set_up(&services, token, "eve@elsewhere.example").await.unwrap_err().for_people().unwrap();
        assert_eq!(late.to_string(), "This installation is set up already. Sign in, or ask for an invitation.");
    }
    assert_eq!(services.set_up_link().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("latchkey.db").display());
    the_set_up_link_makes_the_first_workspace_and_its_owner(empty(&url).await, empty(&url).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    let Some(database) = postgres::PostgresDatabase::empty().await else { return };
    let (one, two) = (empty(&database.url()).await, empty(&database.url()).await);
    the_set_up_link_makes_the_first_workspace_and_its_owner(one, two).await;
    database.remove().await;
}
