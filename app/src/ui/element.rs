//! Elements of the page, found by a selector.

use wasm_bindgen::JsCast;
use web_sys::{Element, NodeList};

/// The elements within another one that a selector finds, in the order of the page.
pub(crate) fn select(within: &Element, selector: &str) -> impl Iterator<Item = Element> + use<> {
    elements::<Element>(within.query_selector_all(selector).ok())
}

/// What was found, as far as it is of this kind.
pub(crate) fn elements<T: JsCast>(found: Option<NodeList>) -> impl Iterator<Item = T> {
    let length = found.as_ref().map_or(0, NodeList::length);
    (0..length).filter_map(move |index| found.as_ref()?.get(index)?.dyn_into().ok())
}
