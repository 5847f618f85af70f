//! The browser's entry: wakes the islands of a page that the server has rendered.
//!
//! The page's one module script calls `init()`, which runs [`main`], and then [`hydrate`]. When `html[data-hydrated]` is
//! set, every island that stood in the page answers.

// Without this line nothing refers to the islands, and the linker drops them all.
use app as _;

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use web_sys::{Document, Element, NodeList};

/// Fired on the document by whoever has put new markup of the server's into the page: islands in it are woken.
const REPLACED: &str = "latchkey:replaced";

/// Marks an island that is awake, as a property of its element.
const AWAKE: &str = "latchkeyAwake";

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}

/// Wakes every island in the page. `exports` is the module's own namespace object, in which `wasm-bindgen` puts one
/// function for each island.
///
/// # Errors
/// What the browser threw, when an island's function did.
#[wasm_bindgen]
pub fn hydrate(exports: Object) -> Result<(), JsValue> {
    let document = leptos::prelude::document();
    wake(&document, &exports)?;
    let root = document.document_element().expect("a page has a root element");
    root.set_attribute("data-hydrated", "")?;

    let later = Closure::<dyn FnMut() -> Result<(), JsValue>>::new({
        let document = document.clone();
        move || wake(&document, &exports)
    });
    document.add_event_listener_with_callback(REPLACED, later.as_ref().unchecked_ref())?;
    later.forget();
    Ok(())
}

/// Wakes the islands that are not awake yet, in document order, so that an outer one comes before those inside it.
fn wake(document: &Document, exports: &Object) -> Result<(), JsValue> {
    for island in elements(&document.query_selector_all("leptos-island")?) {
        if Reflect::has(&island, &AWAKE.into())? {
            continue;
        }
        Reflect::set(&island, &AWAKE.into(), &JsValue::TRUE)?;
        restore_context(&island)?;
        let name = island.get_attribute("data-component").unwrap_or_default();
        match Reflect::get(exports, &name.as_str().into())?.dyn_into::<Function>() {
            Ok(waken) => waken.call1(&JsValue::NULL, &island).map(drop)?,
            Err(_) => leptos::logging::error!("the page has an island {name} that this program does not know"),
        }
    }
    Ok(())
}

/// An island inside another's children is woken in the context that the outer one has left with them.
fn restore_context(island: &Element) -> Result<(), JsValue> {
    if let Some(children) = island.closest("leptos-children")?
        && let Ok(on_hydrate) = Reflect::get(&children, &"$$on_hydrate".into())?.dyn_into::<Function>()
    {
        on_hydrate.call0(&JsValue::NULL)?;
    }
    Ok(())
}

fn elements(list: &NodeList) -> impl Iterator<Item = Element> {
    (0..list.length()).filter_map(|index| list.get(index)?.dyn_into().ok())
}
