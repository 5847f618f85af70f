//! Pages for what cannot be shown: what happened, and what to do next.

use super::address::{Address, leading_to};
use super::written::{Written, written};
use super::{Alone, title};
use crate::ui::button::{ButtonLink, Look};
use crate::wire::Failure;
use domain::AppError;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page made of what was loaded for it, or the page that says why it could not be.
pub fn page_or_error<T, V: IntoView>(loaded: Result<T, Failure>, page: impl FnOnce(T) -> V) -> Written {
    match loaded {
        Ok(loaded) => written(page(loaded)),
        Err(failure) => written(view! { <ErrorPage error=failure.0 /> }),
    }
}

/// The page that says why another could not be made, where a feature has a choice of pages.
pub fn why_not(failure: Failure) -> AnyView {
    view! { <ErrorPage error=failure.0 /> }.into_any()
}

/// Says why a page cannot be shown. The status has been set by whoever failed.
#[component]
pub fn ErrorPage(
    /// Why.
    error: AppError,
) -> impl IntoView {
    let page = Address::of_page();
    let heading = match error {
        AppError::SignInRequired => "Sign in to go on",
        AppError::NotFound => "Page not found",
        AppError::Denied { .. } => "You cannot open this page",
        AppError::Invalid { .. } => "This address does not lead anywhere",
        AppError::Conflict { .. } => "Somebody was first",
        AppError::TooManyAttempts { .. } => "Too many attempts",
        AppError::Unavailable => "Latchkey cannot answer right now",
        AppError::Unexpected { .. } => "Something went wrong",
    };
    let (text, way, href) = match error {
        AppError::SignInRequired => (
            "Your session has ended, or you have not signed in yet. You come back to this page afterwards.".to_owned(),
            "Sign in",
            leading_to("/sign-in", &page.whole()),
        ),
        AppError::NotFound => (
            "It does not exist, or you do not have access to it. Check the address, or ask whoever sent it to you."
                .to_owned(),
            "Go to All accounts",
            "/accounts".to_owned(),
        ),
        AppError::Unavailable => ("Nothing was changed. Try again in a moment.".to_owned(), "Try again", page.whole()),
        AppError::Unexpected { .. } | AppError::TooManyAttempts { .. } => {
            (error.to_string(), "Try again", page.whole())
        }
        AppError::Denied { .. } | AppError::Invalid { .. } | AppError::Conflict { .. } => {
            (error.to_string(), "Go to All accounts", "/accounts".to_owned())
        }
    };
    view! {
        <Title text=title(heading) />
        <div class="error-page">
            <h1>{heading}</h1>
            <p>{text}</p>
            <ButtonLink href=href look=Look::Primary>
                {way}
            </ButtonLink>
        </div>
    }
}

/// Inside the frame: there is no such page, or not for this reader.
#[component]
pub fn NotFound() -> impl IntoView {
    crate::answer_with(404);
    view! { <ErrorPage error=AppError::NotFound /> }
}

/// The same without the frame.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Alone>
            <NotFound />
        </Alone>
    }
}
