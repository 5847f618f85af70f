//! The live parts of a page, and putting newer ones in their place without getting in the reader's way.

use crate::ui::element::{elements, select};
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{
    Document, Element, HtmlDetailsElement, HtmlElement, HtmlInputElement, HtmlOptionElement, HtmlTextAreaElement,
};

/// The attribute of a live part. Its value tells it from the others in the page.
const PART: &str = "data-live";

/// What is said when the entries of a part have changed: the part's name, and the words.
const MESSAGES: [(&str, &str); 3] = [
    ("accounts", "The list of accounts has changed."),
    ("partners", "The list of partners has changed."),
    ("partner", "The state of the partnership has changed."),
];

/// What can have the focus.
const FOCUSABLE: &str = "a[href],button,input,select,textarea,summary,[tabindex]";

/// The live parts of the page, each with the markup that the server last wrote for it. What stands in the page may differ,
/// because islands in it have changed their own markup.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    known: Vec<(String, String)>,
    /// Those in which the reader was in the middle of something when there was a newer one.
    waiting: Vec<String>,
}

/// What came of putting newer parts in place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    /// Whether a part was replaced.
    pub(super) replaced: bool,
    /// Whether a part was left as it is because the reader is in the middle of something there.
    pub(super) waiting: bool,
    /// What is to be announced.
    pub(super) message: Option<&'static str>,
}

impl Parts {
    pub(super) fn in_page() -> Self {
        let known = parts_of(&document()).map(|(name, part)| (name, part.outer_html())).collect();
        Self { known, waiting: Vec::new() }
    }

    /// Whether a fetch would come too early: the reader has not finished what the last one had to wait for.
    pub(super) fn must_wait(&self) -> bool {
        dialog_is_open() || parts_of(&document()).any(|(name, part)| self.waiting.contains(&name) && in_use(&part))
    }

    /// Something else has changed: it may be in a part that need not wait.
    pub(super) fn wait_no_longer(&mut self) {
        self.waiting.clear();
    }

    /// Puts the parts of a newer copy of the page in the place of those that differ.
    pub(super) fn replace(&mut self, page: &Document) -> Outcome {
        let mut outcome = Outcome::default();
        self.waiting.clear();
        let newer: Vec<_> = parts_of(page).collect();
        for (name, old) in parts_of(&document()) {
            let Some((_, new)) = newer.iter().find(|(of, _)| *of == name) else { continue };
            let markup = new.outer_html();
            if self.known.iter().any(|(of, known)| *of == name && *known == markup) {
                continue;
            }
            if dialog_is_open() || in_use(&old) {
                outcome.waiting = true;
                self.waiting.push(name);
                continue;
            }
            if entries(&old) != entries(new) {
                outcome.message =
                    MESSAGES.iter().find(|(of, _)| *of == name).map(|(_, words)| *words).or(outcome.message);
            }
            exchange(&old, new);
            outcome.replaced = true;
            self.known.retain(|(of, _)| *of != name);
            self.known.push((name, markup));
        }
        outcome
    }
}

/// Puts a part in the place of an older one. The focus stays on the same thing, and what was unfolded stays unfolded.
fn exchange(old: &Element, new: &Element) {
    let focused = document().active_element().filter(|focused| old.contains(Some(focused)));
    let unfolded: Vec<_> = select(old, "details[open]").map(|details| words_of(&details, "summary")).collect();
    let _ = old.replace_with_with_node_1(new);
    for details in select(new, "details") {
        if unfolded.contains(&words_of(&details, "summary"))
            && let Some(details) = details.dyn_ref::<HtmlDetailsElement>()
        {
            details.set_open(true);
        }
    }
    if let Some(focused) = focused {
        focus_like(&focused, old, new);
    }
}

/// Focuses what stands for the element that had the focus: the one with the same id or, of the same kind, the one with
/// the same words, value and address. When there is none, the part itself, so that Tab goes on from here.
fn focus_like(focused: &Element, old: &Element, new: &Element) {
    let same = |candidate: &Element| {
        if focused.id().is_empty() { likeness(candidate) == likeness(focused) } else { candidate.id() == focused.id() }
    };
    let itself = old.is_same_node(Some(focused)).then(|| new.clone());
    let found = itself.or_else(|| select(new, FOCUSABLE).find(same));
    let place = found.unwrap_or_else(|| {
        let _ = new.set_attribute("tabindex", "-1");
        new.clone()
    });
    if let Some(place) = place.dyn_ref::<HtmlElement>() {
        let _ = place.focus();
    }
}

fn likeness(element: &Element) -> [Option<String>; 6] {
    [
        Some(element.tag_name()),
        element.text_content(),
        element.get_attribute("name"),
        element.get_attribute("value"),
        element.get_attribute("href"),
        // The same button stands on each card: what it is for tells it apart.
        element
            .closest("form")
            .ok()
            .flatten()
            .and_then(|form| form.get_attribute("data-log-in").or_else(|| form.get_attribute("action"))),
    ]
}

/// What a part lists. Ids are made of the entries' own, so an entry that comes or goes changes them.
fn entries(part: &Element) -> Vec<String> {
    select(part, "[id]").map(|element| element.id()).collect()
}

/// Whether the reader would lose something: a changed control, a selection, a place in an unfolded form.
fn in_use(part: &Element) -> bool {
    let focused_in_form = document().active_element().is_some_and(|focused| {
        part.contains(Some(&focused)) && focused.closest("details[open]").is_ok_and(|details| details.is_some())
    });
    focused_in_form || select(part, "input,select,textarea").any(|control| is_changed(&control)) || has_selection(part)
}

fn is_changed(control: &Element) -> bool {
    if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
        input.checked() != input.default_checked() || input.value() != input.default_value()
    } else if let Some(text) = control.dyn_ref::<HtmlTextAreaElement>() {
        text.default_value().is_ok_and(|default| text.value() != default)
    } else {
        let options: Vec<_> =
            select(control, "option").filter_map(|option| option.dyn_into::<HtmlOptionElement>().ok()).collect();
        // A list without a chosen default starts at its first choice.
        let default = options.iter().position(HtmlOptionElement::default_selected).unwrap_or_default();
        options.iter().position(HtmlOptionElement::selected) != Some(default)
    }
}

fn has_selection(part: &Element) -> bool {
    let selection = leptos::prelude::window().get_selection().ok().flatten();
    selection.is_some_and(|selection| {
        !selection.is_collapsed()
            && [selection.anchor_node(), selection.focus_node()].iter().any(|end| part.contains(end.as_ref()))
    })
}

fn dialog_is_open() -> bool {
    // Two questions: a browser that does not know the second refuses it.
    ["dialog[open]", ":popover-open"]
        .iter()
        .any(|open| document().query_selector(open).is_ok_and(|dialog| dialog.is_some()))
}

fn parts_of(page: &Document) -> impl Iterator<Item = (String, Element)> + use<> {
    let found = page.query_selector_all("[data-live]").ok();
    elements::<Element>(found).filter_map(|part| Some((part.get_attribute(PART)?, part)))
}

fn words_of(element: &Element, selector: &str) -> Option<String> {
    element.query_selector(selector).ok().flatten()?.text_content()
}
