//! All members.

use super::ALL_MEMBERS;
use super::api::list_members;
use super::filter::{FilterForm, filter_in};
use super::row::{MemberRow, column};
use crate::layout::address::Address;
use crate::layout::form::{Posted, Problems};
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::icon::Drawing;
use crate::ui::table::Table;
use domain::member::{MemberFilter, MemberListView};
use leptos::prelude::*;
use leptos_meta::Title;

/// The members of the workspace, by name. What the list is narrowed down to is part of the address.
#[component]
pub fn MemberListPage() -> impl IntoView {
    let page = Address::of_page();
    let filter = filter_in(&page);
    // Whichever of the rows' forms was posted.
    let posted = use_context::<Posted>().unwrap_or_default();
    view! {
        <Title text=posted.title("All members") />
        {Suspend::new(async move {
            let list = list_members(filter.clone()).await;
            page_or_error(list, |list| {
                view! { <MemberList list=list filter=filter page=page posted=posted /> }
            })
        })}
    }
}

#[component]
fn MemberList(list: MemberListView, filter: MemberFilter, page: Address, posted: Posted) -> impl IntoView {
    let MemberListView { members, next, administers } = list;
    let exported = filter.clone();
    let columns: &'static [&'static str] = if administers { &column::ALL } else { &column::SEEN };
    view! {
        <div class="page-head">
            <h1>"All members"</h1>
            {administers
                .then(|| {
                    view! {
                        <div class="page-acts">
                            <Export filter=exported />
                            <ButtonLink href="/members/invite" look=Look::Primary>
                                "Invite members"
                            </ButtonLink>
                        </div>
                    }
                })}
        </div>
        <Problems posted=posted />
        <FilterForm filter=filter />
        <div data-live="people">
            {if members.is_empty() {
                view! {
                    <Empty heading="No member found" drawing=Drawing::Search>
                        <p>
                            "Try other words or filters, or " <a href=ALL_MEMBERS>"clear the search"</a>
                            " to see all members."
                        </p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <Table caption="Members of the workspace".to_owned() columns=columns>
                        {members
                            .into_iter()
                            .map(|member| view! { <MemberRow member=member administers=administers /> })
                            .collect_view()}
                    </Table>
                }
                    .into_any()
            }} <Paging page=page next=next />
        </div>
    }
}

/// Downloads what the filter shows. Posted, because it is recorded.
#[component]
fn Export(filter: MemberFilter) -> impl IntoView {
    let hidden = [
        ("search", filter.search),
        ("role", filter.role.map_or_else(String::new, |role| role.to_string())),
        ("status", filter.status.map_or_else(String::new, |status| status.to_string())),
    ];
    view! {
        <form method="post" action="/members/export">
            {hidden
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                .collect_view()}
            <Button>"Download CSV"</Button>
        </form>
    }
}
