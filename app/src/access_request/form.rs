//! The form "Request share access": one for the dialog and for the page.
//!
//! It stands without scripts, as a form that posts to its own page. Awake, it searches while one types, sends without
//! leaving the page, and keeps everything typed when sending fails.

use super::api::{request_form, send_access_request};
use super::draft::Draft;
use super::focus;
use super::member_picker::{MemberSearch, PickedMembers, SEARCH_BOX, search};
use crate::ui::button::Look;
use crate::ui::radio_group::{Choice, RadioGroup};
use crate::ui::text_field::in_textarea;
use crate::wire::Failure;
use domain::access_request::{AskedAccount, SentRequest};
use domain::member::MemberSuggestion;
use domain::text::{LONGEST_REASON, thousands};
use domain::{AppError, Problem};
use leptos::either::{Either, EitherOf4};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

const PROBLEMS: &str = "request-access-problems";

/// The id of the role picker. All accounts, under the dialog, has a filter named "role".
const ROLE: &str = "asked-role";

/// The address of an account's page "Request share access", to which its form posts.
pub(super) fn page_address(account: &AskedAccount) -> String {
    format!("/accounts/{}/request-access", account.account)
}

/// The form.
#[component]
pub(super) fn RequestAccessForm(
    draft: Draft,
    /// Whether scripts run.
    #[prop(into)]
    awake: Signal<bool>,
    /// Who was found by a search without scripts.
    #[prop(optional_no_strip)]
    found: Option<Vec<MemberSuggestion>>,
    /// Whether the page starts with the focus in the search box.
    #[prop(optional)]
    autofocus: bool,
    /// Whether it is out of sight, with what became of the request in its place.
    #[prop(optional)]
    hidden: Signal<bool>,
    /// Runs when the request has been sent.
    #[prop(into)]
    on_sent: Callback<SentRequest>,
    /// Runs on Cancel. Without it, Cancel leads to All accounts.
    #[prop(optional, into)]
    on_cancel: Option<Callback<()>>,
) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let search_box = NodeRef::<html::Input>::new();
    let said = RwSignal::new(String::new());
    let announce = Callback::new(move |text| said.set(text));
    let account = draft.view.read_value().account.clone();
    let action = page_address(&account);
    let key = draft.view.read_value().key.to_string();
    let problem = move |field: &'static str| {
        Signal::derive(move || draft.failure.with(|failure| Some(failure.as_ref()?.problem_with(field)?.to_owned())))
    };

    Effect::new(move |_| {
        if let Some(form) = form.get() {
            draft.read(&form);
        }
    });
    let typed = move |_| {
        let Some(form) = form.get_untracked() else { return };
        let role = draft.role.get_untracked();
        draft.read(&form);
        if *draft.role.read_untracked() != role {
            // Who can be asked for depends on the role: what was found is out of date.
            search(draft, String::new());
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        if awake.get_untracked() {
            event.prevent_default();
            if let Some(form) = form.get_untracked() {
                draft.read(&form);
            }
            send(draft, on_sent, announce);
        }
    };

    view! {
        <form
            class="request-access-form"
            method="post"
            action=action
            novalidate=true
            hidden=move || hidden.get()
            aria-busy=move || draft.sending.get().then_some("true")
            node_ref=form
            on:input=typed
            on:submit=submit
        >
            <input type="hidden" name="key" value=key />
            <AccountAskedFor account=account />
            {move || draft.failure.get().map(|failure| view! { <Problems failure=failure /> })}
            <MemberSearch
                draft=draft
                awake=awake
                found=found
                autofocus=autofocus
                node_ref=search_box
                error=problem("members")
                announce=announce
            />
            <PickedMembers draft=draft awake=awake announce=announce />
            <RoleField draft=draft error=problem("role") />
            <AccessEndField draft=draft awake=awake error=problem("access_end") date_error=problem("access_end_date") />
            <ReasonField draft=draft awake=awake error=problem("reason") />
            <div class="dialog-acts">
                {match on_cancel {
                    Some(cancel) => {
                        Either::Left(
                            view! {
                                <button type="button" class=Look::Plain.class(false) on:click=move |_| cancel.run(())>
                                    "Cancel"
                                </button>
                            },
                        )
                    }
                    None => {
                        Either::Right(
                            view! {
                                <a class=Look::Plain.class(false) href="/accounts">
                                    "Cancel"
                                </a>
                            },
                        )
                    }
                }}
                <button
                    type="submit"
                    name="act"
                    value="send"
                    class=Look::Primary.class(false)
                    aria-disabled=move || draft.sending.get().then_some("true")
                >
                    "Send"
                </button>
            </div>
            <p class="visually-hidden" role="status">
                {move || said.get()}
            </p>
        </form>
    }
}

