//! Adding an account.

use super::api::new_account_key;
use super::fields::AccountFields;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::page_or_error;
use crate::ui::button::{Button, ButtonLink, Look};
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
            "You become the account's Owner: you decide who has access to it. Passwords are not kept here yet."
        </p>
        <PostForm function=ADD>
            <input type="hidden" name="key" value=form_key.to_string() />
            <AccountFields posted=posted first=AccountForm::default() adding=true meanwhile=None />
            <div class="form-acts">
                <Button look=Look::Primary>"Add account"</Button>
                <ButtonLink href="/accounts" look=Look::Quiet>
                    "Cancel"
                </ButtonLink>
            </div>
        </PostForm>
    }
}
