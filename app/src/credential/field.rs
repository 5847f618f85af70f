//! The custom fields of an account, as its owners keep them.

use super::keep::RemoveSecret;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::ui::button::Button;
use crate::ui::select::{Choice, Select};
use crate::ui::text_field::{Said, TextArea, TextField, described_by, in_textarea};
use domain::credential::{CustomFieldKind, CustomFieldView, MOST_CUSTOM_FIELDS};
use domain::{AccountId, AppError};
use leptos::prelude::*;

const ADD: &str = "credential/add-field";
const CHANGE: &str = "credential/change-field";
const REMOVE: &str = "/api/credential/remove-field";

/// Each field with what changes it, and a form for another one.
#[component]
pub(super) fn CustomFields(account: AccountId, fields: Vec<CustomFieldView>) -> impl IntoView {
    let none = fields.is_empty();
    let full = fields.len() >= MOST_CUSTOM_FIELDS;
    view! {
        <p class="secrets-text">
            "What else one needs for this account, such as a support PIN or an address. Everyone with access to the account
            reads them; a hidden text is shown only on demand, which is recorded."
        </p>
        {if none {
            view! { <p class="secrets-text">"There are none yet."</p> }.into_any()
        } else {
            view! {
                <ul class="custom-field-list" role="list">
                    {fields.into_iter().map(|field| view! { <ChangeField account=account field=field /> }).collect_view()}
                </ul>
            }
                .into_any()
        }}
        {if full {
            view! { <p class="secrets-text">"An account has at most 20 fields. Remove one to add another."</p> }.into_any()
        } else {
            view! { <AddField account=account /> }.into_any()
        }}
    }
}

#[component]
fn ChangeField(account: AccountId, field: CustomFieldView) -> impl IntoView {
    let CustomFieldView { field, name, kind, value } = field;
    let about = field.to_string();
    let mut posted = Posted::about(CHANGE, &about);
    let (typed_name, name_problem) = (posted.or("name", &name), posted.problem("name"));
    let value_problem = posted.problem("value");
    let (hidden, long) = (kind == CustomFieldKind::Hidden, kind == CustomFieldKind::LongText);
    // A hidden text does not come back to the page once it was sent.
    let typed_value = if hidden { String::new() } else { posted.or("value", value.as_deref().unwrap_or_default()) };
    lead_to_field(&mut posted, &about);
    let kept = hidden.then(|| "It is kept as it is when you enter nothing.".to_owned());
    let (name_id, value_id, dialog) = (format!("name-{about}"), format!("value-{about}"), format!("remove-{about}"));
    let (name_label, object) = (format!("Name of {name}"), name.clone());
    let value_label = format!("{} of {name}", if hidden { "New value" } else { "Value" });
    view! {
        <li class="custom-field">
            <Problems posted=posted />
            <PostForm function=CHANGE about=about.clone()>
                <input type="hidden" name="account" value=account.to_string() />
                <input type="hidden" name="field" value=field.to_string() />
                <Line id=name_id name="name" label=name_label value=typed_name hint=None error=name_problem />
                <Line
                    id=value_id
                    name="value"
                    label=value_label
                    value=typed_value
                    hint=kept
                    error=value_problem
                    hidden=hidden
                    long=long
                />
                <div class="form-acts">
                    <Button small=true object=object>
                        "Save"
                    </Button>
                </div>
            </PostForm>
            <RemoveSecret
                dialog=dialog
                heading="Remove field?"
                object=name
                consequence="Nobody can read it any more, and it cannot be brought back."
                action=REMOVE
                fields=vec![("account", account.to_string()), ("field", about)]
            />
        </li>
    }
}

/// Lets the problems of one of several forms lead to its own inputs.
fn lead_to_field(posted: &mut Posted, about: &str) {
    if let Some(AppError::Invalid { problems }) = &mut posted.error {
        for problem in problems.iter_mut().filter(|problem| problem.field != "form") {
            problem.field = format!("{}-{about}", problem.field);
        }
    }
}

/// A label and an input, where the page has several of a kind.
#[component]
fn Line(
    id: String,
    name: &'static str,
    label: String,
    value: String,
    hint: Option<String>,
    error: Option<String>,
    /// Whether nobody else is to read along.
    #[prop(optional)]
    hidden: bool,
    /// Whether it has several lines.
    #[prop(optional)]
    long: bool,
) -> impl IntoView {
    let described_by = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    let (labelled, said) = (id.clone(), id.clone());
    view! {
        <div class="field">
            <label class="field-label" for=labelled>
                {label}
            </label>
            <Said name=said hint=hint error=error />
            {if long {
                view! {
                    <textarea
                        class="control"
                        id=id
                        name=name
                        rows="4"
                        aria-describedby=described_by
                        aria-invalid=invalid
                        inner_html=in_textarea(&value)
                    ></textarea>
                }
                    .into_any()
            } else {
                view! {
                    <input
                        class="control"
                        id=id
                        name=name
                        type=if hidden { "password" } else { "text" }
                        value=value
                        autocomplete=if hidden { "new-password" } else { "off" }
                        autocapitalize="none"
                        spellcheck="false"
                        aria-describedby=described_by
                        aria-invalid=invalid
                    />
                }
                    .into_any()
            }}
        </div>
    }
}

#[component]
fn AddField(account: AccountId) -> impl IntoView {
    let posted = Posted::to(ADD);
    let chosen = posted.or("kind", CustomFieldKind::ShortText.word());
    let choices = CustomFieldKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.word(), kind.label(), kind.word() == chosen))
        .collect::<Vec<_>>();
    // A hidden text does not come back to the page once it was sent.
    let lost = posted.is_some() && chosen == CustomFieldKind::Hidden.word();
    let value = if lost { String::new() } else { posted.or("value", "") };
    let (name, name_problem, value_problem) = (posted.or("name", ""), posted.problem("name"), posted.problem("value"));
    let hint = if lost {
        "A hidden text is not kept when the form fails: enter it again."
    } else {
        "At most 4,000 characters."
    };
    view! {
        <h3>"Add a field"</h3>
        <Problems posted=posted />
        <PostForm function=ADD>
            <input type="hidden" name="account" value=account.to_string() />
            <Select name="kind" label="Kind" hint="A hidden text is shown only on demand." choices=choices />
            <TextField name="name" label="Name" hint="Such as Support PIN." value=name error=name_problem />
            <TextArea name="value" label="Value" hint=hint value=value rows=2 error=value_problem />
            <div class="form-acts">
                <Button>"Add field"</Button>
            </div>
        </PostForm>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_leads_to_the_form_that_it_is_about() {
        let mut posted = Posted { error: Some(AppError::invalid("value", "Enter it.")), ..Posted::default() };
        lead_to_field(&mut posted, "7");
        assert_eq!(posted.problem("value-7").as_deref(), Some("Enter it."));
    }
}