/// Sends the request, unless it is on its way already. A failure leaves everything as it is, and the next attempt has the
/// same key: if this one did arrive, it stays one request.
fn send(draft: Draft, on_sent: Callback<SentRequest>, announce: Callback<String>) {
    if draft.sending.get_untracked() {
        return;
    }
    draft.sending.set(true);
    draft.failure.set(None);
    announce.run("Sending the request".to_owned());
    let account = draft.view.read_value().account.account;
    let form = draft.form();
    spawn_local(async move {
        let answer = send_access_request(account, form).await;
        draft.sending.set(false);
        announce.run(String::new());
        match answer {
            Ok(sent) => on_sent.run(sent),
            Err(Failure(failure)) => {
                // It was sent, though no answer came, and changed since: it goes on as another one.
                if failure.problem_with("key").is_some()
                    && let Ok(view) = request_form(account).await
                {
                    draft.view.update_value(|known| known.key = view.key);
                }
                draft.failure.set(Some(failure));
                focus::later(PROBLEMS);
            }
        }
    });
}

#[component]
fn AccountAskedFor(account: AskedAccount) -> impl IntoView {
    let AskedAccount { label, app, workspace, .. } = account;
    view! {
        <p class="request-access-account">
            <span class="request-access-label">{label}</span>
            " "
            <span class="request-access-of">{format!("{app} · {workspace}")}</span>
        </p>
    }
}

/// Why the request was not sent, with a link to each field that has to be changed.
#[component]
fn Problems(failure: AppError) -> impl IntoView {
    let title = match failure {
        AppError::Invalid { .. } => "There is a problem",
        AppError::Unavailable => "Send the request again",
        _ => "The request was not sent",
    };
    let explanation = match failure {
        AppError::Invalid { problems } => {
            let problems = problems.into_iter().map(|problem| view! { <ProblemLine problem=problem /> }).collect_view();
            EitherOf4::A(view! {
                <ul class="error-summary-list" role="list">
                    {problems}
                </ul>
            })
        }
        AppError::SignInRequired => EitherOf4::B(view! {
            <p>
                "You are signed out. "
                <a href="/sign-in" target="_blank">
                    "Sign in in a new tab"
                </a>
                ", then come back and send again: everything typed is kept."
            </p>
        }),
        // Without an answer nobody knows whether the request arrived; its key makes sending again safe.
        AppError::Unavailable => EitherOf4::C(view! {
            <p>
                "There was no answer. Everything typed is kept. Check your connection and send again: it stays one
                request, however often it is sent."
            </p>
        }),
        failure => EitherOf4::D(view! { <p>{failure.to_string()}</p> }),
    };
    view! {
        <div class="error-summary" id=PROBLEMS role="alert" tabindex="-1" autofocus=true>
            <h2 class="error-summary-title">{title}</h2>
            {explanation}
        </div>
    }
}

#[component]
fn ProblemLine(problem: Problem) -> impl IntoView {
    let Some(field) = field_id(&problem.field) else {
        return Either::Left(view! { <li>{problem.text}</li> });
    };
    // The focus goes there without a new entry in the history, which Back would have to go through.
    let follow = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        focus::later(field);
    };
    Either::Right(view! {
        <li>
            <a href=format!("#{field}") on:click=follow>
                {problem.text}
            </a>
        </li>
    })
}

/// The id of the control that a problem with this field leads to.
fn field_id(field: &str) -> Option<&'static str> {
    [
        ("members", SEARCH_BOX),
        ("role", ROLE),
        ("access_end", "access_end"),
        ("access_end_date", "access_end_date"),
        ("reason", "reason"),
    ]
    .into_iter()
    .find_map(|(name, id)| (name == field).then_some(id))
}

#[component]
fn RoleField(draft: Draft, error: Signal<Option<String>>) -> impl IntoView {
    let choices = draft.view.with_value(|view| {
        let choice = |role: &domain::access_request::RoleChoice| Choice {
            value: role.role.word().to_owned(),
            label: role.role.label().to_owned(),
            hint: role.role.hint().to_owned(),
            blocked: role.blocked.clone(),
        };
        view.roles.iter().map(choice).collect()
    });
    view! {
        <RadioGroup id=ROLE name="role" legend="Role" choices=choices chosen=draft.role.get_untracked() error=error />
    }
}

