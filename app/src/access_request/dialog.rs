//! The dialog "Request share access", over the page that lists the accounts.

use super::api::request_form;
use super::draft::{Draft, DraftStart};
use super::focus;
use super::form::RequestAccessForm;
use super::member_picker::SEARCH_BOX;
use super::question::Questions;
use crate::ui::button::Look;
use crate::ui::dialog::Dialog;
use crate::ui::notice::MessageBox;
use crate::wire::Failure;
use domain::access_request::SentRequest;
use domain::{AccountId, AppError};
use leptos::either::EitherOf3;
use leptos::html;
use leptos::portal::Portal;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlFormElement};

/// A form anywhere in the page whose submission opens the dialog instead. The attribute's value is the account.
const OPENER: &str = "data-request-access";

/// What the dialog shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Loading(AccountId),
    Failed(AccountId),
    Form(AccountId),
}

/// The dialog. One in a page, at its end.
///
/// Escape and a click beside the dialog may be slips: the draft is kept, and stands there when the same account is opened
/// again in this page. Cancel is pressed on purpose, and so discards it, as sending does.
#[island]
pub fn RequestAccessDialog() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let shown = RwSignal::new(None::<Shown>);
    let failure = RwSignal::new(None::<AppError>);
    let drafts = StoredValue::new(Vec::<(AccountId, Draft)>::new());
    let sent = RwSignal::new(None::<SentRequest>);
    let questions = StoredValue::new(Questions::default());
    // Weak: an owner that holds itself would never be let go of.
    let owner = StoredValue::new(Owner::current().map(|owner| owner.downgrade()));

    let draft_of = move |account: AccountId| {
        drafts.with_value(|drafts| drafts.iter().find(|(of, _)| *of == account).map(|(_, draft)| *draft))
    };
    let load = move |account: AccountId| {
        let question = questions.try_update_value(|questions| questions.ask()).unwrap_or_default();
        if draft_of(account).is_some() {
            if shown.get_untracked() != Some(Shown::Form(account)) {
                shown.set(Some(Shown::Form(account)));
            }
            focus::later(SEARCH_BOX);
            return;
        }
        shown.set(Some(Shown::Loading(account)));
        spawn_local(async move {
            let answer = request_form(account).await;
            if !questions.read_value().is_latest(question) {
                return;
            }
            match answer {
                Ok(view) => {
                    // A draft lives as long as the dialog, not as long as what happens to be shown in it.
                    let new = || Draft::new(DraftStart::empty(view));
                    let draft = match owner.with_value(|owner| owner.as_ref()?.upgrade()) {
                        Some(owner) => owner.with(new),
                        None => new(),
                    };
                    drafts.update_value(|drafts| drafts.push((account, draft)));
                    shown.set(Some(Shown::Form(account)));
                    focus::later(SEARCH_BOX);
                }
                Err(Failure(error)) => {
                    failure.set(Some(error));
                    shown.set(Some(Shown::Failed(account)));
                    focus::later(TRY_AGAIN);
                }
            }
        });
    };
    let open = move |account: AccountId| {
        sent.set(None);
        load(account);
        if let Some(dialog) = dialog.get_untracked()
            && !dialog.open()
        {
            // It throws only when it is open already, or not in the page.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let discard = move |account: AccountId| {
        drafts.update_value(|drafts| drafts.retain(|(of, _)| *of != account));
        close();
        shown.set(None);
    };
    let opened_for = StoredValue::new(None::<AccountId>);
    let closed = move |()| {
        // An answer on its way is for a dialog that nobody waits for any more.
        questions.update_value(|questions| _ = questions.ask());
        if let Some(account) = opened_for.get_value() {
            return_focus(account);
        }
    };

    Effect::new(move |_| {
        window_event_listener(leptos::ev::submit, move |event| {
            if let Some(account) = asked_for(&event) {
                event.prevent_default();
                opened_for.set_value(Some(account));
                open(account);
            }
        });
    });

    let place = NodeRef::<html::Div>::new();
    let content = move |shown: Shown| match shown {
        Shown::Loading(account) => Some(EitherOf3::A(view! { <Loading on_cancel=move || discard(account) /> })),
        Shown::Failed(account) => {
            let why = failure.get_untracked()?;
            let try_again = move || load(account);
            let cancel = move || discard(account);
            Some(EitherOf3::B(view! { <NotLoaded why=why on_retry=try_again on_cancel=cancel /> }))
        }
        Shown::Form(account) => {
            let draft = draft_of(account)?;
            let done = move |answer: SentRequest| {
                discard(account);
                sent.set(Some(answer));
            };
            let cancel = move || discard(account);
            Some(EitherOf3::C(view! { <RequestAccessForm draft=draft awake=true on_sent=done on_cancel=cancel /> }))
        }
    };
    // What a portal shows is made anew each time. In place, the form of one account would be turned into that of another,
    // with what was typed into its controls, and the browser's program would need the code for it.
    let in_place = move || {
        let (shown, place) = (shown.get()?, place.get()?);
        Some(view! { <Portal mount=place>{content(shown)}</Portal> })
    };
    view! {
        <Dialog id="request-access" title="Request share access" node_ref=dialog on_close=closed>
            <div class="request-access-place" node_ref=place></div>
        </Dialog>
        {in_place}
        {move || sent.get().map(|sent| view! { <SentMessage sent=sent /> })}
    }
}

