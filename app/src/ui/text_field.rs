//! A labelled line of text.

use leptos::prelude::*;

/// A label and an input. Its id is its name.
#[component]
pub fn TextField(
    /// The field's name in the form.
    name: &'static str,
    /// The visible label.
    label: &'static str,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands in it.
    #[prop(optional, into)]
    value: String,
    /// What the browser may fill in (HTML, autofill field names).
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Whether the form needs it.
    #[prop(optional)]
    required: bool,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Option<String>,
) -> impl IntoView {
    let error_id = format!("{name}-error");
    let described_by = error.is_some().then(|| error_id.clone());
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            {error
                .map(|error| {
                    view! {
                        <p class="field-error" id=error_id>
                            {error}
                        </p>
                    }
                })}
            <input
                class="control"
                id=name
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required=required
                aria-describedby=described_by
                aria-invalid=invalid
            />
        </div>
    }
}

/// Text as the markup inside a `textarea`. Leptos would write an empty text as a space there.
pub(crate) fn in_textarea(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_textarea() {
        assert_eq!(in_textarea("</textarea><script>&amp;"), "&lt;/textarea>&lt;script>&amp;amp;");
    }
}
