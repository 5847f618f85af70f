//! Importing accounts from a file: choose it, say which column is what, look, and import.
//!
//! Each button posts the page's form to the page itself; only **Import** changes anything. No script takes part.

pub mod posted;

use crate::layout::form::{Posted, Problems};
use crate::ui::button::{ButtonLink, Look};
use crate::ui::select::{Choice, Select};
use crate::ui::table::{Cell, NamingCell, Table, or_dash};
use crate::ui::text_field::{Checkbox, Said, described_by};
use domain::account::{ImportPreview, MOST_LINES, ReadyLine, WrongLine};
use domain::credential::NewSecrets;
use domain::text::thousands;
use leptos::prelude::*;
use leptos_meta::Title;
use posted::PostedImport;

/// Lines shown of those that are ready: enough to see whether the columns are right.
const SHOWN_READY: usize = 20;
/// Lines shown of those that are not.
const SHOWN_WRONG: usize = 200;

/// The page.
#[component]
pub fn ImportAccountsPage() -> impl IntoView {
    let PostedImport { key, name, text, preview, error } = use_context::<PostedImport>().unwrap_or_default();
    let posted = Posted { error, ..Posted::default() };
    let body = match (preview, key) {
        (Some(preview), Some(key)) => {
            let fields = vec![("key", key.to_string()), ("name", name.clone()), ("text", text)];
            view! { <Columns preview=preview fields=fields name=name posted=posted.clone() /> }.into_any()
        }
        _ => view! { <Choose posted=posted.clone() /> }.into_any(),
    };
    view! {
        <Title text=posted.title("Import accounts") />
        <div class="page-head">
            <h1>"Import accounts"</h1>
        </div>
        <Problems posted=posted />
        {body}
    }
}

/// The first step: a file.
#[component]
fn Choose(posted: Posted) -> impl IntoView {
    let problem = posted.problem("file");
    let described_by = described_by("file", true, problem.is_some());
    let invalid = problem.is_some().then_some("true");
    let hint =
        format!("CSV in UTF-8, at most 1 MB and {} lines. Spreadsheets save it as “CSV UTF-8”.", thousands(MOST_LINES));
    view! {
        <div class="account-sentence import-text">
            <p>
                "Each line of the file becomes an account whose Owner you are. It needs a column with labels; app, login URL,
                username, note, password and the secret of one-time codes can have columns too. You see what becomes of each line before anything is imported."
            </p>
            <p>"Passwords are encrypted when they are imported. Delete the file afterwards: anybody can read it there."</p>
        </div>
        <form class="form" method="post" action="/accounts/import" enctype="multipart/form-data">
            <div class="field">
                <label class="field-label" for="file">
                    "CSV file"
                </label>
                <Said name="file" hint=Some(hint) error=problem />
                <input
                    class="control import-file"
                    id="file"
                    name="file"
                    type="file"
                    accept=".csv,text/csv"
                    aria-describedby=described_by
                    aria-invalid=invalid
                />
            </div>
            <div class="form-acts">
                <button class=Look::Primary.class(false) name="act" value="upload">
                    "Continue"
                </button>
                <ButtonLink href="/accounts" look=Look::Quiet>
                    "Cancel"
                </ButtonLink>
            </div>
        </form>
    }
}

