//! The Accounts tab of a partner.

use super::api::partner_accounts;
use super::draft::page_of;
use super::search::Search;
use super::stop::ShareActs;
use super::with::ShareState;
use crate::layout::address::Address;
use crate::layout::moment::Ago;
use crate::layout::paging::Paging;
use crate::layout::{Empty, NotFound, page_or_error};
use crate::partnership::header::{PartnerHeader, Tab, in_address};
use crate::ui::button::{ButtonLink, Look};
use crate::ui::icon::Drawing;
use crate::ui::table::{Cell, NamingCell, Table};
use domain::account_share::{AccountShareView, PartnerAccountsView};
use leptos::prelude::*;

mod column {
    pub(super) const ROLE: &str = "Highest role";
    pub(super) const SHARED: &str = "Shared";
    pub(super) const PEOPLE: &str = "People with access";
    pub(super) const ACTS: &str = "Sharing";
    /// For the company that shares.
    pub(super) const HOST: [&str; 5] = ["Account", ROLE, SHARED, PEOPLE, ACTS];
    pub(super) const GUEST: [&str; 4] = ["Account", ROLE, SHARED, PEOPLE];
}

/// What is shared through the partnership, as far as the reader sees it.
#[component]
pub fn PartnerAccountsPage() -> impl IntoView {
    let Some(partnership) = in_address() else { return view! { <NotFound /> }.into_any() };
    let page = Address::of_page();
    Suspend::new(async move {
        let search = page.get("search").unwrap_or_default().to_owned();
        let accounts = partner_accounts(partnership, search, page.get("after").map(str::to_owned)).await;
        page_or_error(accounts, |accounts| view! { <Accounts accounts=accounts page=page /> })
    })
    .into_any()
}

#[component]
fn Accounts(accounts: PartnerAccountsView, page: Address) -> impl IntoView {
    let PartnerAccountsView { header, shares, next, can_share, host } = accounts;
    let (partnership, caption) =
        (header.partnership, format!("Accounts shared through the partnership with {}", header.name));
    let searched = page.get("search").is_some() || page.get("after").is_some();
    let share = move || {
        can_share.then(|| {
            view! {
                <ButtonLink href=page_of(partnership) look=Look::Primary>
                    "Share accounts"
                </ButtonLink>
            }
        })
    };
    let columns: &'static [&'static str] = if host { &column::HOST } else { &column::GUEST };
    view! {
        <PartnerHeader header=header tab=Tab::Accounts />
        <div class="partner-tab-head">
            {(searched || !shares.is_empty())
                .then(|| view! { <Search page=page.clone() label="Search accounts" /> })} {(!shares.is_empty()).then(share)}
        </div>
        <div data-live="partner-accounts">
            {if !shares.is_empty() {
                view! {
                    <Table caption=caption columns=columns>
                        {shares.into_iter().map(|share| view! { <Row share=share host=host /> }).collect_view()}
                    </Table>
                }
                    .into_any()
            } else if searched {
                view! {
                    <Empty heading="No account found" drawing=Drawing::Search>
                        <p>"Try other words, or clear the search."</p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <Empty heading="No accounts to show" drawing=Drawing::Key>
                        <p>
                            {if host {
                                "Accounts that you share with this partner appear here."
                            } else {
                                "Accounts that this partner shares with you, and that you have access to, appear here."
                            }}
                        </p>
                        {share()}
                    </Empty>
                }
                    .into_any()
            }}
            <Paging page=page next=next />
        </div>
    }
}

#[component]
fn Row(share: AccountShareView, host: bool) -> impl IntoView {
    let (href, label, app) = (format!("/accounts/{}", share.account), share.label.clone(), share.app.clone());
    let (role, shared_at, object) = (share.highest_role.label(), share.shared_at, label.clone());
    let state = share.clone();
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                <div class="share-account">
                    <a href=href>{label}</a>
                    <span class="share-soft">{app}</span>
                </div>
            </NamingCell>
            <Cell label=column::ROLE>{role}</Cell>
            <Cell label=column::SHARED>
                <Ago at=shared_at />
            </Cell>
            <Cell label=column::PEOPLE>
                <ShareState share=state />
            </Cell>
            {host
                .then(|| {
                    view! {
                        <Cell label=column::ACTS>
                            <ShareActs share=share object=object />
                        </Cell>
                    }
                })}
        </tr>
    }
}
