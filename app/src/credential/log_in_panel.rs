//! The panel beside a log-in: what one types or pastes at the site.

use super::ask::ask;
use super::handout::{CODE, CopySecret, Handout, Told};
use domain::AppError;
use domain::credential::LogInPanelView;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

/// A form anywhere in the page whose submission also opens the panel. The attributes' values are the account and its label.
const OPENER: &str = "data-log-in";
const LABEL: &str = "data-label";

const NAME: &str = "log-in-panel-name";

/// The panel. One in a page that has log-in forms, at its end. The form is sent as it is without: its site opens in a new
/// tab, and the panel stands here when the reader comes back for what the site asks for.
#[island]
pub fn LogInPanel() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let heading = NodeRef::<html::H2>::new();
    let account = RwSignal::new(String::new());
    let label = RwSignal::new(String::new());
    let panel = RwSignal::new(None::<LogInPanelView>);
    let failure = RwSignal::new(String::new());
    let asked = StoredValue::new(0_u32);
    let question = Signal::derive(move || format!("account={}", account.get()));
    let username = Handout::new(question, false);
    let password = Handout::new(question, false);
    let code = Handout::new(question, true);

    let forget = move || {
        // An answer on its way is for a panel that nobody waits for any more.
        asked.update_value(|asked| *asked = asked.wrapping_add(1));
        panel.set(None);
        failure.set(String::new());
        for handout in [username, password, code] {
            handout.forget();
        }
    };
    let load = move || {
        forget();
        let turn = asked.get_value();
        spawn_local(async move {
            let form = question.get_untracked();
            let answer = ask::<LogInPanelView>("credential/panel", &form).await;
            if asked.get_value() != turn {
                return;
            }
            match answer {
                Ok(view) => panel.set(Some(view)),
                Err(AppError::Unavailable) => {
                    failure.set("What the site asks for could not be loaded. Check your connection.".to_owned());
                }
                Err(error) => failure.set(error.to_string()),
            }
        });
    };
    let open = move |form: HtmlFormElement, of: String| {
        account.set(of);
        label.set(form.get_attribute(LABEL).unwrap_or_default());
        load();
        if let Some(dialog) = dialog.get_untracked() {
            // It throws only when it is open already, or not in the page.
            let _ = dialog.show_modal();
        }
        if let Some(heading) = heading.get_untracked() {
            let _ = heading.focus();
        }
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    Effect::new(move |_| {
        window_event_listener(ev::submit, move |event| {
            if event.default_prevented() {
                return;
            }
            let form = event.target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
            if let Some(form) = form
                && let Some(of) = form.get_attribute(OPENER)
            {
                open(form, of);
            }
        });
    });

    let loaded = move || panel.read().is_some();
    let is = move |which: fn(&LogInPanelView) -> bool| panel.with(|panel| panel.as_ref().is_some_and(which));
    let text = move |of: fn(&LogInPanelView) -> &str| {
        panel.with(|panel| panel.as_ref().map(|panel| of(panel).to_owned()).unwrap_or_default())
    };
    view! {
        <dialog class="dialog log-in-panel" aria-labelledby=NAME node_ref=dialog on:close=move |_| forget()>
            <div class="dialog-body">
                <h2 class="dialog-title" id=NAME tabindex="-1" node_ref=heading>
                    {move || format!("Log in to {}", label.get())}
                </h2>
                <p role="status" hidden=move || loaded() || !failure.read().is_empty()>
                    "What the site asks for is being loaded."
                </p>
                <p role="alert" hidden=move || failure.read().is_empty()>
                    {move || failure.get()}
                </p>
                <dl class="log-in-lines" hidden=move || !loaded()>
                    <div class="log-in-line">
                        <dt>"App"</dt>
                        <dd>{move || text(|panel| &panel.app)}</dd>
                    </div>
                    <div class="log-in-line">
                        <dt>"Username"</dt>
                        <dd hidden=move || !is(|panel| panel.username.is_empty())>"None"</dd>
                        <dd class="log-in-secret" hidden=move || is(|panel| panel.username.is_empty())>
                            <code class="secret-text">{move || text(|panel| &panel.username)}</code>
                            <CopySecret handout=username function="credential/copy-username" what="username" />
                            <Told handout=username />
                        </dd>
                    </div>
                    <div class="log-in-line">
                        <dt>"Password"</dt>
                        <dd hidden=move || is(|panel| panel.has_password)>"No password is kept here."</dd>
                        <dd hidden=move || !is(|panel| panel.has_password && !panel.may_copy_password)>
                            "The owners do not let it be copied."
                        </dd>
                        <dd
                            class="log-in-secret"
                            hidden=move || !is(|panel| panel.has_password && panel.may_copy_password)
                        >
                            <CopySecret handout=password function="credential/copy-password" what="password" />
                            <Told handout=password />
                        </dd>
                    </div>
                    <div class="log-in-line" hidden=move || !is(|panel| panel.has_code)>
                        <dt>"One-time code"</dt>
                        <dd class="log-in-secret">
                            <CopySecret handout=code function=CODE what="one-time code" />
                            <Told handout=code />
                        </dd>
                    </div>
                </dl>
                <div class="dialog-acts">
                    <button
                        type="button"
                        class="button"
                        hidden=move || failure.read().is_empty()
                        on:click=move |_| load()
                    >
                        "Try again"
                    </button>
                    <button type="button" class="button" on:click=close>
                        "Close"
                    </button>
                </div>
            </div>
        </dialog>
    }
}
