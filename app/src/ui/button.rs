//! Buttons. The text says the act; the object follows for screen readers where the eye sees it anyway.

use leptos::prelude::*;

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// One of several acts.
    #[default]
    Plain,
    /// The act that the form or page is there for.
    Primary,
    /// Takes something away.
    Danger,
    /// An act at the side.
    Quiet,
}

impl Look {
    /// The classes of a button, or of a link that looks like one.
    pub const fn class(self, small: bool) -> &'static str {
        match (self, small) {
            (Self::Plain, false) => "button",
            (Self::Primary, false) => "button button-primary",
            (Self::Danger, false) => "button button-danger",
            (Self::Quiet, false) => "button button-quiet",
            (Self::Plain, true) => "button button-small",
            (Self::Primary, true) => "button button-small button-primary",
            (Self::Danger, true) => "button button-small button-danger",
            (Self::Quiet, true) => "button button-small button-quiet",
        }
    }
}

/// A button that submits its form.
#[component]
pub fn Button(
    /// How much it asks for attention.
    #[prop(optional)]
    look: Look,
    /// For rows and cards.
    #[prop(optional)]
    small: bool,
    /// The rest of the accessible name, such as "Ann's request".
    #[prop(optional, into)]
    object: Option<String>,
    /// The visible words.
    children: Children,
) -> impl IntoView {
    view! {
        <button type="submit" class=look.class(small)>
            {children()}
            {object.map(hidden_rest)}
        </button>
    }
}

/// A button that opens the modal dialog with this id, without scripts. A browser without invoker commands opens it as a
/// popover.
#[component]
pub fn DialogOpener(
    /// The dialog's id.
    #[prop(into)]
    dialog: String,
    /// How much it asks for attention.
    #[prop(optional)]
    look: Look,
    /// The rest of the accessible name, such as "Ann's request".
    #[prop(into)]
    object: String,
    /// The visible words.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=look.class(true)
            command="show-modal"
            commandfor=dialog.clone()
            popovertarget=dialog
        >
            {children()}
            {hidden_rest(object)}
        </button>
    }
}

/// A button that closes the dialog with this id, without scripts.
#[component]
pub fn DialogCloser(
    /// The dialog's id.
    #[prop(into)]
    dialog: String,
    /// The visible words.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=Look::Plain.class(false)
            command="close"
            commandfor=dialog.clone()
            popovertarget=dialog
            popovertargetaction="hide"
        >
            {children()}
        </button>
    }
}

/// A link that looks like a button, for going somewhere.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How much it asks for attention.
    #[prop(optional)]
    look: Look,
    /// For rows and cards.
    #[prop(optional)]
    small: bool,
    /// The rest of the accessible name.
    #[prop(optional, into)]
    object: Option<String>,
    /// The visible words.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=look.class(small)>
            {children()}
            {object.map(hidden_rest)}
        </a>
    }
}

fn hidden_rest(object: String) -> impl IntoView {
    view! { <span class="visually-hidden">{format!(" {object}")}</span> }
}
