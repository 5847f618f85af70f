//! The page to sign in.

use super::api;
use crate::layout::address::Address;
use crate::layout::{Alone, title};
use crate::passkey::SignInWithPasskey;
use crate::ui::button::{Button, Look};
use crate::ui::error_summary::ErrorSummary;
use crate::ui::text_field::TextField;
use crate::wire::Notice;
use leptos::prelude::*;
use leptos_meta::Title;

/// Sign in. Whoever came for a certain page is taken there afterwards.
#[component]
pub fn SignInPage() -> impl IntoView {
    let page = Address::of_page();
    let next = page.get("next").unwrap_or_default().to_owned();
    let password_set = page.get("password").is_some();
    view! {
        <Alone>
            {Suspend::new(async move {
                let notice = api::notice().await.ok().flatten();
                view! { <SignInForm next=next notice=notice password_set=password_set /> }
            })}
        </Alone>
    }
}

/// The form. It does not say which of the two was wrong, so neither field is marked.
#[component]
fn SignInForm(next: String, notice: Option<Notice>, password_set: bool) -> impl IntoView {
    let wanted = next.clone();
    let (problem, typed) = notice.map(|notice| (notice.text, notice.typed)).unzip();
    let name = if problem.is_some() { "Error: Sign in" } else { "Sign in" };
    view! {
        <Title text=title(name) />
        <h1>"Sign in"</h1>
        {password_set.then(|| view! { <p role="status">"Your new password is set. Sign in with it."</p> })}
        {problem.map(|problem| view! { <ErrorSummary problems=vec![("email".to_owned(), problem)] /> })}
        <form class="sign-in-form" method="post" action="/api/session/sign-in">
            <input type="hidden" name="next" value=next />
            <TextField
                name="email"
                label="Email address"
                kind="email"
                value=typed.unwrap_or_default()
                autocomplete="username"
                required=true
            />
            <TextField
                name="password"
                label="Password"
                kind="password"
                autocomplete="current-password"
                required=true
            />
            <Button look=Look::Primary>"Sign in"</Button>
        </form>
        {crate::passkeys_work_here()
            .then(|| view! { <SignInWithPasskey next=wanted label="Sign in with a passkey" /> })}
        <p class="alone-way">
            <a href="/forgot-password">"Forgotten your password?"</a>
        </p>
    }
}
