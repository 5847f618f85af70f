//! A text box that suggests, after the editable combobox with list autocomplete and manual selection of the ARIA Authoring
//! Practices Guide: <https://www.w3.org/WAI/ARIA/apg/patterns/combobox/>.
//!
//! The focus stays in the box; the active suggestion is only marked. Without scripts it is a plain text box.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

/// Something to pick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What tells it from the others.
    pub value: String,
    /// The first line.
    pub label: String,
    /// The second line.
    pub detail: String,
    /// Why it cannot be picked, if so.
    pub blocked: Option<String>,
}

/// What is known for the text in the box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// The suggestions: of this text when `answer` is [`Answer::Here`], else of an earlier one.
    pub list: Vec<Suggestion>,
    /// Whether they have come.
    pub answer: Answer,
}

/// Whether the suggestions for the text in the box have come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Nothing is looked for.
    #[default]
    None,
    /// On its way.
    Awaited,
    /// Here.
    Here,
    /// Will not come, for this reason.
    Failed(String),
}

/// A text box that suggests. Give it a `<label>` for its id.
#[component]
pub fn Combobox(
    /// The text box's id, and the beginning of the other ids.
    id: &'static str,
    /// The text box's name in the form.
    name: &'static str,
    /// The name of the list of suggestions.
    list_label: &'static str,
    /// Said when there is nothing to suggest.
    none_found: &'static str,
    /// Whether scripts run. Until then it is a plain text box.
    #[prop(into)]
    awake: Signal<bool>,
    /// The text at first.
    text: String,
    /// Whether the page starts with the focus here.
    #[prop(optional)]
    autofocus: bool,
    /// The text box.
    node_ref: NodeRef<html::Input>,
    /// What is known for the text.
    #[prop(into)]
    suggestions: Signal<Suggestions>,
    /// Ids of hint and error.
    #[prop(into)]
    described_by: Signal<String>,
    /// Whether there is an error.
    #[prop(into)]
    invalid: Signal<bool>,
    /// Asked for suggestions for this text.
    #[prop(into)]
    on_search: Callback<String>,
    /// A suggestion was picked: its value.
    #[prop(into)]
    on_pick: Callback<String>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let active = RwSignal::new(None::<usize>);
    let list_id = format!("{id}-list");
    let controls = list_id.clone();

    let answered = move || suggestions.with(|known| known.answer == Answer::Here);
    let expanded = Signal::derive(move || open.get() && suggestions.with(|known| !known.list.is_empty()));
    // An active place in a list that has not come yet marks nothing.
    let marked = Signal::derive(move || {
        let count = suggestions.with(|known| known.list.len());
        active.get().filter(|index| expanded.get() && answered() && *index < count)
    });
    let said = move || suggestions.with(|known| said(known, open.get(), none_found));

    let close = move || {
        open.set(false);
        active.set(None);
    };
    let pick = move |index: usize| {
        let picked = suggestions.with_untracked(|known| {
            known.list.get(index).filter(|suggestion| suggestion.blocked.is_none()).map(|picked| picked.value.clone())
        });
        if let Some(value) = picked {
            close();
            on_pick.run(value);
        }
    };
    let move_to = move |step: Step| {
        if !open.get_untracked() {
            open.set(true);
        }
        let (count, stale) = suggestions
            .with_untracked(|known| (known.list.len(), matches!(known.answer, Answer::None | Answer::Failed(_))));
        if stale && let Some(input) = node_ref.get_untracked() {
            on_search.run(input.value());
        }
        active.update(|active| *active = moved(*active, count, step));
        if let Some(option) =
            marked.get_untracked().and_then(|index| document().get_element_by_id(&option_id(id, index)))
        {
            let nearest = ScrollIntoViewOptions::new();
            nearest.set_block(ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        // While a character is being composed, its keys belong to the input method.
        if !awake.get_untracked() || event.is_composing() {
            return;
        }
        match (event.key().as_str(), event.alt_key()) {
            ("ArrowDown", true) => open.set(true),
            ("ArrowUp", true) => close(),
            ("ArrowDown", false) => move_to(Step::Next),
            ("ArrowUp", false) => move_to(Step::Previous),
            ("Enter", _) => {
                if let Some(index) = marked.get_untracked() {
                    pick(index);
                }
            }
            ("Escape", _) if expanded.get_untracked() || (open.get_untracked() && !untrack(said).is_empty()) => {
                event.stop_propagation();
                close();
            }
            // The cursor moves in the text: nothing is active any more.
            ("Home" | "End" | "ArrowLeft" | "ArrowRight", _) => {
                active.set(None);
                return;
            }
            _ => return,
        }
        event.prevent_default();
    };
    let typed = move |event: ev::Event| {
        if awake.get_untracked() {
            active.set(None);
            open.set(true);
            on_search.run(event_target_value(&event));
        }
    };

    view! {
        <div class="combobox">
            <input
                class="control combobox-input"
                type="text"
                id=id
                name=name
                value=text
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus=autofocus
                node_ref=node_ref
                role=move || awake.get().then_some("combobox")
                aria-autocomplete=move || awake.get().then_some("list")
                aria-expanded=move || awake.get().then(|| if expanded.get() { "true" } else { "false" })
                aria-controls=move || awake.get().then(|| controls.clone())
                aria-activedescendant=move || marked.get().map(|index| option_id(id, index))
                aria-describedby=move || Some(described_by.get()).filter(|ids| !ids.is_empty())
                aria-invalid=move || invalid.get().then_some("true")
                on:keydown=key
                on:input=typed
                on:blur=move |_| close()
            />
            {move || {
                awake
                    .get()
                    .then(|| {
                        view! {
                            <SuggestionList
                                id=list_id.clone()
                                option_ids=id
                                label=list_label
                                suggestions=suggestions
                                expanded=expanded
                                marked=marked
                                on_pick=pick
                            />
                            <p
                                class=move || if expanded.get() { "visually-hidden" } else { "combobox-said" }
                                role="status"
                            >
                                {said}
                            </p>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn SuggestionList(
    id: String,
    option_ids: &'static str,
    label: &'static str,
    suggestions: Signal<Suggestions>,
    expanded: Signal<bool>,
    marked: Signal<Option<usize>>,
    #[prop(into)] on_pick: Callback<usize>,
) -> impl IntoView {
    let options = move || {
        suggestions
            .with(|known| known.list.clone())
            .into_iter()
            .enumerate()
            .map(|(index, suggestion)| {
                let disabled = suggestion.blocked.is_some().then_some("true");
                view! {
                    <li
                        class="combobox-option"
                        role="option"
                        id=option_id(option_ids, index)
                        aria-selected=move || if marked.get() == Some(index) { "true" } else { "false" }
                        aria-disabled=disabled
                        on:click=move |_| on_pick.run(index)
                    >
                        <span class="combobox-label">{suggestion.label}</span>
                        " "
                        <span class="combobox-detail">{suggestion.detail}</span>
                        {suggestion
                            .blocked
                            .map(|reason| view! { " " <span class="combobox-blocked">{reason}</span> })}
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <ul
            class="combobox-list"
            role="listbox"
            id=id
            aria-label=label
            aria-busy=move || suggestions.with(|known| known.answer == Answer::Awaited).then_some("true")
            hidden=move || !expanded.get()
            // Pressing the mouse would take the focus from the box, and so close the list before the click.
            on:mousedown=move |event| event.prevent_default()
        >
            {options}
        </ul>
    }
}

fn option_id(id: &str, index: usize) -> String {
    format!("{id}-option-{index}")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Next,
    Previous,
}

/// The active place after a step, round and round. A list that has not come yet is entered at its first place.
fn moved(active: Option<usize>, count: usize, step: Step) -> Option<usize> {
    match (active, step) {
        (_, Step::Previous) if count == 0 => None,
        (None, Step::Next) => Some(0),
        (Some(index), Step::Next) => Some(if index + 1 < count { index + 1 } else { 0 }),
        (None | Some(0), Step::Previous) => Some(count - 1),
        (Some(index), Step::Previous) => Some((index - 1).min(count - 1)),
    }
}

/// What is announced: the number of suggestions, that there are none, or that they could not be had.
fn said(known: &Suggestions, open: bool, none_found: &str) -> String {
    match (&known.answer, known.list.len()) {
        (Answer::Failed(reason), _) => reason.clone(),
        (Answer::Here, 0) if open => none_found.to_owned(),
        (Answer::Here, 1) if open => "1 suggestion".to_owned(),
        (Answer::Here, count) if open => format!("{count} suggestions"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_active_place_goes_round() {
        for (active, count, step, expected) in [
            (None, 3, Step::Next, Some(0)),
            (Some(0), 3, Step::Next, Some(1)),
            (Some(2), 3, Step::Next, Some(0)),
            (None, 3, Step::Previous, Some(2)),
            (Some(0), 3, Step::Previous, Some(2)),
            (Some(2), 3, Step::Previous, Some(1)),
            (Some(0), 1, Step::Next, Some(0)),
            (Some(0), 1, Step::Previous, Some(0)),
        ] {
            assert_eq!(moved(active, count, step), expected, "{active:?} of {count}, {step:?}");
        }
    }

    #[test]
    fn a_list_that_has_shrunk_is_entered_within_its_bounds() {
        assert_eq!(moved(Some(9), 2, Step::Next), Some(0));
        assert_eq!(moved(Some(9), 2, Step::Previous), Some(1));
    }

    #[test]
    fn a_list_that_has_not_come_is_entered_at_the_first_place() {
        assert_eq!(moved(None, 0, Step::Next), Some(0));
        assert_eq!(moved(Some(0), 0, Step::Next), Some(0));
        assert_eq!(moved(Some(4), 0, Step::Previous), None);
    }

    #[test]
    fn the_number_of_suggestions_is_said_once_they_are_here() {
        let suggestion = Suggestion { value: "a".into(), label: "Ann".into(), detail: String::new(), blocked: None };
        let known = |count: usize, answer| Suggestions { list: vec![suggestion.clone(); count], answer };
        assert_eq!(said(&known(0, Answer::Here), true, "No members found"), "No members found");
        assert_eq!(said(&known(1, Answer::Here), true, ""), "1 suggestion");
        assert_eq!(said(&known(10, Answer::Here), true, ""), "10 suggestions");
        assert_eq!(said(&known(3, Answer::Awaited), true, ""), "");
        assert_eq!(said(&known(3, Answer::Here), false, ""), "");
        assert_eq!(said(&known(3, Answer::Failed("Out of reach.".into())), false, ""), "Out of reach.");
    }
}
