//! The Members tab of an account.

use super::api::account_members;
use super::member_row::MemberRow;
use super::pending_row::PendingRow;
use super::waiting::Waiting;
use crate::account::{AccountHeader, Tab, in_address};
use crate::account_share::SharedWith;
use crate::layout::address::Address;
use crate::layout::paging::Paging;
use crate::layout::{Empty, NotFound, page_or_error};
use crate::ui::button::ButtonLink;
use crate::ui::icon::Drawing;
use crate::ui::table::Table;
use domain::RequestLineId;
use domain::access_request::AccountMembersView;
use leptos::prelude::*;

/// The columns: each cell carries the heading of its own.
pub(super) mod column {
    pub(in crate::access_grant) const ROLE: &str = "Role";
    pub(in crate::access_grant) const VIA: &str = "Shared via";
    pub(in crate::access_grant) const LAST_USED: &str = "Last used";
    pub(in crate::access_grant) const STATUS: &str = "Status";
    pub(super) const ALL: [&str; 5] = ["Member", ROLE, VIA, LAST_USED, STATUS];
}

/// Lines that wait, then members with access. `line` in the address marks the line that an email is about.
#[component]
pub fn AccountMembersPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    let page = Address::of_page();
    Suspend::new(async move {
        let line = line_in(&page);
        let members = account_members(account, page.get("after").map(str::to_owned), line).await;
        page_or_error(members, |members| view! { <Members members=members page=page /> })
    })
    .into_any()
}

#[component]
fn Members(members: AccountMembersView, page: Address) -> impl IntoView {
    let AccountMembersView { header, told, waiting, pending, more_pending, members, next, shares, can_add } = members;
    let (account, label) = (header.account, header.label.clone());
    let caption = format!("Members of {}", header.label);
    let marked = line_in(&page);
    let nobody = pending.is_empty() && members.is_empty();
    view! {
        <AccountHeader header=header tab=Tab::Members />
        <div data-live="members">
            <Waiting account=account guests=waiting />
            {told.map(|told| view! { <p class="notice notice-neutral members-told">{told}</p> })}
            {can_add
                .then(|| {
                    view! {
                        <p class="members-acts">
                            <ButtonLink href=format!("/accounts/{account}/add-members")>"Add members"</ButtonLink>
                            <ButtonLink href=format!("/accounts/{account}/share")>"Share"</ButtonLink>
                        </p>
                    }
                })}
            {if nobody {
                view! {
                    <Empty heading="Nobody to show" drawing=Drawing::PersonAdd>
                        <p>"Members with access to this account, and requests for it, appear here."</p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <Table caption=caption columns=&column::ALL>
                        {pending
                            .into_iter()
                            .map(|line| {
                                let marked = marked == Some(line.line);
                                view! { <PendingRow account=account line=line marked=marked /> }
                            })
                            .collect_view()}
                        {members
                            .into_iter()
                            .map(|member| view! { <MemberRow account=account member=member /> })
                            .collect_view()}
                    </Table>
                }
                    .into_any()
            }}
            {(more_pending > 0)
                .then(|| {
                    let more = match more_pending {
                        1 => "1 more request waits".to_owned(),
                        more => format!("{more} more requests wait"),
                    };
                    view! { <p>{format!("{more}. They appear when some of these are decided.")}</p> }
                })}
            <Paging page=page next=next />
            <SharedWith label=label shares=shares />
        </div>
    }
}

/// The line that the address names.
fn line_in(page: &Address) -> Option<RequestLineId> {
    page.get("line")?.parse().ok()
}
