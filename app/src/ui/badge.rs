//! Short facts in a frame.

use leptos::prelude::*;

/// What a badge tells by its colour, beside its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing.
    #[default]
    Plain,
    /// It is about the reader.
    Accent,
    /// Something waits or ends.
    Waiting,
    /// All is well.
    Good,
}

/// A word or two in a frame.
#[component]
pub fn Badge(
    /// What its colour tells.
    #[prop(optional)]
    tone: Tone,
    /// The words.
    children: Children,
) -> impl IntoView {
    let class = match tone {
        Tone::Plain => "badge",
        Tone::Accent => "badge badge-accent",
        Tone::Waiting => "badge badge-waiting",
        Tone::Good => "badge badge-good",
    };
    view! { <span class=class>{children()}</span> }
}

/// The initial letter of a company, with the company's name as its text alternative.
#[component]
pub fn Initial(
    /// The letter.
    letter: String,
    /// The name.
    name: String,
) -> impl IntoView {
    view! {
        <span class="initial" role="img" aria-label=name.clone() title=name>
            {letter}
        </span>
    }
}
