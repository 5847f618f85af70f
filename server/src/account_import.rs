//! `POST /accounts/import`: the form "Import accounts".
//!
//! It brings a file, so it is no form like the others. Each of its buttons posts the whole form, and the page comes back
//! with everything in it; only **Import** changes anything. The file's text travels in the page and is kept nowhere: neither
//! in the database nor in a log.

use crate::page_form::status_of;
use crate::router::{Reader, Refusal, Server, read_upload, see_other, show_again, sign_in_and_send_again};
use app::account::import::posted::PostedImport;
use app::ssr::told_to;
use app::wire::Notice;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::account::ImportColumns;
use domain::text::one_line;
use domain::{AppError, IdempotencyKey, Problem};
use http::header::{CONTENT_TYPE, SET_COOKIE};
use leptos::prelude::provide_context;
use services::Ctx;
use services::account::Sheet;

/// The page that the form stands on.
pub(crate) const PAGE: &str = "/accounts/import";
/// Letters of a file's name.
const LONGEST_FILE_NAME: usize = 100;

pub(crate) async fn post(State(server): State<Server>, request: Request) -> Response {
    let reader = Reader::of(&request, &server);
    let ctx = request.extensions().get::<Ctx>().cloned();
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let (request, body) = match read_upload(request).await {
        Ok(read) => read,
        Err(refusal) => return reader.refuse(refusal),
    };
    let form = match Form::read(&kind, body).await {
        Ok(form) => form,
        Err(refusal) => return reader.refuse(refusal),
    };
    let Some(ctx) = ctx else {
        return sign_in_and_send_again(&server, PAGE, &form.written());
    };
    let mut posted = PostedImport {
        key: Some(form.key.unwrap_or_else(|| ctx.new_form_key())),
        name: form.name.clone(),
        ..PostedImport::default()
    };
    match look(&ctx, &form, &mut posted).await {
        Ok(None) => {}
        Ok(Some(answer)) => {
            let mut response = see_other("/accounts");
            response.headers_mut().append(SET_COOKIE, server.edge().leave(answer));
            return response;
        }
        Err(error) => posted.error = Some(error),
    }
    let status = posted.error.as_ref().and_then(status_of);
    show_again(&server, request, status, move || provide_context(posted.clone())).await
}

/// Makes of the form what the page shows, and imports it when that was asked for. Returns what to tell then.
async fn look(ctx: &Ctx, form: &Form, posted: &mut PostedImport) -> Result<Option<Notice>, AppError> {
    let text = form.text()?;
    let sheet = Sheet::read(text)?;
    let columns = match form.act {
        Act::Upload => ImportColumns::guess(&sheet.lines[0].cells),
        Act::Look | Act::Import => form.columns.clone(),
    };
    posted.text = text.to_owned();
    posted.preview =
        Some(ctx.import_preview(&sheet, &columns).await.map_err(|error| told_to(ctx, "import accounts", error))?);
    if form.act == Act::Upload {
        return Ok(None);
    }
    columns.check().map_err(|problem| vec![problem])?;
    if form.act == Act::Look {
        return Ok(None);
    }
    if form.looked_at != columns.word() {
        return Err(AppError::invalid("form", CHANGED));
    }
    let key =
        form.key.ok_or_else(|| AppError::invalid("form", "The form could not be read. Choose the file once more."))?;
    match ctx.import_accounts(key, &sheet, &columns).await {
        Ok(imported) => Ok(Some(Notice { items: imported.items(), ..Notice::done(imported.message()) })),
        Err(error) => Err(told_to(ctx, "import accounts", error)),
    }
}

/// Told when the columns were changed and not looked at since.
const CHANGED: &str = "You have changed which column is what. Look at the lines below once more, and import them then.";

/// The button that was pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Act {
    /// Reads a file that was chosen.
    #[default]
    Upload,
    /// Shows what its lines become.
    Look,
    /// Imports them.
    Import,
}

/// The form as it was posted.
#[derive(Debug, Default)]
struct Form {
    act: Act,
    key: Option<IdempotencyKey>,
    name: String,
    /// A file that was chosen just now.
    file: Option<Bytes>,
    /// The text of the file that was chosen before.
    text: String,
    columns: ImportColumns,
    looked_at: String,
}

