//! The fields of an account, to add it or to change it.

use crate::layout::form::Posted;
use crate::ui::text_field::{TextArea, TextField};
use domain::account::AccountForm;
use domain::account::catalogue::CATALOGUE;
use leptos::prelude::*;

/// The id of the list of apps that are often entered.
const APPS: &str = "apps";

/// Label, app, login URL, username and note: as they were posted, or at first as they are.
#[component]
pub(super) fn AccountFields(
    posted: Posted,
    /// What stands there at first.
    first: AccountForm,
    /// Whether it is a new one.
    #[prop(optional)]
    adding: bool,
    /// What somebody else has saved meanwhile, to be shown beside what was typed.
    #[prop(optional_no_strip)]
    meanwhile: Option<AccountForm>,
) -> impl IntoView {
    // What differs from what was typed is told beside it.
    let hint = |hint: &str, typed: &str, theirs: fn(&AccountForm) -> &str| match meanwhile
        .as_ref()
        .map(theirs)
        .filter(|theirs| *theirs != typed)
    {
        Some("") => format!("{hint} Saved meanwhile: nothing."),
        Some(theirs) => format!("{hint} Saved meanwhile: {theirs}"),
        None => hint.to_owned(),
    };
    let label = posted.or("label", &first.label);
    let app = posted.or("app", &first.app);
    let login_url = posted.or("login_url", &first.login_url);
    let username = posted.or("username", &first.username);
    let note = posted.or("note", &first.note);
    let label_hint = hint("What your company calls this account.", &label, |form| &form.label);
    let app_hint = hint("Choose one that is suggested, or type any other name.", &app, |form| &form.app);
    let where_to = if adding {
        "Where one logs in, such as https://app.example/login. If you leave it empty, a suggested app's own is used."
    } else {
        "Where one logs in, such as https://app.example/login."
    };
    let login_url_hint = hint(where_to, &login_url, |form| &form.login_url);
    let username_hint = hint("The name or email address that one logs in with.", &username, |form| &form.username);
    let what_for = "Everyone with access reads it. At most 1,000 characters.";
    let note_hint = hint(what_for, &note, |form| &form.note);
    view! {
        <TextField
            name="label"
            label="Label"
            hint=label_hint
            value=label
            nostrip:error=posted.problem("label")
        />
        <TextField
            name="app"
            label="App"
            hint=app_hint
            list=APPS
            value=app
            nostrip:error=posted.problem("app")
        />
        <datalist id=APPS>
            {CATALOGUE.iter().map(|app| view! { <option value=app.name></option> }).collect_view()}
        </datalist>
        <TextField
            name="login_url"
            label="Login URL (optional)"
            hint=login_url_hint
            value=login_url
            nostrip:error=posted.problem("login_url")
        />
        <TextField
            name="username"
            label="Username (optional)"
            hint=username_hint
            value=username
            nostrip:error=posted.problem("username")
        />
        <TextArea
            name="note"
            label="Note (optional)"
            hint=note_hint
            value=note
            nostrip:error=posted.problem("note")
        />
    }
}
