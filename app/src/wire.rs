//! What a server function answers instead of a result.

use domain::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Serialize};

/// Results as JSON.
pub type Json = Post<JsonText>;

/// JSON that is read as text, as what an island starts with is. The framework's own reads bytes, so that the browser's
/// program would hold every reader twice.
pub struct JsonText;

impl ContentType for JsonText {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonText {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonText {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonText {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        serde_json::from_str(str::from_utf8(&bytes).map_err(serde_json::Error::custom)?)
    }
}

/// An [`AppError`] on the wire. The one error type of server functions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub AppError);

impl FromServerFnError for Failure {
    type Encoder = JsonText;

    /// What goes wrong between browser and server function: the network, or arguments that cannot be read.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        leptos::logging::error!("{error}");
        Self(match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                AppError::invalid("form", "The form could not be read. Reload the page and try again.")
            }
            _ => AppError::Unavailable,
        })
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

/// A one-time message: made by an act that was posted without scripts, shown by the page that follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Whether the act failed.
    pub failed: bool,
    /// The message.
    pub text: String,
    /// Further lines, such as who could not be asked for.
    #[serde(default)]
    pub items: Vec<String>,
    /// What was typed and has to stand in the form again, such as the email address.
    #[serde(default)]
    pub typed: String,
    /// Which of the page's forms it stands in, where there are several of a kind: the id of what the form is about.
    #[serde(default)]
    pub about: String,
    /// A link to pass on by hand, shown to be copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
}

impl Notice {
    /// An act that succeeded.
    pub fn done(text: impl Into<String>) -> Self {
        Self {
            failed: false,
            text: text.into(),
            items: Vec::new(),
            typed: String::new(),
            about: String::new(),
            copy: None,
        }
    }

    /// An act that failed.
    pub fn failed(text: impl Into<String>) -> Self {
        Self { failed: true, ..Self::done(text) }
    }
}
