//! The way through a list that comes in pages.

use super::button::{ButtonLink, Look};
use leptos::prelude::*;

/// Links to the first page and the next one, as far as there are such.
#[component]
pub fn Pager(
    /// The address of the first page, unless this is it.
    first: Option<String>,
    /// The address of the next page, unless this is the last.
    next: Option<String>,
) -> impl IntoView {
    (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {first
                    .map(|href| {
                        view! {
                            <ButtonLink href=href look=Look::Quiet>
                                "First page"
                            </ButtonLink>
                        }
                    })}
                {next.map(|href| view! { <ButtonLink href=href>"Next page"</ButtonLink> })}
            </nav>
        }
    })
}
