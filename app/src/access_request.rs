//! Access requests: an account manager asks, an account owner decides.

pub mod api;
mod dialog;
mod draft;
mod extension;
mod focus;
mod form;
mod member_picker;
mod page;
pub mod posted;
mod question;
mod sent;
mod tabs;
mod to_decide;

pub use dialog::RequestAccessDialog;
pub use extension::ExtendAccessPage;
pub use page::RequestAccessPage;
pub use sent::SentRequestsPage;
pub use to_decide::RequestsToDecidePage;
