//! One member in the list, with what an Admin can do.

use crate::layout::form::PostForm;
use crate::layout::moment::{Ago, Exactly};
use crate::ui::badge::{Badge, Tone};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::select::{Choice, Select};
use crate::ui::table::{Cell, NamingCell};
use domain::MemberId;
use domain::member::{MemberRowView, MemberStatus};
use domain::policy::{GIVEN_ROLES, MemberAct};
use domain::workspace::WorkspaceRole;
use leptos::prelude::*;

/// The columns: each cell carries the heading of its own.
pub(super) mod column {
    pub(in crate::member) const ROLE: &str = "Role";
    pub(in crate::member) const STATUS: &str = "Status";
    pub(in crate::member) const ACTS: &str = "Acts";
    /// What everybody sees.
    pub(in crate::member) const SEEN: [&str; 3] = ["Member", ROLE, STATUS];
    pub(in crate::member) const ALL: [&str; 4] = ["Member", ROLE, STATUS, ACTS];
}

#[component]
pub(super) fn MemberRow(
    /// The member.
    member: MemberRowView,
    /// Whether the reader is an Admin: for others there is no column of acts.
    administers: bool,
) -> impl IntoView {
    let MemberRowView { member, name, email, role, status, joined_at, invited_until, oneself, acts } = member;
    let changes_role = acts.contains(&MemberAct::ChangeRole);
    let (named, for_role) = (name.clone(), name.clone());
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                <Person name=name email=email oneself=oneself />
            </NamingCell>
            <Cell label=column::ROLE>
                {if changes_role {
                    view! { <ChangeRole member=member name=for_role role=role /> }.into_any()
                } else {
                    view! { <span>{role.label()}</span> }.into_any()
                }}
            </Cell>
            <Cell label=column::STATUS>
                <div class="people-status">
                    {match status {
                        MemberStatus::Active => view! { <Badge tone=Tone::Good>{status.label()}</Badge> }.into_any(),
                        MemberStatus::Invited => view! { <Badge tone=Tone::Waiting>{status.label()}</Badge> }.into_any(),
                        MemberStatus::Deactivated => view! { <Badge>{status.label()}</Badge> }.into_any(),
                    }}
                    {invited_until
                        .filter(|_| status == MemberStatus::Invited)
                        .map(|until| view! { <p class="people-soft">"Until " <Exactly at=until /></p> })}
                    {joined_at
                        .filter(|_| status == MemberStatus::Active)
                        .map(|at| view! { <p class="people-soft">"Joined " <Ago at=at /></p> })}
                </div>
            </Cell>
            {administers
                .then(|| {
                    view! {
                        <Cell label=column::ACTS>
                            <div class="people-acts">
                                {acts
                                    .into_iter()
                                    .filter(|act| *act != MemberAct::ChangeRole)
                                    .map(|act| view! { <Act act=act member=member name=named.clone() /> })
                                    .collect_view()}
                            </div>
                        </Cell>
                    }
                })}
        </tr>
    }
}

#[component]
fn Person(name: String, email: String, oneself: bool) -> impl IntoView {
    // Of somebody who has not joined, the address is the name.
    let email = (email != name).then_some(email);
    view! {
        <div class="people-person">
            <span class="people-name">{name} {oneself.then(|| view! { " " <Badge tone=Tone::Accent>"You"</Badge> })}</span>
            {email.map(|email| view! { <span class="people-soft">{email}</span> })}
        </div>
    }
}

#[component]
fn ChangeRole(member: MemberId, name: String, role: WorkspaceRole) -> impl IntoView {
    let choices =
        GIVEN_ROLES.into_iter().map(|other| Choice::new(other.word(), other.label(), other == role)).collect();
    view! {
        <PostForm function="member/change-role" class="people-role">
            <input type="hidden" name="member" value=member.to_string() />
            <Select
                name="role"
                id=format!("role-{member}")
                label=format!("Role of {name}")
                hidden_label=true
                small=true
                choices=choices
            />
            <Button small=true object=format!("of {name}")>
                "Change role"
            </Button>
        </PostForm>
    }
}

/// One act: a link to the page that says what follows from it, or a button.
#[component]
fn Act(act: MemberAct, member: MemberId, name: String) -> impl IntoView {
    let (function, words) = match act {
        MemberAct::Deactivate => {
            return view! {
                <ButtonLink href=format!("/members/{member}/deactivate") small=true look=Look::Quiet object=name>
                    "Deactivate"
                </ButtonLink>
            }
            .into_any();
        }
        MemberAct::ResetSignIn => {
            return view! {
                <ButtonLink
                    href=format!("/members/{member}/reset-sign-in")
                    small=true
                    look=Look::Quiet
                    object=format!("of {name}")
                >
                    "Reset sign-in"
                </ButtonLink>
            }
            .into_any();
        }
        MemberAct::ChangeRole => ("member/change-role", "Change role"),
        MemberAct::Reactivate => ("member/reactivate", "Reactivate"),
        MemberAct::ResendInvitation => ("member/resend-invitation", "Resend invitation"),
        MemberAct::CopyInvitationLink => ("member/invitation-link", "Copy invitation link"),
        MemberAct::WithdrawInvitation => ("member/withdraw-invitation", "Withdraw invitation"),
    };
    let object = if act == MemberAct::Reactivate { name } else { format!("of {name}") };
    view! {
        <PostForm function=function class="people-act">
            <input type="hidden" name="member" value=member.to_string() />
            <Button small=true look=Look::Quiet object=object>
                {words}
            </Button>
        </PostForm>
    }
    .into_any()
}
