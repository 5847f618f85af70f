//! Passwords that are made, for browsers without scripts, and what is told of a password's strength.

use crate::layout::form::{Answer, PostForm, Posted, Problems};
use crate::ui::button::Button;
use crate::ui::radio_group::{Choice, RadioGroup};
use crate::ui::text_field::{Checkbox, TextField};
use domain::credential::{GeneratedView, GeneratorForm, PasswordStyle, Strength};
use leptos::prelude::*;

/// The endpoint that makes a password.
pub(super) const GENERATE: &str = "credential/generate";

/// How strong a password is, in words.
pub(super) fn strength_in_words(strength: &Strength) -> String {
    let told = format!("Strength: {}.", strength.label());
    match &strength.advice {
        Some(advice) => format!("{told} {advice}"),
        None => told,
    }
}

/// The password that a form of this page was answered with, and its strength in words; both empty when none was.
pub(super) fn generated() -> (String, String) {
    Answer::of::<GeneratedView>(GENERATE).map_or_else(Default::default, |generated| {
        (generated.password.expose().to_owned(), strength_in_words(&generated.strength))
    })
}

/// Makes a password without scripts: the page comes back with it in the field for the new one.
#[component]
pub(super) fn PlainGenerator() -> impl IntoView {
    let posted = Posted::to(GENERATE);
    let usual = GeneratorForm::default();
    let choices = PasswordStyle::ALL
        .iter()
        .map(|made_of| Choice {
            value: made_of.word().to_owned(),
            label: label(*made_of).to_owned(),
            hint: hint(*made_of).to_owned(),
            blocked: None,
        })
        .collect();
    let chosen = posted.or("style", usual.style.word());
    let (length, words) =
        (posted.or("length", &usual.length.to_string()), posted.or("words", &usual.words.to_string()));
    let (length_problem, words_problem) = (posted.problem("length"), posted.problem("words"));
    let [capitals, digits, signs] = ["capitals", "digits", "signs"].map(|among| posted.ticked(among, true));
    view! {
        <noscript>
            <h3>"Generate a password"</h3>
            <Problems posted=posted />
            <PostForm function=GENERATE>
                <RadioGroup
                    id="style"
                    name="style"
                    legend="Made of"
                    choices=choices
                    chosen=chosen
                    error=Signal::stored(None::<String>)
                />
                <TextField name="length" label="Length" hint=LENGTH_HINT value=length error=length_problem />
                <Checkbox name="capitals" label="Capital letters" checked=capitals />
                <Checkbox name="digits" label="Digits" checked=digits />
                <Checkbox name="signs" label="Signs" checked=signs />
                <TextField name="words" label="Number of words" hint=WORDS_HINT value=words error=words_problem />
                <div class="form-acts">
                    <Button>"Generate"</Button>
                </div>
            </PostForm>
        </noscript>
    }
}

pub(super) const LENGTH_HINT: &str = "From 8 to 100 characters.";
pub(super) const WORDS_HINT: &str = "From 4 to 12 words.";

pub(super) const fn label(made_of: PasswordStyle) -> &'static str {
    match made_of {
        PasswordStyle::Characters => "Characters",
        PasswordStyle::Passphrase => "Passphrase",
    }
}

pub(super) const fn hint(made_of: PasswordStyle) -> &'static str {
    match made_of {
        PasswordStyle::Characters => "shortest for the same strength",
        PasswordStyle::Passphrase => "words from a list, easier to read out and to type",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_is_told_with_what_would_make_it_better() {
        let weak = Strength { score: 1, advice: Some("Add another word or two.".to_owned()) };
        assert_eq!(strength_in_words(&weak), "Strength: Weak. Add another word or two.");
        assert_eq!(strength_in_words(&Strength { score: Strength::BEST, advice: None }), "Strength: Strong.");
    }
}
