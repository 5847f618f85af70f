//! Shares: accounts offered through partnerships, and whom that reaches.

mod accounts;
mod again;
pub mod api;
mod draft;
mod members;
mod people;
mod search;
mod share;
mod stop;
mod target;
mod with;

pub use accounts::PartnerAccountsPage;
pub use again::ShareAgainPage;
pub use members::PartnerMembersPage;
pub use share::ShareAccountsPage;
pub use target::ShareAccountPage;
pub use with::SharedWith;
