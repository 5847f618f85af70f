//! Deleted accounts, for those who can restore them.

use super::api::deleted_accounts;
use crate::layout::address::Address;
use crate::layout::moment::{Ago, Exactly};
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error, title};
use crate::ui::button::Button;
use crate::ui::icon::Drawing;
use crate::ui::table::{Cell, NamingCell, Table};
use domain::account::{DeletedAccountListView, DeletedAccountView};
use leptos::prelude::*;
use leptos_meta::Title;

const COLUMNS: [&str; 5] = ["Account", "Deleted", "Reason", "Can be restored until", "Restore"];

/// The page.
#[component]
pub fn DeletedAccountListPage() -> impl IntoView {
    let page = Address::of_page();
    view! {
        <Title text=title("Deleted accounts") />
        {Suspend::new(async move {
            let list = deleted_accounts(page.get("after").map(str::to_owned)).await;
            page_or_error(list, |list| view! { <DeletedAccountList list=list page=page /> })
        })}
    }
}

#[component]
fn DeletedAccountList(list: DeletedAccountListView, page: Address) -> impl IntoView {
    let DeletedAccountListView { accounts, next } = list;
    view! {
        <div class="page-head">
            <h1>"Deleted accounts"</h1>
        </div>
        <div data-live="deleted-accounts">
            {if accounts.is_empty() {
                view! {
                    <Empty heading="No deleted accounts" drawing=Drawing::Cards>
                        <p>
                            "Accounts that you own and that were deleted within the last 30 days appear here, to be
                            restored. " <a href="/accounts">"Go to All accounts"</a>
                        </p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <Table caption="Deleted accounts".to_owned() columns=&COLUMNS>
                        {accounts.into_iter().map(|account| view! { <Row account=account /> }).collect_view()}
                    </Table>
                }
                    .into_any()
            }} <Paging page=page next=next />
        </div>
    }
}

#[component]
fn Row(account: DeletedAccountView) -> impl IntoView {
    let DeletedAccountView {
        account,
        label,
        app,
        username,
        deleted_at,
        deleted_by,
        reason,
        restorable_until,
        can_restore,
    } = account;
    let [_, deleted, why, until, restore] = COLUMNS;
    let object = label.clone();
    let login = if username.is_empty() { app } else { format!("{app} · {username}") };
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                <div class="account-named">
                    <span class="account-named-label">{label}</span>
                    <span class="account-named-login">{login}</span>
                </div>
            </NamingCell>
            <Cell label=deleted>
                <Ago at=deleted_at />
                " by "
                {deleted_by}
            </Cell>
            <Cell label=why>
                <span class="account-reason">{reason}</span>
            </Cell>
            <Cell label=until>
                <Exactly at=restorable_until />
            </Cell>
            <Cell label=restore>
                {if can_restore {
                    view! {
                        <form method="post" action="/api/account/restore">
                            <input type="hidden" name="account" value=account.to_string() />
                            <Button small=true object=object>
                                "Restore"
                            </Button>
                        </form>
                    }
                        .into_any()
                } else {
                    view! { <span class="account-named-login">"Only an owner can restore it."</span> }.into_any()
                }}
            </Cell>
        </tr>
    }
}
