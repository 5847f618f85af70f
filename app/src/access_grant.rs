//! Access to an account: who has it, who asks for it, and what an owner does about it.

pub mod api;
mod decide;
mod member_row;
mod members;
mod pending_row;
mod remove;
mod row_dialog;

pub use decide::Decide;
pub use member_row::Person;
pub use members::AccountMembersPage;
