//! Server functions as islands of this feature ask them.
//!
//! By one piece of code for all. The framework's own call is made anew for each function, and there are so many here that
//! it would make the browser's program a tenth larger.

use domain::AppError;
use leptos::prelude::window;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::encode_uri_component;
use web_sys::{Headers, RequestInit, Response};

/// What a server function, by its endpoint, answers to a form, by its encoded body.
pub(super) async fn ask<T: DeserializeOwned>(function: &str, form: &str) -> Result<T, AppError> {
    match post(function, form).await {
        Ok((true, answer)) => serde_json::from_str(&answer).map_err(|_| AppError::Unavailable),
        Ok((false, answer)) => Err(serde_json::from_str(&answer).unwrap_or(AppError::Unavailable)),
        Err(_) => Err(AppError::Unavailable),
    }
}

/// Whether it went well, and the answer.
async fn post(function: &str, form: &str) -> Result<(bool, String), JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    headers.set("content-type", "application/x-www-form-urlencoded")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&JsValue::from_str(form));
    let answer = JsFuture::from(window().fetch_with_str_and_init(&format!("/api/{function}"), &request)).await?;
    let answer: Response = answer.dyn_into()?;
    let text = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
    Ok((answer.ok(), text))
}

/// A text as the value of a field in an encoded form.
pub(super) fn encoded(text: &str) -> String {
    encode_uri_component(text).into()
}
