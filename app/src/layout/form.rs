//! Forms of several fields that post to the page they stand on.
//!
//! The server runs the server function that the form names. When it succeeds, the reader is led on; when it fails, the same
//! page is made once more, with everything typed in its place and what is wrong beside it. No script takes part.

use crate::layout::address::Address;
use crate::ui::error_summary::ErrorSummary;
use domain::AppError;
use leptos::prelude::*;
use serde::de::DeserializeOwned;

/// The form that was posted to this page and failed. The server provides it as context when it makes the page again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    /// The endpoint of the server function, such as `member/invite`.
    pub function: String,
    /// Every field with its value, in the order of the form.
    pub fields: Vec<(String, String)>,
    /// Why it failed.
    pub error: Option<AppError>,
}

impl Posted {
    /// What was posted to this server function from this page; nothing at first.
    pub fn to(function: &str) -> Self {
        use_context::<Self>().filter(|posted| posted.function == function).unwrap_or_default()
    }

    /// The same for one of several such forms, told apart by what they are about.
    pub fn about(function: &str, about: &str) -> Self {
        let posted = Self::to(function);
        if posted.get("about") == Some(about) { posted } else { Self::default() }
    }

    /// Whether there is such a form.
    pub fn is_some(&self) -> bool {
        self.error.is_some()
    }

    /// What was typed into a field. A box that is not ticked, like a field that is not there, has nothing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What stands in a field: what was typed, or at first this.
    pub fn or(&self, name: &str, first: &str) -> String {
        if self.is_some() { self.get(name).unwrap_or_default().to_owned() } else { first.to_owned() }
    }

    /// Whether a box stands ticked: as it was posted, or at first so.
    pub fn ticked(&self, name: &str, first: bool) -> bool {
        if self.is_some() { self.get(name).is_some() } else { first }
    }

    /// What is wrong with a field.
    pub fn problem(&self, name: &str) -> Option<String> {
        self.error.as_ref()?.problem_with(name).map(str::to_owned)
    }

    /// A page's name in the browser: it begins with "Error" when the form has failed.
    pub fn title(&self, page: &str) -> String {
        super::title(&if self.is_some() { format!("Error: {page}") } else { page.to_owned() })
    }
}

/// What a server function has answered to a form of this page, where the answer is shown once. The server provides it as
/// context when it makes the page again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The endpoint of the server function.
    pub function: String,
    /// The answer, as JSON.
    pub body: String,
}

impl Answer {
    /// What this server function has answered, if it has.
    pub fn of<T: DeserializeOwned>(function: &str) -> Option<T> {
        let answer = use_context::<Self>().filter(|answer| answer.function == function)?;
        serde_json::from_str(&answer.body).ok()
    }
}

/// A form that posts to the page it stands on, for this server function.
#[component]
pub fn PostForm(
    /// The endpoint of the server function, such as `member/invite`.
    function: &'static str,
    /// What it is about, where the page has several forms of a kind.
    #[prop(optional, into)]
    about: Option<String>,
    /// The page that shows it again when it fails, where the form also stands on another one.
    #[prop(optional, into)]
    page: Option<String>,
    /// Its id, for controls that stand elsewhere in the page.
    #[prop(optional)]
    id: Option<&'static str>,
    /// Its classes.
    #[prop(default = "form")]
    class: &'static str,
    /// Whether it sends a file.
    #[prop(optional)]
    multipart: bool,
    /// Fields and buttons.
    children: Children,
) -> impl IntoView {
    let action = page.unwrap_or_else(|| Address::of_page().whole());
    view! {
        <form id=id class=class method="post" action=action enctype=multipart.then_some("multipart/form-data")>
            <input type="hidden" name="function" value=function />
            {about.map(|about| view! { <input type="hidden" name="about" value=about /> })}
            {children()}
        </form>
    }
}

/// What is wrong with the form that was posted, above it.
#[component]
pub fn Problems(
    /// The form.
    posted: Posted,
) -> impl IntoView {
    let problems = posted.error.map(|error| match error {
        AppError::Invalid { problems } => problems
            .into_iter()
            .map(|problem| {
                // What is about the whole form has no field to lead to.
                let field = if problem.field == "form" { String::new() } else { problem.field };
                (field, problem.text)
            })
            .collect(),
        other => vec![(String::new(), other.to_string())],
    });
    problems.map(|problems| view! { <ErrorSummary problems=problems /> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_failed_keeps_what_was_typed_and_what_was_not_ticked() {
        let posted = Posted {
            function: "member/invite".to_owned(),
            fields: vec![("emails".to_owned(), "ann@".to_owned()), ("role".to_owned(), "admin".to_owned())],
            error: Some(AppError::invalid("emails", "Enter an email address.")),
        };
        assert_eq!(posted.or("emails", ""), "ann@");
        assert_eq!(posted.or("note", "at first"), "");
        assert!(!posted.ticked("agree", true));
        assert_eq!(posted.problem("emails").as_deref(), Some("Enter an email address."));
        assert_eq!(posted.problem("role"), None);
        let first = Posted::default();
        assert_eq!(first.or("note", "at first"), "at first");
        assert!(first.ticked("agree", true));
    }
}