#[component]
fn AccessEndField(
    draft: Draft,
    awake: Signal<bool>,
    error: Signal<Option<String>>,
    date_error: Signal<Option<String>>,
) -> impl IntoView {
    let (ends, first_day, last_day) =
        draft.view.with_value(|view| (view.ends.clone(), view.first_day.clone(), view.last_day.clone()));
    let limited = ends.iter().any(|end| end.blocked);
    let chosen = draft.access_end.get_untracked();
    let choices = ends
        .into_iter()
        .map(|end| {
            view! {
                <option selected=end.value == chosen value=end.value disabled=end.blocked>
                    {end.label}
                </option>
            }
        })
        .collect_view();
    let described_by = move || match (error.read().is_some(), limited) {
        (true, true) => Some("access_end-error access_end-hint"),
        (true, false) => Some("access_end-error"),
        (false, true) => Some("access_end-hint"),
        (false, false) => None,
    };
    let date_described_by = move || {
        if date_error.read().is_some() { "access_end_date-error access_end_date-hint" } else { "access_end_date-hint" }
    };
    view! {
        <div class="field">
            <label class="field-label" for="access_end">
                "Access ends"
            </label>
            {limited
                .then(|| {
                    view! {
                        <p class="field-hint" id="access_end-hint">
                            "What is longer than the partnership allows cannot be chosen."
                        </p>
                    }
                })}
            <p class="field-error" id="access_end-error" hidden=move || error.read().is_none()>
                {move || error.get()}
            </p>
            <select
                class="control select"
                id="access_end"
                name="access_end"
                aria-describedby=described_by
                aria-invalid=move || error.read().is_some().then_some("true")
            >
                {choices}
            </select>
        </div>
        // Without scripts nothing could reveal it, so it always stands there.
        <div class="field" hidden=move || awake.get() && *draft.access_end.read() != "date">
            <label class="field-label" for="access_end_date">
                "Last day of access"
            </label>
            <p class="field-hint" id="access_end_date-hint">
                "Access ends at midnight (UTC) after this day."
                {move || (!awake.get()).then_some(" It counts when “A date” is chosen above.")}
            </p>
            <p class="field-error" id="access_end_date-error" hidden=move || date_error.read().is_none()>
                {move || date_error.get()}
            </p>
            <input
                class="control"
                type="date"
                id="access_end_date"
                name="access_end_date"
                value=draft.access_end_date.get_untracked()
                min=first_day
                max=last_day
                aria-describedby=date_described_by
                aria-invalid=move || date_error.read().is_some().then_some("true")
            />
        </div>
    }
}

#[component]
fn ReasonField(draft: Draft, awake: Signal<bool>, error: Signal<Option<String>>) -> impl IntoView {
    let (required, shortest) = draft.view.with_value(|view| (view.reason_required, view.shortest_reason));
    let asked = match (required, shortest) {
        (false, _) => "Optional. The owners of the account read it.".to_owned(),
        (true, 0 | 1) => "Required by the partnership. The owners of the account read it.".to_owned(),
        (true, shortest) => format!(
            "Required by the partnership, with at least {shortest} characters. The owners of the account read it."
        ),
    };
    let count = move || draft.reason.with(|reason| characters(reason));
    let described_by = move || if error.read().is_some() { "reason-error reason-hint" } else { "reason-hint" };
    let counted = move || {
        if awake.get() {
            format!("{} of 1,000 characters", thousands(count()))
        } else {
            "At most 1,000 characters".to_owned()
        }
    };
    let too_long = move || match count().saturating_sub(LONGEST_REASON) {
        0 => String::new(),
        1 => "The reason is 1 character too long.".to_owned(),
        over => format!("The reason is {} characters too long.", thousands(over)),
    };
    view! {
        <div class="field">
            <label class="field-label" for="reason">
                "Reason"
            </label>
            <p class="field-hint" id="reason-hint">
                {asked}
            </p>
            <p class="field-error" id="reason-error" hidden=move || error.read().is_none()>
                {move || error.get()}
            </p>
            <textarea
                class="control"
                id="reason"
                name="reason"
                rows="3"
                aria-required=required.then_some("true")
                aria-describedby=described_by
                aria-invalid=move || error.read().is_some().then_some("true")
                inner_html=in_textarea(&draft.reason.read_untracked())
            ></textarea>
            <p class="field-hint">{counted}</p>
            // Said while typing, but only when it matters.
            <p class="field-error" role="status">
                {too_long}
            </p>
        </div>
    }
}

/// Characters as the server counts them: a browser's form may hold a line break as two.
fn characters(text: &str) -> usize {
    text.chars().filter(|c| *c != '\r').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_as_the_server_does() {
        assert_eq!(characters(""), 0);
        assert_eq!(characters("a\r\né👩"), 4);
    }

    #[test]
    fn every_field_that_the_rules_name_has_a_control_to_lead_to() {
        for field in ["members", "role", "access_end", "access_end_date", "reason"] {
            assert!(field_id(field).is_some(), "{field}");
        }
        assert_eq!(field_id("form"), None);
    }
}
