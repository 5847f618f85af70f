//! The edge: what happens to a request before and after the application.

// A test says what is wrong by stopping there.
#![allow(clippy::unwrap_used, clippy::panic)]

mod account_import;
mod activity;
mod assets;
mod canary;
mod closed;
mod health;
mod incident;
mod live;
mod log_in;
mod mail;
mod origin;
mod page_cost;
mod plain_request;
#[path = "../../../services/tests/database/postgres.rs"]
mod postgres;
mod security;
mod settings;
mod site;
mod size;
mod sweep;
#[path = "../../../services/tests/database/vault.rs"]
mod vault;
