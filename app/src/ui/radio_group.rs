//! Radio buttons in a fieldset.

use leptos::prelude::*;

/// One radio button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// Its label.
    pub label: String,
    /// What it means.
    pub hint: String,
    /// Why it cannot be chosen, if so.
    pub blocked: Option<String>,
}

/// A group of radio buttons. The browser keeps which one is chosen: the form reads it from there.
#[component]
pub fn RadioGroup(
    /// The first button's id, and the beginning of the other ids.
    id: &'static str,
    /// The name in the form.
    name: &'static str,
    /// The group's name.
    legend: &'static str,
    /// The buttons.
    choices: Vec<Choice>,
    /// The value chosen at first.
    chosen: String,
    /// What is wrong with the choice.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let error_id = format!("{id}-error");
    let described_by = error_id.clone();
    let buttons = choices
        .into_iter()
        .enumerate()
        .map(|(index, choice)| {
            // The first has the group's own id, so that a link in an error summary leads to it.
            let id = if index == 0 { id.to_owned() } else { format!("{id}-{}", choice.value) };
            let hint_id = format!("{id}-hint");
            let blocked = choice.blocked.is_some();
            let checked = !blocked && choice.value == chosen;
            let (label_for, hinted_by) = (id.clone(), hint_id.clone());
            view! {
                <div class="radio">
                    <input
                        class="radio-input"
                        type="radio"
                        id=id
                        name=name
                        value=choice.value
                        checked=checked
                        disabled=blocked
                        aria-describedby=hinted_by
                    />
                    <label class="radio-label" for=label_for>
                        {choice.label}
                    </label>
                    <p class="field-hint radio-hint" id=hint_id>
                        {choice.hint}
                        {choice.blocked.map(|reason| view! { <span class="radio-blocked">{reason}</span> })}
                    </p>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="radio-group" aria-describedby=move || error.read().is_some().then(|| described_by.clone())>
            <legend class="field-label radio-group-legend">{legend}</legend>
            <p class="field-error" id=error_id hidden=move || error.read().is_none()>
                {move || error.get()}
            </p>
            {buttons}
        </fieldset>
    }
}
