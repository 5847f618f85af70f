//! Whom the request is for: the search, and the list of those picked.

use super::api::search_members;
use super::draft::Draft;
use super::focus;
use crate::ui::button::Look;
use crate::ui::combobox::{Answer, Combobox, Suggestion, Suggestions};
use crate::wire::Failure;
use domain::member::{MemberSuggestion, PickedMember};
use domain::{AppError, MemberId};
use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// The search box's id, and the field's name in the form.
pub(super) const SEARCH_BOX: &str = "typed";

/// How long the search waits for the next letter.
const NEXT_LETTER: Duration = Duration::from_millis(120);

/// The search box with its suggestions; without scripts a button and the members found.
#[component]
pub(super) fn MemberSearch(
    draft: Draft,
    awake: Signal<bool>,
    /// Who was found by a search without scripts.
    found: Option<Vec<MemberSuggestion>>,
    /// Whether the page starts with the focus here.
    autofocus: bool,
    node_ref: NodeRef<html::Input>,
    error: Signal<Option<String>>,
    /// Says something to screen readers.
    announce: Callback<String>,
) -> impl IntoView {
    let described_by = move || {
        if error.read().is_some() { "typed-error typed-hint".to_owned() } else { "typed-hint".to_owned() }
    };
    let pick = move |value: String| {
        let suggestion = draft
            .suggestions
            .with_untracked(|known| known.list.iter().find(|suggestion| suggestion.value == value).cloned());
        if let (Some(suggestion), Ok(member)) = (suggestion, value.parse()) {
            announce.run(add(draft, member, suggestion));
            if let Some(input) = node_ref.get_untracked() {
                input.set_value("");
            }
            draft.typed.set(String::new());
            search(draft, String::new());
        }
    };
    view! {
        <div class="field member-search">
            <label class="field-label" for=SEARCH_BOX>
                "Search members by name or email address"
            </label>
            <p class="field-hint" id="typed-hint">
                "Members of your own company"
            </p>
            <p class="field-error" id="typed-error" hidden=move || error.read().is_none()>
                {move || error.get()}
            </p>
            <div class="member-search-line">
                <Combobox
                    id=SEARCH_BOX
                    name="typed"
                    list_label="Members found"
                    none_found="No members found"
                    awake=awake
                    text=draft.typed.get_untracked()
                    autofocus=autofocus
                    node_ref=node_ref
                    suggestions=draft.suggestions
                    described_by=Signal::derive(described_by)
                    invalid=Signal::derive(move || error.read().is_some())
                    on_search=move |text| search(draft, text)
                    on_pick=pick
                />
                // The form's first button: what Enter presses.
                {move || {
                    (!awake.get())
                        .then(|| {
                            view! {
                                <button type="submit" name="act" value="search" class=Look::Plain.class(false)>
                                    "Search"
                                </button>
                            }
                        })
                }}
            </div>
            {move || (!awake.get()).then(|| found.clone().map(|found| view! { <MembersFound found=found /> }))}
        </div>
    }
}

/// What a search without scripts has found.
#[component]
fn MembersFound(found: Vec<MemberSuggestion>) -> impl IntoView {
    if found.is_empty() {
        return Either::Left(view! { <p role="status">"No members found"</p> });
    }
    let members = found
        .into_iter()
        .map(|found| {
            let act = match found.blocked {
                Some(reason) => Either::Left(view! { <span class="candidate-blocked">{reason}</span> }),
                None => Either::Right(view! {
                    <button type="submit" name="act" value=format!("add:{}", found.member) class=Look::Plain.class(true)>
                        "Add"
                        <span class="visually-hidden">" " {found.name.clone()}</span>
                    </button>
                }),
            };
            view! {
                <li class="candidate-line">
                    <MemberName name=found.name email=found.email />
                    {act}
                </li>
            }
        })
        .collect_view();
    Either::Right(view! {
        <ul class="candidate-list" role="list" aria-label="Members found">
            {members}
        </ul>
    })
}