const TRY_AGAIN: &str = "request-access-try-again";

#[component]
fn Loading(#[prop(into)] on_cancel: Callback<()>) -> impl IntoView {
    view! {
        <p role="status">"The form is being loaded."</p>
        <div class="dialog-acts">
            <button type="button" class=Look::Plain.class(false) on:click=move |_| on_cancel.run(())>
                "Cancel"
            </button>
        </div>
    }
}

/// Why there is no form, and another try.
#[component]
fn NotLoaded(
    why: AppError,
    #[prop(into)] on_retry: Callback<()>,
    #[prop(into)] on_cancel: Callback<()>,
) -> impl IntoView {
    let text = match why {
        AppError::Unavailable => "The form could not be loaded. Check your connection.".to_owned(),
        why => why.to_string(),
    };
    view! {
        <p role="alert">{text}</p>
        <div class="dialog-acts">
            <button type="button" class=Look::Plain.class(false) on:click=move |_| on_cancel.run(())>
                "Cancel"
            </button>
            <button
                type="button"
                id=TRY_AGAIN
                class=Look::Primary.class(false)
                on:click=move |_| on_retry.run(())
            >
                "Try again"
            </button>
        </div>
    }
}

/// What became of the request, among the page's messages.
#[component]
fn SentMessage(sent: SentRequest) -> impl IntoView {
    let place = document().query_selector("[data-messages]").ok().flatten()?;
    let message = StoredValue::new((sent.message(), sent.not_requested()));
    Some(view! {
        <Portal mount=place>
            <div class="request-access-sent">
                <MessageBox
                    failed=false
                    text=message.read_value().0.clone()
                    items=message.read_value().1.clone()
                />
            </div>
        </Portal>
    })
}

/// The account, when this is the submission of a form that opens the dialog.
fn asked_for(event: &web_sys::SubmitEvent) -> Option<AccountId> {
    if event.default_prevented() {
        return None;
    }
    let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
    form.get_attribute(OPENER)?.parse().ok()
}

/// Focuses the button that opened the dialog or, when it is gone, the card; both may have been replaced meanwhile.
fn return_focus(account: AccountId) {
    let places =
        [format!("form[{OPENER}='{account}'] button"), format!("[id='account-{account}']"), "#main".to_owned()];
    let found = places.iter().find_map(|place| document().query_selector(place).ok()?);
    if let Some(place) = found.and_then(|place: Element| place.dyn_into::<HtmlElement>().ok()) {
        let _ = place.focus();
    }
}
