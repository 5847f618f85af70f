//! A secret that is handed out to the page: shown for a while, or copied without being shown.

use super::ask::ask;
use crate::ui::clipboard;
use domain::credential::{CodeView, IN_CLIPBOARD_SECONDS, RevealView, RevealWay, SHOWN_FOR_SECONDS};
use domain::secret::Secret;
use domain::{AppError, Denial};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;
use std::time::Duration;
use web_sys::js_sys::Date;

/// The endpoint that gives one-time codes.
pub(super) const CODE: &str = "credential/code";

/// How long a secret that the browser did not let copy is kept for the next press of the button.
const KEPT: Duration = Duration::from_secs(10);

const COPIED: &str = "Copied. It leaves the clipboard after 60 seconds.";
const TAKEN_OUT: &str = "Taken out of the clipboard.";
const NOT_TAKEN_OUT: &str = "Your browser did not let Latchkey take it out of the clipboard.";
const NOT_COPIED: &str = "Your browser did not let Latchkey copy. Press Copy once more.";
const NO_CLIPBOARD: &str =
    "Browsers let only pages copy that come by HTTPS, and this one does not. Tell your administrator.";
const NO_ACCESS: &str = "You have no access to this account any more, so nothing was handed out.";
const OVER: &str = "This code is over. Ask for a new one.";

thread_local! {
    /// Where it is said that the secret was copied that is in the clipboard now.
    static COPIED_LAST: Cell<Option<RwSignal<String>>> = const { Cell::new(None) };
}

/// What the page has of one secret, for as long as it has it.
#[derive(Clone, Copy)]
pub(super) struct Handout {
    /// Whose it is: the fields that the server is asked with, encoded.
    question: Signal<String>,
    /// Whether it is a one-time code, which is over after a while wherever it stands.
    is_code: bool,
    /// What is shown; empty when nothing is.
    shown: RwSignal<Secret>,
    /// Seconds for which it is shown, or the code still holds; 0 when there is nothing to wait for.
    left: RwSignal<u32>,
    said: RwSignal<String>,
    /// When the seconds are over, by the browser's clock: a device that has slept must not show it a while longer.
    until: StoredValue<f64>,
    /// Which countdown is under way.
    countdown: StoredValue<u32>,
    /// What waits for another press of Copy; empty when nothing does.
    kept: StoredValue<Secret>,
    /// Whether an answer is awaited: each answer is on record.
    asking: StoredValue<bool>,
}

impl Handout {
    /// Nothing yet, of the secret that this question is about.
    pub(super) fn new(question: Signal<String>, is_code: bool) -> Self {
        Self {
            question,
            is_code,
            shown: RwSignal::new(Secret::default()),
            left: RwSignal::new(0),
            said: RwSignal::new(String::new()),
            until: StoredValue::new(0.0),
            countdown: StoredValue::new(0),
            kept: StoredValue::new(Secret::default()),
            asking: StoredValue::new(false),
        }
    }

    /// Whether it stands on the page.
    pub(super) fn is_shown(self) -> bool {
        !self.shown.read().is_empty()
    }

    /// Shows it for as long as it may stand there; when it does, takes it away. `page` is where somebody goes on who has to
    /// prove first who they are.
    pub(super) fn show_or_hide(self, function: String, page: String) {
        if !self.shown.read_untracked().is_empty() {
            self.hide();
            return;
        }
        if self.asking.get_value() {
            return;
        }
        self.asking.set_value(true);
        spawn_local(async move {
            match self.ask(&function, RevealWay::Shown).await {
                Ok((secret, seconds)) => {
                    self.said.set(String::new());
                    self.shown.set(secret);
                    self.count_down(seconds);
                }
                Err(AppError::Denied { denial: Denial::ConfirmFirst }) => {
                    // Where the browser does not go there, the page stays as it is.
                    let _ = window().location().set_href(&page);
                }
                Err(error) => self.said.set(told(&error)),
            }
            self.asking.set_value(false);
        });
    }

    /// Copies it without showing it.
    pub(super) fn copy(self, function: String) {
        if self.asking.get_value() {
            return;
        }
        if !clipboard::is_there() {
            // Nothing is asked for that could not be used: each answer is on record.
            self.said.set(NO_CLIPBOARD.to_owned());
            return;
        }
        self.asking.set_value(true);
        spawn_local(async move {
            let kept = self.kept.try_update_value(std::mem::take).unwrap_or_default();
            let secret = if kept.is_empty() {
                self.ask(&function, RevealWay::Copied).await.map(|(secret, seconds)| {
                    if self.is_code {
                        self.count_down(seconds);
                    }
                    secret
                })
            } else {
                Ok(kept)
            };
            match secret {
                Ok(secret) => self.write(secret).await,
                Err(error) => self.said.set(told(&error)),
            }
            self.asking.set_value(false);
        });
    }

