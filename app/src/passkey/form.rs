//! The forms that a passkey fills in, and the button that asks for it.

use super::api::{ask_for_passkey, begin_passkey};
use super::ceremony;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::ui::text_field::TextField;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Signs in with a passkey. Without scripts, or where the browser offers none, there is nothing.
#[component]
pub fn SignInWithPasskey(
    /// The page that was wanted.
    next: String,
    /// The button's words.
    label: &'static str,
) -> impl IntoView {
    let posted = Posted::to("passkey/sign-in");
    view! {
        <Problems posted=posted />
        <PostForm function="passkey/sign-in" class="passkey-form">
            <input type="hidden" name="next" value=next />
            <PasskeyButton set_up=false label=label.to_owned() />
        </PostForm>
    }
}

/// Sets up a passkey.
#[component]
pub fn AddPasskey() -> impl IntoView {
    let posted = Posted::to("passkey/add");
    let (typed, wrong) = (posted.or("passkey_name", ""), posted.problem("passkey_name"));
    view! {
        <Problems posted=posted />
        <PostForm function="passkey/add">
            <TextField
                name="passkey_name"
                label="Name of the new passkey"
                hint="So that you know it again, such as “Work laptop”."
                value=typed
                required=true
                error=wrong
            />
            <PasskeyButton set_up=true label="Set up a passkey".to_owned() />
        </PostForm>
        <noscript>
            <p class="field-hint">
                "Passkeys need scripts, which are switched off in this browser. One-time codes work without."
            </p>
        </noscript>
    }
}

/// Asks the browser for a passkey, and sends the form around it with the answer.
#[island]
pub fn PasskeyButton(
    /// Whether a new one is set up.
    set_up: bool,
    /// Its words.
    label: String,
) -> impl IntoView {
    let offered = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let said = RwSignal::new(String::new());
    let (question, answer) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    Effect::new(move |_| offered.set(ceremony::is_offered()));
    let click = move |_| {
        let Some((question, answer)) = question.get_untracked().zip(answer.get_untracked()) else { return };
        let Some(form) = answer.form() else { return };
        if busy.get_untracked() || !form.report_validity() {
            return;
        }
        busy.set(true);
        said.set(String::new());
        spawn_local(async move {
            let asked = if set_up { begin_passkey().await } else { ask_for_passkey().await };
            let answered = match asked {
                Ok(asked) => match ceremony::answer(&asked.options, set_up).await {
                    Ok(answered) => Ok((asked.token, answered)),
                    Err(text) => Err(text.to_owned()),
                },
                Err(failure) => Err(failure.to_string()),
            };
            match answered {
                Ok((token, answered)) => {
                    question.set_value(&token);
                    answer.set_value(&answered);
                    let _ = form.request_submit();
                }
                Err(text) => said.set(text),
            }
            busy.set(false);
        });
    };
    view! {
        <input type="hidden" name="question" node_ref=question />
        <input type="hidden" name="answer" node_ref=answer />
        <button type="button" class="button passkey-button" hidden=move || !offered.get() on:click=click>
            {label}
        </button>
        <p class="field-error" role="alert" hidden=move || said.read().is_empty()>
            {move || said.get()}
        </p>
    }
}
