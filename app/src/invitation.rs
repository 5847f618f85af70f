//! Taking up an invitation.

pub mod api;
mod join;

pub use join::JoinPage;
pub(crate) use join::{ForgottenPassword, NewSignIn};