    /// Forgets everything.
    pub(super) fn forget(self) {
        self.hide();
        self.said.set(String::new());
        self.kept.set_value(Secret::default());
        self.asking.set_value(false);
    }

    async fn ask(self, function: &str, way: RevealWay) -> Result<(Secret, u32), AppError> {
        let form = self.question.with_untracked(|question| format!("{question}&way={way}"));
        if self.is_code {
            let CodeView { code, seconds_left, .. } = ask(function, &form).await?;
            Ok((code, seconds_left))
        } else {
            let RevealView { value } = ask(function, &form).await?;
            Ok((value, SHOWN_FOR_SECONDS))
        }
    }

    async fn write(self, secret: Secret) {
        let emptied = move |emptied: bool| {
            // Nobody waits to be told when it has been about something else since.
            if !self.said.read_untracked().is_empty() {
                self.said.set(if emptied { TAKEN_OUT } else { NOT_TAKEN_OUT }.to_owned());
            }
        };
        let time = Duration::from_secs(IN_CLIPBOARD_SECONDS.into());
        if clipboard::write_for(secret.expose(), time, emptied).await {
            self.said.set(COPIED.to_owned());
            // What was copied before is not in the clipboard any more.
            let before = COPIED_LAST.replace(Some(self.said)).filter(|before| *before != self.said);
            if let Some(before) = before {
                // Its part of the page may be gone.
                before.try_update(String::clear);
            }
        } else {
            self.said.set(NOT_COPIED.to_owned());
            self.kept.set_value(secret);
            set_timeout(move || self.kept.set_value(Secret::default()), KEPT);
        }
    }

    fn count_down(self, seconds: u32) {
        self.until.set_value(Date::now() + f64::from(seconds) * 1_000.0);
        self.stop_counting();
        self.tick(self.countdown.get_value());
    }

    fn tick(self, countdown: u32) {
        if self.countdown.get_value() != countdown {
            return;
        }
        let left = ((self.until.get_value() - Date::now()) / 1_000.0).ceil();
        if left < 1.0 {
            self.hide();
            if self.is_code {
                self.said.set(OVER.to_owned());
            }
            return;
        }
        self.left.set(left as u32);
        set_timeout(move || self.tick(countdown), Duration::from_secs(1));
    }

    fn hide(self) {
        self.stop_counting();
        self.shown.set(Secret::default());
        self.left.set(0);
    }

    fn stop_counting(self) {
        self.countdown.update_value(|countdown| *countdown = countdown.wrapping_add(1));
    }

    /// Whether there are seconds to wait for.
    fn is_counting(self) -> bool {
        self.left.get() > 0
    }

    fn left_in_words(self) -> String {
        let left = self.left.get();
        let seconds = if left == 1 { "second" } else { "seconds" };
        if self.is_code { format!("{left} {seconds} left") } else { format!("Leaves the page in {left} {seconds}") }
    }
}

fn told(error: &AppError) -> String {
    match error {
        // The page is of this account: it is there no more, or not for the reader.
        AppError::NotFound => NO_ACCESS.to_owned(),
        error => error.to_string(),
    }
}

/// What is shown, or a sign that there is something.
#[component]
pub(super) fn Shown(handout: Handout) -> impl IntoView {
    view! {
        <span class="secret-mask" hidden=move || handout.is_shown()>
            <span aria-hidden="true">"••••••••"</span>
            <span class="visually-hidden">"Stored"</span>
        </span>
        <code class="secret-text" hidden=move || !handout.is_shown()>
            {move || handout.shown.read().expose().to_owned()}
        </code>
    }
}

/// Copies the secret without showing it. Works by script alone.
#[component]
pub(super) fn CopySecret(
    handout: Handout,
    /// The endpoint of the server function that gives it.
    #[prop(into)]
    function: String,
    /// What it is, as the end of the button's name.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    let function = StoredValue::new(function);
    view! {
        <button
            type="button"
            class="button button-small with-scripts"
            on:click=move |_| handout.copy(function.get_value())
        >
            "Copy"
            <span class="visually-hidden">" " {what}</span>
        </button>
    }
}

/// How long it is there yet, and what became of copying it.
#[component]
pub(super) fn Told(handout: Handout) -> impl IntoView {
    view! {
        <span class="secret-left" hidden=move || !handout.is_counting()>
            {move || handout.left_in_words()}
        </span>
        <span class="secret-said" role="status">
            {move || handout.said.get()}
        </span>
    }
}
