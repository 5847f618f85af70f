//! Members of the own workspace.

pub mod api;
mod deactivate;
mod filter;
mod invite;
mod list;
mod reset_sign_in;
mod row;

pub use deactivate::DeactivateMemberPage;
pub use invite::InviteMembersPage;
pub use list::MemberListPage;
pub use reset_sign_in::ResetSignInPage;

use domain::MemberId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The list, which other pages lead back to.
const ALL_MEMBERS: &str = "/members";

/// The member that the page's address names.
fn in_address() -> Option<MemberId> {
    use_params_map().with_untracked(|params| params.get_str("member")?.parse().ok())
}
