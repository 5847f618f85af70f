//! Labelled fields: a line of text, several lines, a box to tick.

use leptos::prelude::*;

/// A label and an input. Its id is its name.
#[component]
pub fn TextField(
    /// The field's name in the form.
    name: &'static str,
    /// The visible label.
    label: &'static str,
    /// What to enter, or what becomes of it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands in it.
    #[prop(optional, into)]
    value: String,
    /// What the browser may fill in (HTML, autofill field names).
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The id of a `datalist` with what is often entered.
    #[prop(optional)]
    list: Option<&'static str>,
    /// Whether the form needs it.
    #[prop(optional)]
    required: bool,
    /// What is wrong with it.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
) -> impl IntoView {
    let described_by = described_by(name, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            <Said name=name hint=hint error=error />
            <input
                class="control"
                id=name
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                list=list
                required=required
                aria-describedby=described_by
                aria-invalid=invalid
            />
        </div>
    }
}

/// A label and several lines of text. Its id is its name.
#[component]
pub fn TextArea(
    /// The field's name in the form.
    name: &'static str,
    /// The visible label.
    label: &'static str,
    /// What to enter, or what becomes of it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What stands in it.
    #[prop(optional, into)]
    value: String,
    /// Lines that are seen at once.
    #[prop(default = 4)]
    rows: u8,
    /// Whether the form needs it.
    #[prop(optional)]
    required: bool,
    /// What is wrong with it.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
) -> impl IntoView {
    let described_by = described_by(name, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            <Said name=name hint=hint error=error />
            <textarea
                class="control"
                id=name
                name=name
                rows=rows.to_string()
                required=required
                aria-describedby=described_by
                aria-invalid=invalid
                inner_html=in_textarea(&value)
            ></textarea>
        </div>
    }
}

/// A box to tick, with its label behind it.
#[component]
pub fn Checkbox(
    /// The field's name in the form.
    name: &'static str,
    /// The box's id, where the page has several of this name.
    #[prop(optional, into)]
    id: Option<String>,
    /// What the form sends when it is ticked.
    #[prop(default = "on".to_owned(), into)]
    value: String,
    /// The visible label.
    #[prop(into)]
    label: String,
    /// What it means.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether it stands ticked.
    #[prop(optional)]
    checked: bool,
    /// What is wrong with it.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.to_owned());
    let described_by = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    let (labelled, said) = (id.clone(), id.clone());
    view! {
        <div class="checkbox">
            <input
                class="checkbox-input"
                type="checkbox"
                id=id
                name=name
                value=value
                checked=checked
                aria-describedby=described_by
                aria-invalid=invalid
            />
            <label class="checkbox-label" for=labelled>
                {label}
            </label>
            <div class="checkbox-said">
                <Said name=said hint=hint error=error />
            </div>
        </div>
    }
}

/// Hint and error of a field, under the ids that [`described_by`] names.
#[component]
pub(crate) fn Said(#[prop(into)] name: String, hint: Option<String>, error: Option<String>) -> impl IntoView {
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    view! {
        {hint
            .map(|hint| {
                view! {
                    <p class="field-hint" id=hint_id>
                        {hint}
                    </p>
                }
            })}
        {error
            .map(|error| {
                view! {
                    <p class="field-error" id=error_id>
                        {error}
                    </p>
                }
            })}
    }
}

/// The ids of a field's hint and error, as far as there are such.
pub(crate) fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    let ids = [hint.then(|| format!("{id}-hint")), error.then(|| format!("{id}-error"))];
    let ids: Vec<String> = ids.into_iter().flatten().collect();
    (!ids.is_empty()).then(|| ids.join(" "))
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
