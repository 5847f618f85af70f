//! Passkeys: setting one up, and signing in with one. Both need scripts, as only a script can ask the browser for them.

pub mod api;
mod ceremony;
mod form;

pub use form::{AddPasskey, SignInWithPasskey};
