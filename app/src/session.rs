//! Sign-in, sign-out, and who is signed in.

pub mod api;
mod sign_in;

pub use sign_in::SignInPage;
