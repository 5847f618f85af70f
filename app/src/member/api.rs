//! Server functions of the members of a workspace, and of inviting some.

use crate::wire::{Failure, Json};
use domain::MemberId;
use domain::member::{LeavingView, MemberFilter, MemberListView, PickedMember};
use domain::workspace::WorkspaceRole;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// The members of a workspace, a page at a time.
#[server(prefix = "/api", endpoint = "member/list", input = PostUrl, output = Json)]
pub async fn list_members(filter: MemberFilter) -> Result<MemberListView, Failure> {
    Ok(crate::ssr::ctx()?.members(&filter).await?)
}

/// An Admin opens the form to invite people.
#[server(prefix = "/api", endpoint = "member/may-invite", input = PostUrl, output = Json)]
pub async fn may_invite() -> Result<(), Failure> {
    crate::ssr::ctx()?.admin()?;
    Ok(())
}

/// An Admin invites people.
#[server(prefix = "/api", endpoint = "member/invite", input = PostUrl, output = Json)]
pub async fn invite_members(#[server(default)] emails: String, #[server(default)] role: String) -> Result<(), Failure> {
    let answers = crate::ssr::ctx()?.admin()?.invite(&emails, &role).await?;
    crate::ssr::notify(crate::wire::Notice { items: answers.lines(), ..crate::wire::Notice::done(answers.message()) });
    crate::ssr::redirect(super::ALL_MEMBERS);
    Ok(())
}

/// An Admin sends an invitation once more.
#[server(prefix = "/api", endpoint = "member/resend-invitation", input = PostUrl, output = Json)]
pub async fn resend_invitation(member: MemberId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.colleague(member).await?.managed()?.resend_invitation().await?;
    crate::ssr::notify(crate::wire::Notice::done(told));
    Ok(())
}

/// An Admin makes a link that lets somebody join, to pass it on by hand.
#[server(prefix = "/api", endpoint = "member/invitation-link", input = PostUrl, output = Json)]
pub async fn invitation_link(member: MemberId) -> Result<(), Failure> {
    let copied = crate::ssr::ctx()?.colleague(member).await?.managed()?.invitation_link().await?;
    crate::ssr::notify(crate::wire::Notice { copy: copied.link, ..crate::wire::Notice::done(copied.told) });
    Ok(())
}

/// An Admin takes an invitation back.
#[server(prefix = "/api", endpoint = "member/withdraw-invitation", input = PostUrl, output = Json)]
pub async fn withdraw_invitation(member: MemberId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.colleague(member).await?.managed()?.withdraw_invitation().await?;
    crate::ssr::notify(crate::wire::Notice::done(told));
    Ok(())
}

/// An Admin changes a member's role in the workspace.
#[server(prefix = "/api", endpoint = "member/change-role", input = PostUrl, output = Json)]
pub async fn change_workspace_role(member: MemberId, role: WorkspaceRole) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.colleague(member).await?.managed()?.change_role(role).await?;
    crate::ssr::notify(crate::wire::Notice::done(told));
    Ok(())
}

/// An Admin sees what would end with a member.
#[server(prefix = "/api", endpoint = "member/leaving", input = PostUrl, output = Json)]
pub async fn leaving_member(member: MemberId) -> Result<LeavingView, Failure> {
    Ok(crate::ssr::ctx()?.colleague(member).await?.managed()?.leaving().await?)
}

/// An Admin puts a member out.
#[server(prefix = "/api", endpoint = "member/deactivate", input = PostUrl, output = Json)]
pub async fn deactivate_member(member: MemberId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.colleague(member).await?.managed()?.deactivate().await?;
    crate::ssr::done(super::ALL_MEMBERS, told);
    Ok(())
}

/// An Admin lets a member in again.
#[server(prefix = "/api", endpoint = "member/reactivate", input = PostUrl, output = Json)]
pub async fn reactivate_member(member: MemberId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.colleague(member).await?.managed()?.reactivate().await?;
    crate::ssr::notify(crate::wire::Notice::done(told));
    Ok(())
}

/// An Admin looks at whom they are about to do something to.
#[server(prefix = "/api", endpoint = "member/managed", input = PostUrl, output = Json)]
pub async fn managed_member(member: MemberId) -> Result<PickedMember, Failure> {
    Ok(crate::ssr::ctx()?.colleague(member).await?.managed()?.picked())
}

/// An Admin resets a member's sign-in.
#[server(prefix = "/api", endpoint = "member/reset-sign-in", input = PostUrl, output = Json)]
pub async fn reset_sign_in(member: MemberId) -> Result<(), Failure> {
    let copied = crate::ssr::ctx()?.colleague(member).await?.managed()?.reset_sign_in().await?;
    crate::ssr::notify(crate::wire::Notice { copy: copied.link, ..crate::wire::Notice::done(copied.told) });
    crate::ssr::redirect(super::ALL_MEMBERS);
    Ok(())
}
