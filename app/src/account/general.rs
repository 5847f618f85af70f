//! The General tab of an account.

use super::api::account_general;
use super::card::{LogIn, Used};
use super::header::{AccountHeader, Tab, in_address};
use crate::access_grant::GiveBack;
use crate::credential::{CredentialDetails, CredentialProblems, LogInPanel};
use crate::layout::{NotFound, page_or_error};
use crate::ui::copy_button::CopyButton;
use domain::AccountId;
use domain::account::{AccountDetails, AccountGeneralView};
use leptos::prelude::*;

/// What a member may read about an account.
#[component]
pub fn AccountGeneralPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    Suspend::new(async move {
        page_or_error(account_general(account).await, |general| view! { <General general=general /> })
    })
    .into_any()
}

#[component]
fn General(general: AccountGeneralView) -> impl IntoView {
    let AccountGeneralView { header, details } = general;
    let (account, label, app) = (header.account, header.label.clone(), header.app.clone());
    view! {
        <AccountHeader header=header tab=Tab::General />
        {match details {
            Some(details) => {
                let can_log_in = !details.login_url.is_empty();
                view! {
                    <CredentialProblems />
                    <Details account=account label=label.clone() app=app details=details />
                    <div class="account-log-in">
                        {can_log_in.then(|| view! { <LogIn account=account label=label.clone() /> })}
                        <GiveBack account=account label=label />
                    </div>
                    {can_log_in.then(|| view! { <LogInPanel /> })}
                }
                    .into_any()
            }
            None => {
                view! {
                    <p class="account-sentence">
                        "You look after this account's partners and do not have access to the account itself, so its
                        details are not shown. Ask an owner of the account for access."
                    </p>
                }
                    .into_any()
            }
        }}
    }
}

#[component]
fn Details(account: AccountId, label: String, app: String, details: AccountDetails) -> impl IntoView {
    let AccountDetails { login_url, username, last_use, secrets } = details;
    view! {
        <dl class="account-details">
            <Detail name="Label" what="label" text=label />
            <Detail name="App" what="app" text=app />
            <Detail name="Login URL" what="login URL" text=login_url fixed=true />
            <Detail name="Username" what="username" text=username fixed=true />
            <CredentialDetails account=account secrets=secrets />
            <div class="account-detail">
                <dt>"Last used"</dt>
                <dd>
                    <Used last_use=last_use />
                </dd>
            </div>
        </dl>
    }
}

/// One line of details, with a button that copies it. What is empty says so.
#[component]
fn Detail(name: &'static str, what: &'static str, text: String, #[prop(optional)] fixed: bool) -> impl IntoView {
    let class = if fixed { "account-detail-text account-detail-fixed" } else { "account-detail-text" };
    view! {
        <div class="account-detail">
            <dt>{name}</dt>
            {if text.is_empty() {
                view! { <dd class="account-detail-none">"None"</dd> }.into_any()
            } else {
                view! {
                    <dd class=class>{text.clone()}</dd>
                    <dd class="account-detail-act">
                        <CopyButton value=text what=what.to_owned() />
                    </dd>
                }
                    .into_any()
            }}
        </div>
    }
}
