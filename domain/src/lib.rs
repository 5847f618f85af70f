//! What is true in Latchkey: its words, rules, states and the views made of them.
//!
//! Pure and safe for the browser: no input or output, no clock, no randomness, no framework. A rule that needs no
//! database stands here once, and is used by the page (to show a disabled choice with its reason) and by the use
//! case (to decide) alike.

pub mod access_grant;
pub mod access_request;
pub mod account;
pub mod account_share;
pub mod activity;
pub mod credential;
pub mod error;
pub mod id;
pub mod invitation;
pub mod link;
pub mod member;
pub mod notification;
pub mod partnership;
pub mod policy;
pub mod profile;
pub mod second_factor;
pub mod secret;
pub mod session;
pub mod text;
pub mod time;
pub mod word;
pub mod workspace;

pub use error::{AppError, Conflict, Denial, Problem};
pub use id::*;
pub use time::Moment;
