//! Points in time.

use leptos::prelude::*;

/// A point in time: in words for people, exact for machines and on pointing.
#[component]
pub fn Time(
    /// RFC 3339.
    datetime: String,
    /// The words.
    told: String,
    /// The exact words, when `told` is not exact.
    #[prop(optional_no_strip)]
    exact: Option<String>,
) -> impl IntoView {
    view! {
        <time datetime=datetime title=exact>
            {told}
        </time>
    }
}
