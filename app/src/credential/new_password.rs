//! The field for a new password, with what makes one and says how strong it is.

use super::ask::{ask, encoded};
use super::generator::{GENERATE, LENGTH_HINT, WORDS_HINT, hint, label, strength_in_words};
use crate::ui::text_field::{Said, described_by};
use domain::credential::{GeneratedView, PasswordStyle, Strength};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// The field's id, and its name in the form.
const FIELD: &str = "password";

/// How long the question how strong it is waits for the next letter.
const NEXT_LETTER: Duration = Duration::from_millis(400);

/// A field for a password that is to be stored. Without scripts it is that alone.
#[island]
pub fn NewPassword(
    /// The visible label.
    field_label: String,
    /// What to enter; may be empty.
    field_hint: String,
    /// What was made for it without scripts.
    value: String,
    /// How strong that is, in words.
    strength: String,
    /// What is wrong with what was sent.
    error: Option<String>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    // What was made without scripts is of use only to somebody who sees it.
    let readable = RwSignal::new(!value.is_empty());
    let told = RwSignal::new(strength);
    let asked = StoredValue::new(0_u32);
    let next = move || {
        asked.update_value(|asked| *asked = asked.wrapping_add(1));
        asked.get_value()
    };
    let judge = move |_| {
        let turn = next();
        let ask_now = move || {
            let Some(input) = field.get_untracked().filter(|_| asked.get_value() == turn) else { return };
            let password = input.value();
            if password.is_empty() {
                told.set(String::new());
                return;
            }
            spawn_local(async move {
                let form = format!("password={}", encoded(&password));
                // Without an answer nothing is known: storing it says what is wrong.
                let strength = ask::<Strength>("credential/strength", &form).await;
                if asked.get_value() == turn {
                    told.set(strength.map(|strength| strength_in_words(&strength)).unwrap_or_default());
                }
            });
        };
        set_timeout(ask_now, NEXT_LETTER);
    };
    let made = move |form: String| {
        let turn = next();
        spawn_local(async move {
            let generated = ask::<GeneratedView>(GENERATE, &form).await;
            if asked.get_value() != turn {
                return;
            }
            match generated {
                Ok(generated) => {
                    if let Some(input) = field.get_untracked() {
                        input.set_value(generated.password.expose());
                    }
                    told.set(strength_in_words(&generated.strength));
                }
                Err(error) => told.set(error.to_string()),
            }
        });
    };
    let hint = (!field_hint.is_empty()).then_some(field_hint);
    let described_by = described_by(FIELD, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="field-label" for=FIELD>
                {field_label}
            </label>
            <Said name=FIELD hint=hint error=error />
            <div class="new-password-line">
                <input
                    class="control"
                    id=FIELD
                    name=FIELD
                    type=move || if readable.get() { "text" } else { "password" }
                    value=value
                    autocomplete="new-password"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby=described_by
                    aria-invalid=invalid
                    node_ref=field
                    on:input=judge
                />
                <button
                    type="button"
                    class="button with-scripts"
                    on:click=move |_| readable.update(|readable| *readable = !*readable)
                >
                    {move || if readable.get() { "Hide" } else { "Show" }}
                    <span class="visually-hidden">" the new password"</span>
                </button>
            </div>
            <p class="new-password-told" role="status">
                {move || told.get()}
            </p>
            <Generator on_generate=made />
        </div>
    }
}

/// What a password is made of. It stands inside the form that stores the password, and sends nothing of its own with it
/// that anybody reads.
#[component]
fn Generator(
    /// Runs with the encoded form that asks for one.
    #[prop(into)]
    on_generate: Callback<String>,
) -> impl IntoView {
    let phrase = RwSignal::new(false);
    let length = NodeRef::<html::Input>::new();
    let words = NodeRef::<html::Input>::new();
    let (capitals, digits, signs) =
        (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let generate = move || {
        // What is no number is none that a password could have.
        let number = |of: NodeRef<html::Input>| {
            of.get_untracked().and_then(|input| input.value().trim().parse::<u32>().ok()).unwrap_or_default()
        };
        let made_of = if phrase.get_untracked() { PasswordStyle::Passphrase } else { PasswordStyle::Characters };
        let mut form = format!("style={made_of}&length={}&words={}", number(length), number(words));
        for (among, ticked) in [("&capitals=on", capitals), ("&digits=on", digits), ("&signs=on", signs)] {
            if ticked.get_untracked().is_some_and(|input| input.checked()) {
                form.push_str(among);
            }
        }
        on_generate.run(form);
    };
    // Enter in here makes a password; it does not send the form around.
    let enter = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            generate();
        }
    };
    view! {
        <details class="generator with-scripts">
            <summary>"Generate a password"</summary>
            <div class="generator-choices" on:keydown=enter>
                <fieldset class="form-set">
                    <legend class="form-legend">"Made of"</legend>
                    <MadeOf made_of=PasswordStyle::Characters id="generator-characters" phrase=phrase />
                    <MadeOf made_of=PasswordStyle::Passphrase id="generator-passphrase" phrase=phrase />
                </fieldset>
                <div class="generator-part" hidden=move || phrase.get()>
                    <Number id="generator-length" label="Length" hint=LENGTH_HINT value="20" node_ref=length />
                    <Among id="generator-capitals" label="Capital letters" node_ref=capitals />
                    <Among id="generator-digits" label="Digits" node_ref=digits />
                    <Among id="generator-signs" label="Signs" node_ref=signs />
                </div>
                <div class="generator-part" hidden=move || !phrase.get()>
                    <Number id="generator-words" label="Number of words" hint=WORDS_HINT value="6" node_ref=words />
                </div>
                <button type="button" class="button" on:click=move |_| generate()>
                    "Generate"
                </button>
            </div>
        </details>
    }
}

#[component]
fn MadeOf(made_of: PasswordStyle, id: &'static str, phrase: RwSignal<bool>) -> impl IntoView {
    let is_phrase = made_of == PasswordStyle::Passphrase;
    let hint_id = format!("{id}-hint");
    let hinted_by = hint_id.clone();
    view! {
        <div class="radio">
            <input
                class="radio-input"
                type="radio"
                id=id
                name="made_of"
                value=made_of.word()
                checked=!is_phrase
                aria-describedby=hinted_by
                on:change=move |_| phrase.set(is_phrase)
            />
            <label class="radio-label" for=id>
                {label(made_of)}
            </label>
            <p class="field-hint radio-hint" id=hint_id>
                {hint(made_of)}
            </p>
        </div>
    }
}

#[component]
fn Number(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    value: &'static str,
    node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let hinted_by = hint_id.clone();
    view! {
        <div class="field">
            <label class="field-label" for=id>
                {label}
            </label>
            <p class="field-hint" id=hint_id>
                {hint}
            </p>
            <input
                class="control"
                id=id
                type="text"
                inputmode="numeric"
                autocomplete="off"
                value=value
                aria-describedby=hinted_by
                node_ref=node_ref
            />
        </div>
    }
}

#[component]
fn Among(id: &'static str, label: &'static str, node_ref: NodeRef<html::Input>) -> impl IntoView {
    view! {
        <div class="checkbox">
            <input class="checkbox-input" type="checkbox" id=id checked=true node_ref=node_ref />
            <label class="checkbox-label" for=id>
                {label}
            </label>
        </div>
    }
}