/// The second step: which column is what, and what becomes of each line.
#[component]
fn Columns(
    preview: ImportPreview,
    /// What goes along unseen.
    fields: Vec<(&'static str, String)>,
    /// What the file is called.
    name: String,
    posted: Posted,
) -> impl IntoView {
    let ImportPreview { columns, chosen, ready, wrong, doubles } = preview;
    let looked_at = chosen.word();
    let import = match ready.len() {
        1 => "Import 1 account".to_owned(),
        count => format!("Import {} accounts", thousands(count)),
    };
    let can_import = !ready.is_empty();
    let file = if name.is_empty() { "Your file".to_owned() } else { name };
    let pick = move |wanted: Option<usize>, none: &str| {
        let none = Choice::new("", none.to_owned(), wanted.is_none());
        let columns = columns.iter().enumerate();
        std::iter::once(none)
            .chain(columns.map(|(place, name)| Choice::new(place.to_string(), name.clone(), wanted == Some(place))))
            .collect::<Vec<_>>()
    };
    let absent = "Not in the file";
    view! {
        <form class="form form-wide" method="post" action="/accounts/import" enctype="multipart/form-data">
            {fields
                .into_iter()
                .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                .collect_view()}
            <input type="hidden" name="looked_at" value=looked_at />
            <fieldset class="form-set">
                <legend class="form-legend import-legend">{format!("{file}: which column is what")}</legend>
                <div class="import-columns">
                    <Select
                        name="label"
                        label="Label"
                        choices=pick(chosen.label, "Choose a column")
                        nostrip:error=posted.problem("label")
                    />
                    <Select
                        name="app"
                        label="App"
                        hint="Where it is empty, the app is known by its login URL."
                        choices=pick(chosen.app, absent)
                    />
                    <Select name="login_url" label="Login URL" choices=pick(chosen.login_url, absent) />
                    <Select name="username" label="Username" choices=pick(chosen.username, absent) />
                    <Select name="note" label="Note" choices=pick(chosen.note, absent) />
                    <Select name="password" label="Password" choices=pick(chosen.password, absent) />
                    <Select
                        name="one_time_code"
                        label="One-time code secret"
                        choices=pick(chosen.one_time_code, absent)
                    />
                </div>
                <Checkbox
                    name="headings"
                    label="The first line has the names of the columns"
                    checked=chosen.headings
                />
                <Checkbox
                    name="doubles"
                    label="Import accounts that are there already once more"
                    checked=chosen.doubles
                />
            </fieldset>
            <div class="form-acts">
                <button class=Look::Plain.class(false) name="act" value="look">
                    "Show again"
                </button>
            </div>
            <Summary ready=ready.len() wrong=wrong.len() doubles=doubles.len() counted=chosen.doubles />
            <Problematic caption="Lines with problems" lines=wrong />
            <Problematic caption="There already" lines=doubles />
            <Ready lines=ready />
            <div class="form-acts">
                {can_import
                    .then(|| {
                        view! {
                            <button class=Look::Primary.class(false) name="act" value="import">
                                {import}
                            </button>
                        }
                    })}
                <ButtonLink href="/accounts/import" look=Look::Plain>
                    "Choose another file"
                </ButtonLink>
                <ButtonLink href="/accounts" look=Look::Quiet>
                    "Cancel"
                </ButtonLink>
            </div>
        </form>
    }
}

#[component]
fn Summary(
    ready: usize,
    wrong: usize,
    doubles: usize,
    /// Whether doubles are among what is ready.
    counted: bool,
) -> impl IntoView {
    let lines = |count: usize, one: &str, several: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{} {several}", thousands(count)),
    };
    let there = if counted { "there already, and imported once more" } else { "there already, and left out" };
    let told = [
        Some(lines(ready, "account is ready to be imported.", "accounts are ready to be imported.")),
        (wrong > 0)
            .then(|| lines(wrong, "line has a problem, and is left out.", "lines have problems, and are left out.")),
        (doubles > 0).then(|| lines(doubles, &format!("account is {there}."), &format!("accounts are {there}."))),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    view! {
        <p class="import-summary" role="status">
            {told.join(" ")}
        </p>
    }
}

const WRONG_COLUMNS: [&str; 3] = ["Line", "Label", "What to do"];

#[component]
fn Problematic(caption: &'static str, lines: Vec<WrongLine>) -> impl IntoView {
    let more = lines.len().saturating_sub(SHOWN_WRONG);
    let [_, label, problem] = WRONG_COLUMNS;
    (!lines.is_empty()).then(|| {
        view! {
            <section class="import-lines">
                <h2>{caption}</h2>
                <Table caption=caption.to_owned() columns=&WRONG_COLUMNS>
                    {lines
                        .into_iter()
                        .take(SHOWN_WRONG)
                        .map(|line| {
                            view! {
                                <tr class="table-row" role="row">
                                    <NamingCell>{format!("Line {}", line.line)}</NamingCell>
                                    <Cell label=label>{or_dash(line.label)}</Cell>
                                    <Cell label=problem>{line.problems.join(" ")}</Cell>
                                </tr>
                            }
                        })
                        .collect_view()}
                </Table>
                {(more > 0).then(|| view! { <p>{format!("And {} more.", thousands(more))}</p> })}
            </section>
        }
    })
}

/// Which secrets there are; not what they are.
fn kept_in_words(secrets: &NewSecrets) -> &'static str {
    match (secrets.password.is_empty(), secrets.one_time_code.is_empty()) {
        (true, true) => "",
        (false, true) => "Password",
        (true, false) => "One-time code",
        (false, false) => "Password, one-time code",
    }
}

const READY_COLUMNS: [&str; 6] = ["Label", "App", "Login URL", "Username", "Note", "Secrets"];

#[component]
fn Ready(lines: Vec<ReadyLine>) -> impl IntoView {
    let more = lines.len().saturating_sub(SHOWN_READY);
    let [_, app, login_url, username, note, kept] = READY_COLUMNS;
    (!lines.is_empty()).then(|| {
        view! {
            <section class="import-lines">
                <h2>"Ready to be imported"</h2>
                <Table caption="Ready to be imported".to_owned() columns=&READY_COLUMNS>
                    {lines
                        .into_iter()
                        .take(SHOWN_READY)
                        .map(|ReadyLine { account, secrets, .. }| {
                            view! {
                                <tr class="table-row" role="row">
                                    <NamingCell>{account.label}</NamingCell>
                                    <Cell label=app>{account.app}</Cell>
                                    <Cell label=login_url>{or_dash(account.login_url)}</Cell>
                                    <Cell label=username>{or_dash(account.username)}</Cell>
                                    <Cell label=note>
                                        <span class="import-note">{or_dash(account.note)}</span>
                                    </Cell>
                                    <Cell label=kept>{or_dash(kept_in_words(&secrets).to_owned())}</Cell>
                                </tr>
                            }
                        })
                        .collect_view()}
                </Table>
                {(more > 0).then(|| view! { <p>{format!("And {} more.", thousands(more))}</p> })}
            </section>
        }
    })
}