/// The members picked.
#[component]
pub(super) fn PickedMembers(
    draft: Draft,
    awake: Signal<bool>,
    /// Says something to screen readers.
    announce: Callback<String>,
) -> impl IntoView {
    let remove = move |member: MemberId| {
        let mut place = 0;
        let mut name = String::new();
        draft.picked.update(|picked| {
            if let Some(index) = picked.iter().position(|picked| picked.member == member) {
                name = picked.remove(index).name;
                place = index;
            }
        });
        // The focus goes to what took the place of the button, or to the search box.
        let next = draft.picked.with_untracked(|picked| picked.get(place).or(picked.last()).map(|next| next.member));
        focus::later(next.map_or_else(|| SEARCH_BOX.to_owned(), remove_id));
        announce.run(format!("{name} removed"));
    };
    view! {
        <fieldset class="picked">
            <legend class="field-label" id="picked-label">
                "Members to get access"
            </legend>
            <p class="field-hint" hidden=move || !draft.picked.read().is_empty()>
                "Nobody is picked yet."
            </p>
            <ul
                class="candidate-list"
                role="list"
                aria-labelledby="picked-label"
                hidden=move || draft.picked.read().is_empty()
            >
                <For each=move || draft.picked.get() key=|picked| picked.member let:picked>
                    <PickedLine picked=picked awake=awake on_remove=remove />
                </For>
            </ul>
        </fieldset>
    }
}

#[component]
fn PickedLine(picked: PickedMember, awake: Signal<bool>, #[prop(into)] on_remove: Callback<MemberId>) -> impl IntoView {
    let member = picked.member;
    view! {
        <li class="candidate-line">
            <input type="hidden" name="members" value=member.to_string() />
            <MemberName name=picked.name.clone() email=picked.email />
            // With scripts no button that submits: Enter in another field must press Send, not this.
            <button
                type=move || if awake.get() { "button" } else { "submit" }
                name="act"
                value=format!("remove:{member}")
                id=remove_id(member)
                class=Look::Quiet.class(true)
                on:click=move |_| on_remove.run(member)
            >
                "Remove"
                <span class="visually-hidden">" " {picked.name}</span>
            </button>
        </li>
    }
}

#[component]
fn MemberName(name: String, email: String) -> impl IntoView {
    view! {
        <span class="candidate">
            <span class="candidate-name">{name}</span>
            " "
            <span class="candidate-email">{email}</span>
        </span>
    }
}

/// Looks for members. An answer that comes after the next question is dropped.
pub(super) fn search(draft: Draft, text: String) {
    let question = draft.questions.try_update_value(|questions| questions.ask()).unwrap_or_default();
    if text.trim().is_empty() {
        draft.suggestions.set(Suggestions::default());
        return;
    }
    draft.suggestions.update(|known| known.answer = Answer::Awaited);
    let is_latest = move || draft.questions.read_value().is_latest(question);
    let ask = move || {
        if !is_latest() {
            return;
        }
        spawn_local(async move {
            let account = draft.view.read_value().account.account;
            let answer = search_members(account, draft.asked_role(), text).await;
            if is_latest() {
                draft.suggestions.set(suggestions(answer));
            }
        });
    };
    set_timeout(ask, NEXT_LETTER);
}

/// The suggestions that an answer stands for. After a failure there are none.
pub(super) fn suggestions(answer: Result<Vec<MemberSuggestion>, Failure>) -> Suggestions {
    match answer {
        Ok(found) => Suggestions { list: found.into_iter().map(suggestion).collect(), answer: Answer::Here },
        Err(Failure(error)) => Suggestions { list: Vec::new(), answer: Answer::Failed(why_not_searched(&error)) },
    }
}

fn suggestion(found: MemberSuggestion) -> Suggestion {
    Suggestion { value: found.member.to_string(), label: found.name, detail: found.email, blocked: found.blocked }
}

fn why_not_searched(error: &AppError) -> String {
    match error {
        AppError::Unavailable => "The search did not answer. Check your connection, then type again.".to_owned(),
        AppError::SignInRequired => "You are signed out. Sign in again in another tab, then type again.".to_owned(),
        error => error.to_string(),
    }
}

/// Adds a member once. Says what came of it.
fn add(draft: Draft, member: MemberId, suggestion: Suggestion) -> String {
    let Suggestion { label: name, detail: email, .. } = suggestion;
    if draft.picked.with_untracked(|picked| picked.iter().any(|picked| picked.member == member)) {
        return format!("{name} is in the list already");
    }
    let said = format!("{name} added");
    draft.picked.update(|picked| picked.push(PickedMember { member, name, email }));
    said
}

fn remove_id(member: MemberId) -> String {
    format!("remove-{member}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_search_offers_nobody_and_says_why() {
        let failed = suggestions(Err(Failure(AppError::Unavailable)));
        assert_eq!(failed.list, []);
        assert!(matches!(failed.answer, Answer::Failed(reason) if reason.contains("did not answer")));
    }

    #[test]
    fn nobody_found_is_an_answer() {
        assert_eq!(suggestions(Ok(Vec::new())), Suggestions { list: Vec::new(), answer: Answer::Here });
    }
}
