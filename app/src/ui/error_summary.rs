//! What is wrong with a form, above it.

use leptos::either::Either;
use leptos::prelude::*;

/// A list of problems that takes the focus when the page opens, each leading to its field.
#[component]
pub fn ErrorSummary(
    /// The id of the field and the sentence, in the order of the form. What is about no field has no id.
    problems: Vec<(String, String)>,
) -> impl IntoView {
    view! {
        <div
            class="error-summary"
            role="alert"
            aria-labelledby="error-summary-title"
            tabindex="-1"
            autofocus=true
        >
            <h2 class="error-summary-title" id="error-summary-title">
                "There is a problem"
            </h2>
            <ul class="error-summary-list" role="list">
                {problems
                    .into_iter()
                    .map(|(field, text)| {
                        let text = if field.is_empty() {
                            Either::Left(text)
                        } else {
                            Either::Right(view! { <a href=format!("#{field}")>{text}</a> })
                        };
                        view! { <li>{text}</li> }
                    })
                    .collect_view()}
            </ul>
        </div>
    }
}
