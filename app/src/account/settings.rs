//! The Settings tab of an account: its owners change what it is, or delete it.

use super::api::account_settings;
use super::fields::AccountFields;
use super::header::{AccountHeader, Tab, in_address};
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use domain::account::AccountSettingsView;
use leptos::prelude::*;

const EDIT: &str = "account/edit";

/// The page.
#[component]
pub fn AccountSettingsPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = Posted::to(EDIT);
    Suspend::new(async move {
        page_or_error(account_settings(account).await, |settings| {
            view! { <Settings settings=settings posted=posted /> }
        })
    })
    .into_any()
}

#[component]
fn Settings(settings: AccountSettingsView, posted: Posted) -> impl IntoView {
    let AccountSettingsView { header, form, version } = settings;
    let account = header.account;
    // Sent once more, the form replaces what is shown beside it.
    let meanwhile = posted.get("version").filter(|seen| *seen != version.to_string()).map(|_| form.clone());
    view! {
        <AccountHeader header=header tab=Tab::Settings />
        <Problems posted=posted.clone() />
        <PostForm function=EDIT>
            <input type="hidden" name="account" value=account.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
            <AccountFields posted=posted first=form meanwhile=meanwhile />
            <div class="form-acts">
                <Button look=Look::Primary>"Save"</Button>
            </div>
        </PostForm>
        <section class="account-danger" aria-labelledby="delete-account">
            <h2 id="delete-account">"Delete this account"</h2>
            <p>"Everyone loses access to it. It can be restored for 30 days."</p>
            <ButtonLink href=format!("/accounts/{account}/delete") look=Look::Danger>
                "Delete account"
            </ButtonLink>
        </section>
    }
}
