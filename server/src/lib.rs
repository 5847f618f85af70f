//! How Latchkey runs: its settings, its router, and the loop that serves it.
//!
//! A library, so that tests can send requests to the router without a network. Everything between the network and a page
//! or server function stands here: who may come in, how big and how slow a request may be, and what every answer says to
//! the browser about security.

// A page's view is one type, as deep as the page it makes.
#![recursion_limit = "256"]

mod account_import;
mod activity_export;
pub mod assets;
pub mod cli;
pub mod config;
mod dev_mail;
mod live;
mod member_export;
mod page_form;
mod plain_request;
pub mod router;
pub mod serve;
pub mod telemetry;
pub mod worker;
