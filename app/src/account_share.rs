//! Shares: accounts offered through partnerships, and whom that reaches.

mod again;
pub mod api;
mod draft;
mod people;
mod share;
mod stop;
mod target;
mod with;

pub use again::ShareAgainPage;
pub use share::ShareAccountsPage;
pub use target::ShareAccountPage;
pub use with::SharedWith;
