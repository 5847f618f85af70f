//! The buttons beside a secret.

use super::handout::{CODE, CopySecret, Handout, Shown, Told};
use domain::AccountId;
use leptos::prelude::*;
use web_sys::SubmitEvent;

/// Shows a secret in place for half a minute, and copies it without showing it. Without scripts the button that shows it
/// sends a form to a page, and there is none that copies.
#[island]
pub fn SecretButtons(
    /// The account that the secret is of.
    account: AccountId,
    /// Which of several it is: the name of a field and its value, both empty where there is one alone.
    which: (String, String),
    /// The page that shows it without scripts, and that asks first who it is.
    page: String,
    /// The endpoint of the server function that shows it; empty for whoever may only copy it.
    show: String,
    /// The endpoint of the server function that gives it to be copied; empty for what is only shown.
    copy: String,
    /// What it is, as the end of the name of the button that shows it.
    shown_as: String,
    /// The same for the button that copies it.
    copied_as: String,
) -> impl IntoView {
    let (name, value) = which;
    let question =
        if name.is_empty() { format!("account={account}") } else { format!("account={account}&{name}={value}") };
    let handout = Handout::new(Signal::stored(question), show == CODE || copy == CODE);
    let show = (!show.is_empty()).then(|| {
        let (function, action) = (show.clone(), page.clone());
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            handout.show_or_hide(show.clone(), page.clone());
        };
        let which = (!name.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> });
        view! {
            <form class="secret-show" method="post" action=action on:submit=submit>
                <input type="hidden" name="function" value=function />
                <input type="hidden" name="account" value=account.to_string() />
                <input type="hidden" name="way" value="shown" />
                {which}
                <button type="submit" class="button button-small">
                    {move || if handout.is_shown() { "Hide" } else { "Show" }}
                    <span class="visually-hidden">" " {shown_as}</span>
                </button>
            </form>
        }
    });
    let copy = (!copy.is_empty()).then(|| view! { <CopySecret handout=handout function=copy what=copied_as /> });
    view! {
        <div class="secret">
            <p class="secret-value">
                <Shown handout=handout />
            </p>
            <div class="secret-acts">{show} {copy}</div>
            <p class="secret-told">
                <Told handout=handout />
            </p>
        </div>
    }
}
