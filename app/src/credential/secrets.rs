//! The Secrets tab of an account: its owners store what others use, and take it away.

use super::api::secrets;
use super::field::CustomFields;
use super::generator::{PlainGenerator, generated};
use super::keep::{Kept, RemoveSecret};
use super::new_password::NewPassword;
use super::rotation::RotationNotice;
use crate::account::{AccountHeader, Tab, in_address};
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, Look};
use crate::ui::text_field::{Checkbox, TextField};
use domain::AccountId;
use domain::credential::{KeptView, SecretsView};
use leptos::prelude::*;

const STORE_PASSWORD: &str = "credential/store-password";
const REMOVE_PASSWORD: &str = "/api/credential/remove-password";
const STORE_CODE: &str = "credential/store-one-time-code";
const REMOVE_CODE: &str = "/api/credential/remove-one-time-code";
const SET_COPYING: &str = "credential/set-copying";

/// The page.
#[component]
pub fn SecretsPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    Suspend::new(async move { page_or_error(secrets(account).await, |secrets| view! { <Secrets secrets=secrets /> }) })
        .into_any()
}

#[component]
fn Secrets(secrets: SecretsView) -> impl IntoView {
    let SecretsView {
        header,
        password,
        password_version,
        earlier_passwords,
        one_time_code,
        fields,
        copying,
        rotation,
        confirmed: _,
    } = secrets;
    let account = header.account;
    view! {
        <AccountHeader header=header tab=Tab::Secrets />
        {rotation.map(|task| view! { <RotationNotice task=task /> })}
        <Part heading="Password" id="password-part">
            <Password account=account kept=password version=password_version earlier=earlier_passwords />
        </Part>
        <Part heading="One-time codes" id="one-time-codes">
            <OneTimeCode account=account kept=one_time_code />
        </Part>
        <Part heading="Fields" id="fields">
            <CustomFields account=account fields=fields />
        </Part>
        <Part heading="Copying" id="copying-part">
            <Copying account=account copying=copying />
        </Part>
    }
}

#[component]
fn Part(heading: &'static str, id: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="secrets-part" aria-labelledby=id>
            <h2 id=id>{heading}</h2>
            {children()}
        </section>
    }
}

#[component]
fn Password(account: AccountId, kept: Option<KeptView>, version: i32, earlier: u32) -> impl IntoView {
    let posted = Posted::to(STORE_PASSWORD);
    let problem = posted.problem("password");
    let (value, strength) = generated();
    let is_kept = kept.is_some();
    view! {
        <p class="secrets-text">
            {match kept {
                Some(kept) => view! { {format!("Version {}. ", kept.version)} <Kept kept=kept /> }.into_any(),
                None => view! { "No password is kept." }.into_any(),
            }}
            {(earlier > 0)
                .then(|| {
                    view! {
                        " "
                        <a href=format!("/accounts/{account}/passwords")>{format!("Earlier passwords ({earlier})")}</a>
                    }
                })}
        </p>
        <Problems posted=posted />
        <PostForm function=STORE_PASSWORD>
            <input type="hidden" name="account" value=account.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
            <NewPassword
                field_label="New password".to_owned()
                field_hint="What logs in at the app: change it there, too. It is stored as you enter it.".to_owned()
                value=value
                strength=strength
                error=problem
            />
            <div class="form-acts">
                <Button look=Look::Primary>"Store password"</Button>
            </div>
        </PostForm>
        <PlainGenerator />
        {is_kept
            .then(|| {
                view! {
                    <RemoveSecret
                        dialog="remove-password".to_owned()
                        heading="Remove password?"
                        object="password"
                        consequence="Nobody can copy it any more. Owners find it among the earlier passwords."
                        action=REMOVE_PASSWORD
                        fields=vec![("account", account.to_string()), ("version", version.to_string())]
                    />
                }
            })}
    }
}

#[component]
fn OneTimeCode(account: AccountId, kept: Option<KeptView>) -> impl IntoView {
    let posted = Posted::to(STORE_CODE);
    let problem = posted.problem("secret");
    let is_kept = kept.is_some();
    view! {
        <p class="secrets-text">
            {match kept {
                Some(kept) => view! { <Kept kept=kept /> }.into_any(),
                None => view! { "No secret is kept, so nobody can get codes." }.into_any(),
            }}
        </p>
        <Problems posted=posted />
        <PostForm function=STORE_CODE>
            <input type="hidden" name="account" value=account.to_string() />
            <TextField
                name="secret"
                label="Secret or otpauth:// address"
                hint="The app shows it when you set up an authenticator: as text beside the QR code. It never leaves \
                      Latchkey again: members get codes."
                kind="password"
                error=problem
            />
            <div class="form-acts">
                <Button object="one-time code secret".to_owned()>"Store"</Button>
            </div>
        </PostForm>
        {is_kept
            .then(|| {
                view! {
                    <RemoveSecret
                        dialog="remove-one-time-code".to_owned()
                        heading="Remove one-time codes?"
                        object="one-time codes"
                        consequence="Nobody can get codes here any more, and the secret cannot be brought back. Turn off the \
                                     second factor at the app first, or set up another one there."
                        action=REMOVE_CODE
                        fields=vec![("account", account.to_string())]
                    />
                }
            })}
    }
}

#[component]
fn Copying(account: AccountId, copying: bool) -> impl IntoView {
    let posted = Posted::to(SET_COPYING);
    let ticked = posted.ticked("copying", copying);
    view! {
        <Problems posted=posted />
        <PostForm function=SET_COPYING>
            <input type="hidden" name="account" value=account.to_string() />
            <Checkbox
                name="copying"
                label="Collaborators and account managers can copy the password"
                hint="Whoever can log in can, with effort, learn a password. This only makes it a deliberate step, and records \
                      it."
                checked=ticked
            />
            <div class="form-acts">
                <Button object="copying".to_owned()>"Save"</Button>
            </div>
        </PostForm>
    }
}
