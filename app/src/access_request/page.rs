//! The page "Request share access": the dialog's twin, which needs no scripts.

use super::api::{picked_members, request_asked_before, request_form, search_members};
use super::draft::{Draft, DraftStart};
use super::focus;
use super::form::RequestAccessForm;
use super::member_picker::suggestions;
use super::posted::PostedRequest;
use crate::layout::address::Address;
use crate::layout::{NotFound, page_or_error, title};
use crate::ui::notice::MessageBox;
use crate::wire::Failure;
use domain::access_request::{AskedBefore, RequestForm, SentRequest};
use domain::account::AccountRole;
use domain::{AccessRequestId, AccountId};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page. When the form was posted to it and is shown again, the server has put it into the context.
#[component]
pub fn RequestAccessPage() -> impl IntoView {
    let Some(account) = crate::account::in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = use_context::<PostedRequest>();
    // An own request that is asked again.
    let before = Address::of_page().get("again").and_then(|request| request.parse().ok());
    view! {
        <Title text=title("Request share access") />
        {Suspend::new(async move {
            let again = posted.is_some();
            page_or_error(start(account, posted, before).await, |start| {
                view! {
                    <div class="request-access-page">
                        <h1>"Request share access"</h1>
                        <RequestAccessPageForm start=start again=again />
                    </div>
                }
            })
        })}
    }
    .into_any()
}

/// The form as it was posted, as it was sent before, or a new one.
async fn start(
    account: AccountId,
    posted: Option<PostedRequest>,
    before: Option<AccessRequestId>,
) -> Result<DraftStart, Failure> {
    let mut view = request_form(account).await?;
    let (form, typed, failure) = match (posted, before) {
        (Some(PostedRequest { form, typed, failure }), _) => (form, typed, failure),
        (None, Some(before)) => {
            let AskedBefore { members, role, access_end, access_end_date, reason } =
                request_asked_before(account, before).await?;
            (RequestForm { key: view.key, members, role, access_end, access_end_date, reason }, String::new(), None)
        }
        (None, None) => return Ok(DraftStart::empty(view)),
    };
    let role = form.role.parse().unwrap_or(AccountRole::Collaborator);
    let found = if typed.trim().is_empty() { None } else { Some(search_members(account, role, typed.clone()).await?) };
    let picked = picked_members(account, form.members).await?;
    // A form that was changed after it had been sent goes on as another one.
    if failure.as_ref().is_none_or(|failure| failure.problem_with("key").is_none()) {
        view.key = form.key;
    }
    Ok(DraftStart {
        view,
        picked,
        typed,
        found,
        role: form.role,
        access_end: form.access_end,
        access_end_date: form.access_end_date,
        reason: form.reason,
        failure,
    })
}

/// The form in the page. The server renders it as it stands without scripts; once it is awake, its search answers while
/// one types, and it is sent without leaving the page.
#[island]
pub fn RequestAccessPageForm(
    /// What the form starts with.
    start: DraftStart,
    /// Whether it is shown again after a button was pressed: then the reader goes on at the search box.
    again: bool,
) -> impl IntoView {
    let found = start.found.clone();
    let autofocus = again && start.failure.is_none();
    let draft = Draft::new(start);
    let awake = RwSignal::new(false);
    let sent = RwSignal::new(None::<SentRequest>);
    let waking = StoredValue::new(found.clone());
    Effect::new(move |_| {
        // Who was found without scripts is found for the combobox too.
        if let Some(found) = waking.try_update_value(Option::take).flatten() {
            draft.suggestions.set(suggestions(Ok(found)));
        }
        awake.set(true);
    });
    let done = move |answer| {
        sent.set(Some(answer));
        focus::later(SENT);
    };
    view! {
        {move || sent.get().map(|sent| view! { <Sent sent=sent /> })}
        <RequestAccessForm
            draft=draft
            awake=awake
            found=found
            autofocus=autofocus
            hidden=Signal::derive(move || sent.read().is_some())
            on_sent=done
        />
    }
}

const SENT: &str = "request-access-sent";

/// What became of the request, in the place of the form.
#[component]
fn Sent(sent: SentRequest) -> impl IntoView {
    view! {
        <div id=SENT tabindex="-1">
            <MessageBox failed=false text=sent.message() items=sent.not_requested() />
        </div>
        <p>
            <a href="/accounts">"Go to All accounts"</a>
        </p>
    }
}
