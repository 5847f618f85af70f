//! Asking the browser for a passkey (Web Authentication Level 3).
//!
//! Through the browser's own reading and writing of JSON, by name: the typed way would bring a hundred kilobytes of
//! conversions along.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Function, JSON, Object, Promise, Reflect};

const CLASS: &str = "PublicKeyCredential";
const READ_REQUEST: &str = "parseRequestOptionsFromJSON";
const READ_CREATION: &str = "parseCreationOptionsFromJSON";

/// Whether the browser offers passkeys on this page.
pub(super) fn is_offered() -> bool {
    let readable = |name: &str| {
        let class = Reflect::get(&window(), &CLASS.into())?;
        Reflect::get(&class, &name.into()).map(|function| function.is_function())
    };
    window().is_secure_context() && [READ_REQUEST, READ_CREATION].into_iter().all(|name| readable(name) == Ok(true))
}

/// What a passkey answers to a question; a new one, where it is to be set up. An error is a sentence for the reader.
pub(super) async fn answer(options: &str, set_up: bool) -> Result<String, &'static str> {
    asked(options, set_up).await.map_err(|error| {
        let name = Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
        match name.as_str() {
            "NotAllowedError" | "AbortError" => {
                "No passkey was used: it was cancelled, or it took too long. Try again."
            }
            "InvalidStateError" => "This device has a passkey for you already. Choose another one.",
            _ => "The browser could not use a passkey. Try again, or use another way.",
        }
    })
}

async fn asked(options: &str, set_up: bool) -> Result<String, JsValue> {
    let (read, ask) = if set_up { (READ_CREATION, "create") } else { (READ_REQUEST, "get") };
    let class = Reflect::get(&window(), &CLASS.into())?;
    let options = call(&class, read, &JSON::parse(options)?)?;
    let question = Object::new();
    Reflect::set(&question, &"publicKey".into(), &options)?;
    let credentials = Reflect::get(&window().navigator(), &"credentials".into())?;
    let credential = JsFuture::from(call(&credentials, ask, &question)?.dyn_into::<Promise>()?).await?;
    let written = call(&credential, "toJSON", &JsValue::UNDEFINED)?;
    JSON::stringify(&written)?.as_string().ok_or(JsValue::UNDEFINED)
}

fn call(on: &JsValue, name: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    Reflect::get(on, &name.into())?.dyn_into::<Function>()?.call1(on, argument)
}
