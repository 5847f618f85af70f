//! The page that leads from Latchkey to an account's login.

use super::api::login_url;
use super::header::in_address;
use crate::layout::{NotFound, page_or_error, title};
use crate::ui::button::Look;
use domain::account::LogInView;
use leptos::prelude::*;
use leptos_meta::Title;

/// Goes on to the login by itself, and by a link where it does not. The use was recorded before: this page only shows.
#[component]
pub fn LogInPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    Suspend::new(async move {
        page_or_error(login_url(account).await, |login| match web_address(&login.login_url) {
            Some(url) => view! { <Opening login=login.clone() url=url.to_owned() /> }.into_any(),
            None => view! { <NotFound /> }.into_any(),
        })
    })
    .into_any()
}

#[component]
fn Opening(login: LogInView, url: String) -> impl IntoView {
    let LogInView { label, app, username, .. } = login;
    let heading = format!("Opening {app}…");
    crate::go_on_to(&url);
    view! {
        <Title text=title(&heading) />
        <div class="log-in-page">
            <h1>{heading}</h1>
            <p>
                "Log in to " <strong>{label}</strong> " with the username "
                <strong>{username}</strong> "."
            </p>
            <a class=Look::Primary.class(false) href=url rel="noopener noreferrer">
                {format!("Continue to {app}")}
            </a>
        </div>
    }
}

/// The address, if a browser opens it as a web page and nothing else, and reads it as one piece.
fn web_address(url: &str) -> Option<&str> {
    let scheme = url.split_once("://")?.0;
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    (is_web && !url.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '\'' | '"'))).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_opened() {
        assert_eq!(web_address("https://app.example/login?a=1"), Some("https://app.example/login?a=1"));
        for url in ["javascript:alert(1)", "data:text/html,x", "//app.example", "https://a b", "https://a\n", ""] {
            assert_eq!(web_address(url), None, "{url:?}");
        }
    }
}
