//! Parts of a page that are written down on the spot.

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// The markup of a part of a page.
pub type Written = InertElement;

/// Writes a part down as soon as all that it shows is there.
///
/// The framework walks a page three times before it writes it, and copies each part on the way into the next, in case
/// something in it is still waited for. Where nothing is, writing at once takes half the time. There must be no `Suspend`
/// in the part, as it would be left out; islands may be.
pub fn written(part: impl IntoView) -> Written {
    InertElement::new(part.into_view().to_html())
}
