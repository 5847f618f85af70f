//! A member with access.

use super::members::column;
use super::remove::Remove;
use crate::layout::moment::{Ago, Exactly};
use crate::ui::badge::{Badge, Initial, Tone};
use crate::ui::button::Button;
use crate::ui::select::{Choice, Select};
use crate::ui::table::{Cell, NamingCell};
use domain::access_request::AccountMemberView;
use domain::account::AccountRole;
use domain::member::PickedMember;
use domain::workspace::WorkspaceBadge;
use domain::{AccountId, MemberId};
use leptos::prelude::*;

#[component]
pub(super) fn MemberRow(account: AccountId, member: AccountMemberView) -> impl IntoView {
    let AccountMemberView { member, workspace, guest, role, via, last_used_at, ends_at, suspended, roles, can_remove } =
        member;
    let (id, name) = (member.member, member.name.clone());
    let role_name = name.clone();
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                <Person member=member workspace=workspace />
            </NamingCell>
            <Cell label=column::ROLE>
                {if roles.is_empty() {
                    view! { <span>{role.label()}</span> }.into_any()
                } else {
                    view! { <ChangeRole account=account member=id name=role_name role=role roles=roles /> }.into_any()
                }}
            </Cell>
            <Cell label=column::VIA>
                <span class="member-via">{via}</span>
            </Cell>
            <Cell label=column::LAST_USED>
                {match last_used_at {
                    Some(at) => view! { <Ago at=at /> }.into_any(),
                    None => view! { <span class="member-soft">"Not yet"</span> }.into_any(),
                }}
            </Cell>
            <Cell label=column::STATUS>
                <div class="member-status">
                    {if suspended {
                        view! { <Badge tone=Tone::Waiting>"Suspended"</Badge> }.into_any()
                    } else {
                        view! { <Badge tone=Tone::Good>"Active"</Badge> }.into_any()
                    }}
                    {can_remove.then(|| view! { <Remove account=account member=id name=name guest=guest /> })}
                    {ends_at
                        .map(|ends_at| {
                            view! {
                                <p class="member-soft member-end">"Ends " <Exactly at=ends_at /></p>
                            }
                        })}
                </div>
            </Cell>
        </tr>
    }
}

/// Who it is, and of which company.
#[component]
pub fn Person(
    /// Who.
    member: PickedMember,
    /// Their company.
    workspace: String,
) -> impl IntoView {
    let badge = WorkspaceBadge { name: workspace };
    let (local, domain) = member.email.split_at(member.email.find('@').unwrap_or(member.email.len()));
    let (local, domain) = (local.to_owned(), domain.to_owned());
    view! {
        <div class="member">
            <Initial letter=badge.initial() name=badge.name />
            <div class="member-text">
                <span class="member-name">{member.name}</span>
                <span class="member-soft">{local} <wbr /> {domain}</span>
            </div>
        </div>
    }
}

#[component]
fn ChangeRole(
    account: AccountId,
    member: MemberId,
    name: String,
    role: AccountRole,
    mut roles: Vec<AccountRole>,
) -> impl IntoView {
    if !roles.contains(&role) {
        roles.push(role);
    }
    roles.sort();
    let choices = roles.into_iter().map(|other| Choice::new(other.word(), other.label(), other == role)).collect();
    view! {
        <form class="role-form" method="post" action="/api/access-grant/change-role">
            <input type="hidden" name="account" value=account.to_string() />
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
        </form>
    }
}
