//! The passwords of an account that are kept.

use super::api::password_history;
use super::general::{SHOW_PASSWORD, SHOWN};
use super::secret_buttons::SecretButtons;
use super::shown_once::ShownOnce;
use crate::account::{AccountHeader, Tab, in_address};
use crate::layout::address::Address;
use crate::layout::form::{Answer, Posted, Problems};
use crate::layout::moment::Exactly;
use crate::layout::{Empty, NotFound, page_or_error};
use crate::session::ConfirmItIsYou;
use crate::ui::button::ButtonLink;
use crate::ui::icon::Drawing;
use crate::ui::table::{Cell, NamingCell, Table};
use domain::AccountId;
use domain::credential::{KeptView, PasswordHistoryView, RevealView, SHOWN_FOR_SECONDS};
use leptos::prelude::*;

const COLUMNS: [&str; 4] = ["Version", "Since", "Stored by", "Password"];

/// The versions, the latest first. Showing one asks first who it is.
#[component]
pub fn PasswordHistoryPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    Suspend::new(async move {
        page_or_error(password_history(account).await, |history| view! { <PasswordHistory history=history /> })
    })
    .into_any()
}

#[component]
fn PasswordHistory(history: PasswordHistoryView) -> impl IntoView {
    let PasswordHistoryView { header, passwords, confirmed } = history;
    let (account, caption) = (header.account, format!("Earlier passwords of {}", header.label));
    let none = passwords.is_empty();
    view! {
        <AccountHeader header=header tab=Tab::Secrets />
        <div class="secret-page">
            <h2>"Earlier passwords"</h2>
            <p>
                "The last ten are kept, the current one among them, for the day on which a new one was not taken by the app.
                Showing one is recorded."
            </p>
            {confirmed.then(|| view! { <Problems posted=Posted::to(SHOW_PASSWORD) /> })}
            {(!none && !confirmed).then(|| view! { <ConfirmItIsYou purpose="to have earlier passwords shown" /> })}
        </div>
        {if none {
            view! {
                <Empty heading="No password was ever kept" drawing=Drawing::Key>
                    <p>
                        <a href=format!("/accounts/{account}/secrets")>"Store a password"</a>
                    </p>
                </Empty>
            }
                .into_any()
        } else {
            view! {
                <Table caption=caption columns=&COLUMNS>
                    {passwords
                        .into_iter()
                        .map(|kept| view! { <Row account=account kept=kept confirmed=confirmed /> })
                        .collect_view()}
                </Table>
            }
                .into_any()
        }}
        <p class="secrets-back">
            <ButtonLink href=format!("/accounts/{account}/secrets")>"Back to Secrets"</ButtonLink>
        </p>
    }
}

#[component]
fn Row(account: AccountId, kept: KeptView, confirmed: bool) -> impl IntoView {
    let KeptView { version, set_at, set_by } = kept;
    let [_, since, by, password] = COLUMNS;
    let back = format!("/accounts/{account}/passwords");
    let asked_for = Address::of_page().get(SHOWN) == Some(version.to_string().as_str());
    let answer = Answer::of::<RevealView>(SHOW_PASSWORD).filter(|_| asked_for);
    view! {
        <tr class="table-row" role="row">
            <NamingCell>{format!("Version {version}")}</NamingCell>
            <Cell label=since>
                <Exactly at=set_at />
            </Cell>
            <Cell label=by>{set_by}</Cell>
            <Cell label=password>
                {match (answer, confirmed) {
                    (Some(RevealView { value }), _) => {
                        view! { <ShownOnce secret=value seconds=SHOWN_FOR_SECONDS back=back /> }.into_any()
                    }
                    (None, true) => {
                        view! {
                            <SecretButtons
                                account=account
                                which=("version".to_owned(), version.to_string())
                                page=format!("{back}?{SHOWN}={version}")
                                show=SHOW_PASSWORD.to_owned()
                                copy=String::new()
                                shown_as=format!("version {version}")
                                copied_as=String::new()
                            />
                        }
                            .into_any()
                    }
                    (None, false) => view! { "Stored" }.into_any(),
                }}
            </Cell>
        </tr>
    }
}
