//! A labelled choice of one.

use super::text_field::{Said, described_by};
use leptos::prelude::*;

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its value in the form.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it stands selected.
    pub selected: bool,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>, selected: bool) -> Self {
        Self { value: value.into(), label: label.into(), selected }
    }
}

/// A label and a select.
#[component]
pub fn Select(
    /// The field's name in the form.
    name: &'static str,
    /// The select's id, where the page has several of this name.
    #[prop(optional, into)]
    id: Option<String>,
    /// The label.
    #[prop(into)]
    label: String,
    /// Whether the label is for screen readers only, because the place says it to the eye.
    #[prop(optional)]
    hidden_label: bool,
    /// For rows.
    #[prop(optional)]
    small: bool,
    /// What the choice means.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// The choices, in order.
    choices: Vec<Choice>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.to_owned());
    let (labelled, said) = (id.clone(), id.clone());
    let described_by = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class=if hidden_label { "visually-hidden" } else { "field-label" } for=labelled>
                {label}
            </label>
            <Said name=said hint=hint error=error />
            <select
                class=if small { "control select select-small" } else { "control select" }
                id=id
                name=name
                aria-describedby=described_by
                aria-invalid=invalid
            >
                {choices
                    .into_iter()
                    .map(|choice| {
                        view! {
                            <option value=choice.value selected=choice.selected>
                                {choice.label}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}
