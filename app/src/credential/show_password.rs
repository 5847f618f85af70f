//! The page that shows the password of an account to an owner who has proven who they are.

use super::general::{COPY_PASSWORD, SHOW_PASSWORD};
use super::secret_buttons::SecretButtons;
use super::shown_once::ShownOnce;
use crate::account::api::account_general;
use crate::account::in_address;
use crate::layout::form::{Answer, Posted, Problems};
use crate::layout::{NotFound, page_or_error, title};
use crate::session::ConfirmItIsYou;
use crate::ui::button::ButtonLink;
use domain::AccountId;
use domain::credential::{RevealView, SHOWN_FOR_SECONDS};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page. It asks first who it is, and then has the button.
#[component]
pub fn ShowPasswordPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    Suspend::new(async move {
        page_or_error(account_general(account).await, |general| match general.details {
            Some(details) if details.secrets.may_show_password && details.secrets.has_password => {
                let label = general.header.label;
                view! { <ShowPassword account=account label=label confirmed=details.secrets.confirmed /> }.into_any()
            }
            _ => view! { <NotFound /> }.into_any(),
        })
    })
    .into_any()
}

#[component]
fn ShowPassword(account: AccountId, label: String, confirmed: bool) -> impl IntoView {
    let heading = format!("Password of {label}");
    let back = format!("/accounts/{account}");
    let onward = back.clone();
    view! {
        <Title text=title(&heading) />
        <div class="page-head">
            <h1>{heading}</h1>
        </div>
        <div class="secret-page">
            {confirmed.then(|| view! { <Problems posted=Posted::to(SHOW_PASSWORD) /> })}
            {match (Answer::of::<RevealView>(SHOW_PASSWORD), confirmed) {
                (Some(RevealView { value }), _) => {
                    view! { <ShownOnce secret=value seconds=SHOWN_FOR_SECONDS back=onward /> }.into_any()
                }
                (None, false) => view! { <ConfirmItIsYou purpose="to have the password shown" /> }.into_any(),
                (None, true) => {
                    view! {
                        <SecretButtons
                            account=account
                            which=Default::default()
                            page=format!("{onward}/password")
                            show=SHOW_PASSWORD.to_owned()
                            copy=COPY_PASSWORD.to_owned()
                            shown_as="password".to_owned()
                            copied_as="password".to_owned()
                        />
                    }
                        .into_any()
                }
            }}
            <p>
                <ButtonLink href=back>"Back to the account"</ButtonLink>
            </p>
        </div>
    }
}
