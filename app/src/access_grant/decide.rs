//! An owner's answers to a line: yes, yes but less, no.

use super::row_dialog::RowDialog;
use crate::ui::button::{Button, DialogCloser, DialogOpener, Look};
use crate::ui::select::{Choice, Select};
use crate::ui::text_field::in_textarea;
use domain::access_request::DecideChoices;
use domain::account::AccountRole;
use domain::text::LONGEST_REASON;
use domain::{AccountId, RequestLineId};
use leptos::prelude::*;

/// The buttons of a line that waits, with their dialogs.
#[component]
pub fn Decide(
    /// The account.
    account: AccountId,
    /// The line.
    line: RequestLineId,
    /// What is decided, such as "Ann's request".
    request: String,
    /// The role that was asked for.
    role: AccountRole,
    /// What can be accepted.
    choices: DecideChoices,
) -> impl IntoView {
    view! {
        <div class="decide-acts">
            <Decline account=account line=line request=request.clone() />
            <form method="post" action="/api/access-request/accept">
                <LineFields account=account line=line />
                <Button look=Look::Primary small=true object=request.clone()>
                    "Accept"
                </Button>
            </form>
        </div>
        <AcceptWithChanges account=account line=line request=request role=role choices=choices />
    }
}

#[component]
fn Decline(account: AccountId, line: RequestLineId, request: String) -> impl IntoView {
    let dialog = format!("decline-{line}");
    let note = format!("decline-note-{line}");
    let typed = in_textarea(&crate::typed_before(&line.to_string()).unwrap_or_default());
    let hint = format!("{note}-hint");
    view! {
        <DialogOpener dialog=dialog.clone() object=request.clone()>
            "Decline"
        </DialogOpener>
        <RowDialog id=dialog.clone() heading=format!("Decline {request}?")>
            <form class="decide-form" method="post" action="/api/access-request/decline">
                <LineFields account=account line=line />
                <div class="field">
                    <label class="field-label" for=note.clone()>
                        "Note to the requester (optional)"
                    </label>
                    <p class="field-hint" id=hint.clone()>
                        "They read it with your decision. At most 1,000 characters."
                    </p>
                    <textarea
                        class="control"
                        id=note
                        name="note"
                        rows="3"
                        maxlength=LONGEST_REASON.to_string()
                        aria-describedby=hint
                        inner_html=typed
                    ></textarea>
                </div>
                <div class="dialog-acts">
                    <DialogCloser dialog=dialog>"Cancel"</DialogCloser>
                    <Button look=Look::Danger>"Decline request"</Button>
                </div>
            </form>
        </RowDialog>
    }
}

#[component]
fn AcceptWithChanges(
    account: AccountId,
    line: RequestLineId,
    request: String,
    role: AccountRole,
    choices: DecideChoices,
) -> impl IntoView {
    let dialog = format!("accept-{line}");
    let DecideChoices { roles, ends, first_day, last_day } = choices;
    let ends = ends.into_iter().map(|end| Choice::new(end.value, end.label, false)).collect();
    view! {
        <DialogOpener dialog=dialog.clone() look=Look::Quiet object=format!("to {request}")>
            "Accept with changes"
        </DialogOpener>
        <RowDialog id=dialog.clone() heading=format!("Accept {request} with changes")>
            <form class="decide-form" method="post" action="/api/access-request/accept">
                <LineFields account=account line=line />
                <Roles line=line asked=role roles=roles />
                <Select name="access_end" id=format!("end-{line}") label="Access ends" choices=ends />
                <EndDate line=line first_day=first_day last_day=last_day />
                <div class="dialog-acts">
                    <DialogCloser dialog=dialog>"Cancel"</DialogCloser>
                    <Button look=Look::Primary>"Accept"</Button>
                </div>
            </form>
        </RowDialog>
    }
}

#[component]
fn Roles(line: RequestLineId, asked: AccountRole, roles: Vec<AccountRole>) -> impl IntoView {
    // The policy may have become stricter than what was asked for.
    let chosen = if roles.contains(&asked) { Some(asked) } else { roles.last().copied() };
    view! {
        <fieldset class="radio-group">
            <legend class="field-label radio-group-legend">"Role"</legend>
            {roles
                .into_iter()
                .map(|role| {
                    let id = format!("role-{role}-{line}");
                    let hint = format!("{id}-hint");
                    view! {
                        <div class="radio">
                            <input
                                class="radio-input"
                                type="radio"
                                name="role"
                                id=id.clone()
                                value=role.word()
                                checked=Some(role) == chosen
                                autofocus=Some(role) == chosen
                                aria-describedby=hint.clone()
                            />
                            <label class="radio-label" for=id>
                                {role.label()}
                            </label>
                            <p class="field-hint radio-hint" id=hint>
                                {role.hint()}
                            </p>
                        </div>
                    }
                })
                .collect_view()}
        </fieldset>
    }
}

#[component]
fn EndDate(line: RequestLineId, first_day: String, last_day: Option<String>) -> impl IntoView {
    let id = format!("end-date-{line}");
    let hint = format!("{id}-hint");
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>
                "Last day of access (optional)"
            </label>
            <p class="field-hint" id=hint.clone()>
                "A day entered here counts instead of the choice above. Access ends at midnight (UTC) after it."
            </p>
            <input
                class="control"
                type="date"
                id=id
                name="access_end_date"
                min=first_day
                max=last_day
                aria-describedby=hint
            />
        </div>
    }
}

#[component]
fn LineFields(account: AccountId, line: RequestLineId) -> impl IntoView {
    view! {
        <input type="hidden" name="account" value=account.to_string() />
        <input type="hidden" name="line" value=line.to_string() />
    }
}