impl Form {
    /// Reads a form with a file in it; or one without, which is how it comes after signing in again.
    async fn read(kind: &str, body: Bytes) -> Result<Self, Refusal> {
        let mut form = Self::default();
        if let Ok(boundary) = multer::parse_boundary(kind) {
            let body = futures::stream::once(async { Ok::<_, std::convert::Infallible>(body) });
            let mut parts = multer::Multipart::new(body, boundary);
            while let Some(part) = parts.next_field().await.map_err(|_| Refusal::unreadable_form())? {
                let name = part.name().unwrap_or_default().to_owned();
                let file_name = part.file_name().map(str::to_owned);
                let bytes = part.bytes().await.map_err(|_| Refusal::unreadable_form())?;
                match file_name {
                    Some(file_name) if name == "file" => form.take_file(&file_name, bytes),
                    _ => {
                        let value = std::str::from_utf8(&bytes).map_err(|_| Refusal::unreadable_form())?;
                        form.take(&name, value)?;
                    }
                }
            }
        } else if kind
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        {
            for (name, value) in url::form_urlencoded::parse(&body) {
                form.take(&name, &value)?;
            }
        } else {
            return Err(Refusal::wrong_kind());
        }
        Ok(form)
    }

    fn take_file(&mut self, name: &str, bytes: Bytes) {
        // A form without a file has an empty one.
        if !name.is_empty() || !bytes.is_empty() {
            self.name = one_line(name).chars().take(LONGEST_FILE_NAME).collect();
            self.file = Some(bytes);
        }
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let column = || match value {
            "" => Ok(None),
            place => place.parse().map(Some).map_err(|_| Refusal::unreadable_form()),
        };
        match name {
            "act" => {
                self.act = match value {
                    "upload" => Act::Upload,
                    "look" => Act::Look,
                    "import" => Act::Import,
                    _ => return Err(Refusal::unreadable_form()),
                }
            }
            "key" => self.key = Some(value.parse().map_err(|_| Refusal::unreadable_form())?),
            "name" => self.name = one_line(value).chars().take(LONGEST_FILE_NAME).collect(),
            "text" => self.text = value.to_owned(),
            "looked_at" => self.looked_at = value.to_owned(),
            "headings" => self.columns.headings = true,
            "doubles" => self.columns.doubles = true,
            "label" => self.columns.label = column()?,
            "app" => self.columns.app = column()?,
            "login_url" => self.columns.login_url = column()?,
            "username" => self.columns.username = column()?,
            "note" => self.columns.note = column()?,
            "password" => self.columns.password = column()?,
            "one_time_code" => self.columns.one_time_code = column()?,
            _ => {}
        }
        Ok(())
    }

    /// What stands in the file.
    fn text(&self) -> Result<&str, AppError> {
        match &self.file {
            Some(file) => Sheet::text_of(file),
            None if self.text.is_empty() => Err(vec![Problem::new("file", "Choose a CSV file.")].into()),
            None => Sheet::text_of(self.text.as_bytes()),
        }
    }

    /// The form once more, with the text in the place of the file.
    fn written(&self) -> String {
        let text = self.file.as_deref().map(String::from_utf8_lossy);
        let mut written = url::form_urlencoded::Serializer::new(String::new());
        written.append_pair(
            "act",
            match self.act {
                Act::Upload => "upload",
                Act::Look => "look",
                Act::Import => "import",
            },
        );
        written.append_pair("text", text.as_deref().unwrap_or(&self.text)).append_pair("name", &self.name);
        written.append_pair("looked_at", &self.looked_at);
        if let Some(key) = self.key {
            written.append_pair("key", &key.to_string());
        }
        for (name, ticked) in [("headings", self.columns.headings), ("doubles", self.columns.doubles)] {
            if ticked {
                written.append_pair(name, "on");
            }
        }
        let ImportColumns { label, app, login_url, username, note, password, one_time_code, .. } = &self.columns;
        let columns = [
            ("label", label),
            ("app", app),
            ("login_url", login_url),
            ("username", username),
            ("note", note),
            ("password", password),
            ("one_time_code", one_time_code),
        ];
        for (name, place) in columns {
            written.append_pair(name, &place.map(|place| place.to_string()).unwrap_or_default());
        }
        written.finish()
    }
}
