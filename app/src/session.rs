//! Sign-in, sign-out, and who is signed in.

pub mod api;
mod confirm;
mod list;
mod second_step_page;
mod sign_in;
mod sign_out;

pub use confirm::ConfirmItIsYou;
pub use list::SessionList;
pub use second_step_page::SecondStepPage;
pub use sign_in::SignInPage;
pub use sign_out::SignOutForm;
