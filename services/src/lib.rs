//! What happens in Latchkey: use cases as methods on witnesses of a right, and the queries they ask.
//!
//! Knows no HTTP and no interface. Whoever wants to change something needs, in this order: a [`Ctx`]
//! ([`Services::session`] makes one), the thing as this member sees it (such as [`Ctx::account`]), and a witness of the
//! right to act on it (such as `account.owner()?`). Each change writes its activity event, notifications and mail in its
//! own transaction.

pub mod access_grant;
pub mod access_request;
pub mod account;
pub mod account_share;
pub mod activity;
pub mod backup;
mod context;
mod credential;
mod database;
pub mod demo;
mod entity;
mod error;
pub mod invitation;
mod link;
pub mod live;
pub mod mail;
pub mod member;
mod member_search;
mod notification;
mod notify;
mod oneself;
pub mod partnership;
pub mod passkey;
pub mod password;
mod profile;
mod refusal;
pub mod second_factor;
pub mod session;
mod shell;
mod sweep;
pub mod vault;
pub mod workspace;

pub use context::{Clock, Ctx, Services, Settings, WorkspaceAdmin, WorkspaceOwner};
pub use database::{Database, Statements};
pub use error::{Error, chain, incident};
pub use oneself::Oneself;
