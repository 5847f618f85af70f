//! The form "Import accounts" as it was posted, and what the server has made of it.

use domain::account::ImportPreview;
use domain::{AppError, IdempotencyKey};

/// What the page shows after a file was chosen. The server provides it as context when it shows the page again.
///
/// The file's text travels in the page, and is kept nowhere else: such files often have passwords in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostedImport {
    /// Sent with each attempt to import the file.
    pub key: Option<IdempotencyKey>,
    /// What the file is called.
    pub name: String,
    /// What stands in it.
    pub text: String,
    /// What it would become; nothing when it could not be read.
    pub preview: Option<ImportPreview>,
    /// Why nothing was imported, when it should have been.
    pub error: Option<AppError>,
}
