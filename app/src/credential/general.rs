//! The secrets on the General tab of an account.

use super::handout::CODE;
use super::secret_buttons::SecretButtons;
use super::shown_once::ShownOnce;
use crate::layout::address::Address;
use crate::layout::form::{Answer, Posted, Problems};
use crate::ui::button::ButtonLink;
use crate::ui::copy_button::CopyButton;
use domain::AccountId;
use domain::credential::{CodeView, CredentialView, CustomFieldKind, CustomFieldView, RevealView, SHOWN_FOR_SECONDS};
use leptos::prelude::*;

pub(super) const SHOW_PASSWORD: &str = "credential/show-password";
pub(super) const COPY_PASSWORD: &str = "credential/copy-password";
const SHOW_FIELD: &str = "credential/show-field";

/// Which of several secrets a form of the page asks for, in the page's address: the answer does not say.
pub(super) const SHOWN: &str = "shown";

/// Password, one-time code, note and custom fields: lines of the list of details.
#[component]
pub fn CredentialDetails(
    /// The account.
    account: AccountId,
    /// What the reader can do with its secrets.
    secrets: CredentialView,
) -> impl IntoView {
    let CredentialView { note, fields, has_password, may_copy_password, may_show_password, has_code, confirmed } =
        secrets;
    view! {
        <Line name="Password">
            {if has_password {
                view! {
                    <Password
                        account=account
                        may_copy=may_copy_password
                        may_show=may_show_password
                        confirmed=confirmed
                    />
                }
                    .into_any()
            } else {
                view! { <NoPassword account=account keeps=may_show_password /> }.into_any()
            }}
        </Line>
        <Line name="One-time code">
            {if has_code {
                view! { <Code account=account /> }.into_any()
            } else {
                view! { <span class="account-detail-none">"None"</span> }.into_any()
            }}
        </Line>
        <OpenText name="Note".to_owned() what="note".to_owned() text=note />
        {fields.into_iter().map(|field| view! { <Field account=account field=field /> }).collect_view()}
    }
}

/// What went wrong when something was to be shown, above the details.
#[component]
pub fn CredentialProblems() -> impl IntoView {
    let posted = [CODE, SHOW_FIELD].map(Posted::to).into_iter().find(Posted::is_some).unwrap_or_default();
    view! { <Problems posted=posted /> }
}

/// A line whose content takes all of its width.
#[component]
fn Line(#[prop(into)] name: String, children: Children) -> impl IntoView {
    view! {
        <div class="account-detail">
            <dt>{name}</dt>
            <dd class="secret-place">{children()}</dd>
        </div>
    }
}

#[component]
fn Password(account: AccountId, may_copy: bool, may_show: bool, confirmed: bool) -> impl IntoView {
    let page = format!("/accounts/{account}/password");
    let asks_first = (may_show && !confirmed).then(|| {
        view! {
            <ButtonLink href=page.clone() small=true object="password">
                "Show"
            </ButtonLink>
        }
    });
    view! {
        <div class="secret-line">
            <SecretButtons
                account=account
                which=Default::default()
                page=page
                show=if may_show && confirmed { SHOW_PASSWORD.to_owned() } else { String::new() }
                copy=if may_copy { COPY_PASSWORD.to_owned() } else { String::new() }
                shown_as="password".to_owned()
                copied_as="password".to_owned()
            />
            {asks_first}
        </div>
        {(!may_copy)
            .then(|| view! { <p class="field-hint">"The owners do not let it be copied."</p> })}
        {(may_copy && !may_show)
            .then(|| {
                view! {
                    <noscript>
                        <p class="field-hint">
                            "It can be copied where scripts run: switch them on for this site, or use another browser."
                        </p>
                    </noscript>
                }
            })}
    }
}

#[component]
fn NoPassword(account: AccountId, keeps: bool) -> impl IntoView {
    view! {
        <span class="account-detail-none">"None"</span>
        {keeps
            .then(|| {
                view! {
                    " "
                    <a href=format!("/accounts/{account}/secrets")>"Store a password"</a>
                }
            })}
    }
}

#[component]
fn Code(account: AccountId) -> impl IntoView {
    let back = format!("/accounts/{account}");
    match Answer::of::<CodeView>(CODE) {
        Some(CodeView { code, seconds_left, .. }) => {
            view! { <ShownOnce secret=code seconds=seconds_left back=back is_code=true /> }.into_any()
        }
        None => view! {
            <SecretButtons
                account=account
                which=Default::default()
                page=back
                show=CODE.to_owned()
                copy=CODE.to_owned()
                shown_as="code".to_owned()
                copied_as="one-time code".to_owned()
            />
        }
        .into_any(),
    }
}

#[component]
fn Field(account: AccountId, field: CustomFieldView) -> impl IntoView {
    let CustomFieldView { field, name, kind, value } = field;
    match (kind, value) {
        (CustomFieldKind::Url, Some(address)) => view! { <OpenAddress name=name address=address /> }.into_any(),
        (CustomFieldKind::ShortText | CustomFieldKind::LongText, Some(text)) => {
            view! { <OpenText name=name.clone() what=name text=text /> }.into_any()
        }
        _ => {
            let back = format!("/accounts/{account}");
            let asked_for = Address::of_page().get(SHOWN) == Some(field.to_string().as_str());
            let answer = Answer::of::<RevealView>(SHOW_FIELD).filter(|_| asked_for);
            let label = name.clone();
            view! {
                <Line name=label>
                    {match answer {
                        Some(RevealView { value }) => {
                            view! { <ShownOnce secret=value seconds=SHOWN_FOR_SECONDS back=back /> }.into_any()
                        }
                        None => {
                            view! {
                                <SecretButtons
                                    account=account
                                    which=("field".to_owned(), field.to_string())
                                    page=format!("{back}?{SHOWN}={field}")
                                    show=SHOW_FIELD.to_owned()
                                    copy=SHOW_FIELD.to_owned()
                                    shown_as=name.clone()
                                    copied_as=name
                                />
                            }
                                .into_any()
                        }
                    }}
                </Line>
            }
            .into_any()
        }
    }
}

/// A text that everyone with access reads.
#[component]
fn OpenText(name: String, what: String, text: String) -> impl IntoView {
    view! {
        <div class="account-detail">
            <dt>{name}</dt>
            {if text.is_empty() {
                view! { <dd class="account-detail-none">"None"</dd> }.into_any()
            } else {
                view! {
                    <dd class="account-detail-text">{text.clone()}</dd>
                    <dd class="account-detail-act">
                        <CopyButton value=text what=what />
                    </dd>
                }
                    .into_any()
            }}
        </div>
    }
}

/// An address that everyone with access opens.
#[component]
fn OpenAddress(name: String, address: String) -> impl IntoView {
    view! {
        <div class="account-detail">
            <dt>{name.clone()}</dt>
            <dd class="account-detail-text">
                <a href=address.clone() target="_blank" rel="noopener noreferrer">
                    {address.clone()}
                </a>
            </dd>
            <dd class="account-detail-act">
                <CopyButton value=address what=name />
            </dd>
        </div>
    }
}
