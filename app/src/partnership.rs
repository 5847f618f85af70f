//! Partners: the list, a partner's page with what can be done in each state, and the policy.

mod accept;
mod act;
mod add;
pub mod api;
mod end;
pub mod header;
mod list;
mod overview;
mod owner;
mod policy;
mod remove;

pub use accept::AcceptPartnershipPage;
pub use act::{DeclinePartnershipPage, SendAgainPage, SuspendPartnershipPage, WithdrawPartnershipPage};
pub use add::AddPartnerPage;
pub use end::PartnershipEndPage;
pub use list::PartnerListPage;
pub use overview::PartnerOverviewPage;
pub use owner::PartnershipOwnerPage;
pub use policy::PartnerPolicyPage;
pub use remove::RemovePartnerPage;
