//! Adding an account.

use super::api::new_account_key;
use super::fields::AccountFields;
use crate::credential::NewPassword;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::page_or_error;
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextField;
use domain::IdempotencyKey;
use domain::account::AccountForm;
use leptos::prelude::*;
use leptos_meta::Title;

const ADD: &str = "account/add";

/// The page. A form that failed has written nothing: it goes on with a new key.
#[component]
pub fn AddAccountPage() -> impl IntoView {
    let posted = Posted::to(ADD);
    view! {
        <Title text=posted.title("Add account") />
        {Suspend::new(async move {
            page_or_error(new_account_key().await, |key| view! { <AddAccount form_key=key posted=posted /> })
        })}
    }
}

#[component]
fn AddAccount(form_key: IdempotencyKey, posted: Posted) -> impl IntoView {
    view! {
        <div class="page-head">
            <h1>"Add account"</h1>
        </div>
        <Problems posted=posted.clone() />
        <p class="account-sentence">
            "You become the account's Owner: you decide who has access to it."
        </p>
        <PostForm function=ADD>
            <input type="hidden" name="key" value=form_key.to_string() />
            <AccountFields posted=posted.clone() first=AccountForm::default() adding=true meanwhile=None />
            <SecretFields posted=posted />
            <div class="form-acts">
                <Button look=Look::Primary>"Add account"</Button>
                <ButtonLink href="/accounts" look=Look::Quiet>
                    "Cancel"
                </ButtonLink>
            </div>
        </PostForm>
    }
}

/// What one logs in with. It is not written back into the page when the form has failed.
#[component]
fn SecretFields(posted: Posted) -> impl IntoView {
    let again = |name: &str, hint: &str| {
        let lost = posted.get(name).is_some_and(|typed| !typed.is_empty());
        if lost { format!("{hint} What you entered was not kept: enter it again.") } else { hint.to_owned() }
    };
    let password_hint = again("password", "You can also store it later, under Secrets.");
    let code_hint = again(
        "one_time_code",
        "The secret or otpauth:// address that the app shows for an authenticator: members then get its codes here.",
    );
    let (password_problem, code_problem) = (posted.problem("password"), posted.problem("one_time_code"));
    view! {
        <NewPassword
            field_label="Password (optional)".to_owned()
            field_hint=password_hint
            value=String::new()
            strength=String::new()
            error=password_problem
        />
        <TextField
            name="one_time_code"
            label="One-time code secret (optional)"
            hint=code_hint
            kind="password"
            error=code_problem
        />
    }
}
