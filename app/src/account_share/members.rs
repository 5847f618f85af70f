//! The Members tab of a partner: the guest's people who have access.

use super::api::partner_members;
use super::search::Search;
use crate::access_grant::RowDialog;
use crate::layout::address::Address;
use crate::layout::moment::Ago;
use crate::layout::paging::Paging;
use crate::layout::{Empty, NotFound, page_or_error};
use crate::partnership::header::{PartnerHeader, Tab, in_address};
use crate::ui::badge::{Badge, Tone};
use crate::ui::button::{Button, DialogCloser, DialogOpener, Look};
use crate::ui::icon::Drawing;
use crate::ui::table::{Cell, NamingCell, Table};
use domain::PartnershipId;
use domain::account_share::{HeldAccountView, PartnerMemberView, PartnerMembersView};
use domain::member::PickedMember;
use leptos::prelude::*;

mod column {
    pub(super) const ACCOUNTS: &str = "Accounts";
    pub(super) const LAST_USED: &str = "Last used";
    pub(super) const STATUS: &str = "Status";
    pub(super) const ALL: [&str; 4] = ["Member", ACCOUNTS, LAST_USED, STATUS];
}

/// At the host everyone of the guest who has something, at the guest its own people.
#[component]
pub fn PartnerMembersPage() -> impl IntoView {
    let Some(partnership) = in_address() else { return view! { <NotFound /> }.into_any() };
    let page = Address::of_page();
    Suspend::new(async move {
        let search = page.get("search").unwrap_or_default().to_owned();
        let members = partner_members(partnership, search, page.get("after").map(str::to_owned)).await;
        page_or_error(members, |members| view! { <Members members=members page=page /> })
    })
    .into_any()
}

#[component]
fn Members(members: PartnerMembersView, page: Address) -> impl IntoView {
    let PartnerMembersView { header, members, next, host, suspended } = members;
    let (partnership, partner) = (header.partnership, header.name.clone());
    let caption =
        if host { format!("Members of {partner} with access") } else { "Your members with access".to_owned() };
    let searched = page.get("search").is_some() || page.get("after").is_some();
    view! {
        <PartnerHeader header=header tab=Tab::Members />
        <div class="partner-tab-head">
            {(searched || !members.is_empty()).then(|| view! { <Search page=page.clone() label="Search members" /> })}
        </div>
        <div data-live="partner-members">
            {if !members.is_empty() {
                view! {
                    <Table caption=caption columns=&column::ALL>
                        {members
                            .into_iter()
                            .map(|member| {
                                view! {
                                    <Row
                                        partnership=partnership
                                        partner=partner.clone()
                                        member=member
                                        suspended=suspended
                                    />
                                }
                            })
                            .collect_view()}
                    </Table>
                }
                    .into_any()
            } else if searched {
                view! {
                    <Empty heading="No member found" drawing=Drawing::Search>
                        <p>"Try other words, or clear the search."</p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <Empty heading="Nobody has access" drawing=Drawing::People>
                        <p>
                            {if host {
                                "Members of this partner who have access to your accounts appear here."
                            } else {
                                "Members of your company who have access to this partner’s accounts appear here."
                            }}
                        </p>
                    </Empty>
                }
                    .into_any()
            }}
            <Paging page=page next=next />
        </div>
    }
}

#[component]
fn Row(partnership: PartnershipId, partner: String, member: PartnerMemberView, suspended: bool) -> impl IntoView {
    let PartnerMemberView { member, accounts, more, waits, last_used_at, can_remove } = member;
    let PickedMember { member, name, email } = member;
    let removed = name.clone();
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                <div class="share-account">
                    <span class="member-name">{name}</span>
                    <span class="share-soft">{email}</span>
                </div>
            </NamingCell>
            <Cell label=column::ACCOUNTS>
                <Held accounts=accounts more=more />
            </Cell>
            <Cell label=column::LAST_USED>
                {match last_used_at {
                    Some(at) => view! { <Ago at=at /> }.into_any(),
                    None => view! { <span class="share-soft">"Not yet"</span> }.into_any(),
                }}
            </Cell>
            <Cell label=column::STATUS>
                <div class="share-acts">
                    {if suspended {
                        view! { <Badge tone=Tone::Waiting>"Suspended"</Badge> }.into_any()
                    } else if waits {
                        view! { <Badge tone=Tone::Waiting>"Waits for an owner"</Badge> }.into_any()
                    } else {
                        view! { <Badge tone=Tone::Good>"Active"</Badge> }.into_any()
                    }}
                    {can_remove
                        .then(|| {
                            view! { <Remove partnership=partnership partner=partner member=member name=removed /> }
                        })}
                </div>
            </Cell>
        </tr>
    }
}

#[component]
fn Held(accounts: Vec<HeldAccountView>, more: u32) -> impl IntoView {
    let nothing_named = accounts.is_empty();
    let more = match (more, nothing_named) {
        (0, _) => None,
        (1, true) => Some("1 account".to_owned()),
        (more, true) => Some(format!("{more} accounts")),
        (more, false) => Some(format!("and {more} more")),
    };
    view! {
        <ul class="held-accounts" role="list">
            {accounts
                .into_iter()
                .map(|held| {
                    view! {
                        <li>
                            <a href=format!("/accounts/{}", held.account)>{held.label}</a>
                            <span class="share-soft">{format!(" · {}", held.role.label())}</span>
                        </li>
                    }
                })
                .collect_view()}
            {more.map(|more| view! { <li class="share-soft">{more}</li> })}
        </ul>
    }
}

#[component]
fn Remove(partnership: PartnershipId, partner: String, member: domain::MemberId, name: String) -> impl IntoView {
    let dialog = format!("remove-{member}");
    view! {
        <DialogOpener dialog=dialog.clone() look=Look::Quiet object=name.clone()>
            "Remove"
        </DialogOpener>
        <RowDialog id=dialog.clone() heading="Remove member?">
            <p>
                <strong>{name}</strong>
                {format!(
                    " loses access to every account that is shared with {partner}, at once. What they have requested for others and nobody has decided is cancelled.",
                )}
            </p>
            <p>
                "An account manager of their company can request access for them again. Whoever knows an account's
                password can still use it outside Latchkey."
            </p>
            <form class="dialog-acts" method="post" action="/api/account-share/remove-member">
                <input type="hidden" name="partnership" value=partnership.to_string() />
                <input type="hidden" name="member" value=member.to_string() />
                <DialogCloser dialog=dialog>"Cancel"</DialogCloser>
                <Button look=Look::Danger>"Remove"</Button>
            </form>
        </RowDialog>
    }
}
