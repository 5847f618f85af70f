//! The page "Extend access": longer access for oneself, asked for before it ends.

use super::api::extension_form;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::moment::Exactly;
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::select::{Choice, Select};
use crate::ui::text_field::{Said, TextArea, described_by};
use domain::access_request::{AskedAccount, ExtensionFormView};
use leptos::prelude::*;
use leptos_meta::Title;

const EXTEND: &str = "access-request/extend";
const DAY: &str = "access_end_date";

/// A guest asks the owners for more time.
#[component]
pub fn ExtendAccessPage() -> impl IntoView {
    let Some(account) = crate::account::in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = Posted::to(EXTEND);
    view! {
        <Title text=posted.title("Extend access") />
        {Suspend::new(async move {
            page_or_error(extension_form(account).await, |form| view! { <Extend form=form posted=posted /> })
        })}
    }
    .into_any()
}

#[component]
fn Extend(form: ExtensionFormView, posted: Posted) -> impl IntoView {
    let ExtensionFormView { account, key, role, ends_at, ends, first_day, last_day, reason_required, blocked } = form;
    let AskedAccount { account, label, app, workspace } = account;
    let back = format!("/accounts/{account}");
    view! {
        <div class="request-access-page">
            <h1>"Extend access"</h1>
            <p class="request-access-account">
                <span class="request-access-label">{label}</span>
                " "
                <span class="request-access-of">{format!("{app} · {workspace}")}</span>
            </p>
            <p>
                "You have access as " {role.label()} " until " <Exactly at=ends_at />
                ". The owners of the account decide whether it goes on."
            </p>
            {match blocked {
                Some(blocked) => {
                    view! {
                        <p class="notice notice-neutral">{blocked}</p>
                        <p>
                            <a href=back>"Go back to the account"</a>
                        </p>
                    }
                        .into_any()
                }
                None => {
                    let chosen = posted.or("access_end", "");
                    let choices = ends
                        .into_iter()
                        .map(|end| {
                            let selected = end.value == chosen;
                            Choice::new(end.value, end.label, selected)
                        })
                        .collect::<Vec<_>>();
                    // The same form sent again is the same request.
                    let changed = posted.problem("key").is_some();
                    let key = if changed { key.to_string() } else { posted.or("key", &key.to_string()) };
                    let reason = posted.or("reason", "");
                    let day = posted.or(DAY, "");
                    let problem = |field: &str| posted.problem(field);
                    let (end_problem, day_problem, reason_problem) =
                        (problem("access_end"), problem(DAY), problem("reason"));
                    let hint = if reason_required {
                        "Required by the partnership. The owners of the account read it."
                    } else {
                        "Optional. The owners of the account read it."
                    };
                    view! {
                        <Problems posted=posted />
                        <PostForm function=EXTEND>
                            <input type="hidden" name="account" value=account.to_string() />
                            <input type="hidden" name="key" value=key />
                            {(!choices.is_empty())
                                .then(|| {
                                    view! {
                                        <Select
                                            name="access_end"
                                            label="Access ends"
                                            choices=choices
                                            error=end_problem
                                        />
                                    }
                                })}
                            <LastDay day=day first_day=first_day last_day=last_day error=day_problem />
                            <TextArea
                                name="reason"
                                label="Reason"
                                hint=hint
                                value=reason
                                required=reason_required
                                error=reason_problem
                            />
                            <div class="form-acts">
                                <Button look=Look::Primary>"Send"</Button>
                                <ButtonLink href=back>"Cancel"</ButtonLink>
                            </div>
                        </PostForm>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

#[component]
fn LastDay(day: String, first_day: String, last_day: Option<String>, error: Option<String>) -> impl IntoView {
    let described_by = described_by(DAY, true, error.is_some());
    let invalid = error.is_some().then_some("true");
    let hint = "A day entered here counts instead of the choice above. Access ends at midnight (UTC) after it.";
    view! {
        <div class="field">
            <label class="field-label" for=DAY>
                "Last day of access (optional)"
            </label>
            <Said name=DAY hint=Some(hint.to_owned()) error=error />
            <input
                class="control"
                type="date"
                id=DAY
                name=DAY
                value=day
                min=first_day
                max=last_day
                aria-describedby=described_by
                aria-invalid=invalid
            />
        </div>
    }
}
