//! Access to an account: who has it, who asks for it, and what an owner does about it.

mod add_members;
pub mod api;
mod decide;
mod give_back;
mod member_row;
mod members;
mod pending_row;
mod remove;
mod row_dialog;
mod waiting;

pub use add_members::AddMembersPage;
pub use decide::Decide;
pub use give_back::GiveBack;
pub use member_row::Person;
pub use members::AccountMembersPage;
pub use row_dialog::RowDialog;
