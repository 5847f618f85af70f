//! Inviting people.

use super::ALL_MEMBERS;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::select::{Choice, Select};
use crate::ui::text_field::TextArea;
use domain::policy::GIVEN_ROLES;
use domain::workspace::WorkspaceRole;
use leptos::prelude::*;
use leptos_meta::Title;

/// Several addresses, one role.
#[component]
pub fn InviteMembersPage() -> impl IntoView {
    Suspend::new(async move {
        let allowed = super::api::may_invite().await;
        crate::layout::page_or_error(allowed, |()| view! { <InviteForm posted=Posted::to("member/invite") /> })
    })
}

#[component]
fn InviteForm(posted: Posted) -> impl IntoView {
    let chosen = posted.or("role", WorkspaceRole::User.word());
    let roles =
        GIVEN_ROLES.into_iter().map(|role| Choice::new(role.word(), role.label(), role.word() == chosen)).collect();
    view! {
        <Title text=posted.title("Invite members") />
        <div class="page-head">
            <h1>"Invite members"</h1>
        </div>
        <Problems posted=posted.clone() />
        <PostForm function="member/invite">
            <TextArea
                name="emails"
                label="Email addresses"
                hint="Separate several by commas or lines. Each gets a mail with a link of their own, which ends after 7 days."
                value=posted.or("emails", "")
                rows=6
                required=true
                error=posted.problem("emails")
            />
            <Select
                name="role"
                label="Role"
                hint="Users work with the accounts they are given. Admins look after people and partners as well."
                choices=roles
                error=posted.problem("role")
            />
            <div class="form-acts">
                <Button look=Look::Primary>"Send invitations"</Button>
                <ButtonLink href=ALL_MEMBERS>"Cancel"</ButtonLink>
            </div>
        </PostForm>
    }
}
