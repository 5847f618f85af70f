//! Access requests: an account manager asks, an account owner decides.

pub mod api;
mod dialog;
mod draft;
mod focus;
mod form;
mod member_picker;
mod page;
pub mod posted;
mod question;

pub use dialog::RequestAccessDialog;
pub use page::RequestAccessPage;
