//! The address of the page: what its query says, and links to the same page that say something else.
//!
//! The router's own query map decodes twice, so that a search for "100%25" or a `next` with a query comes out wrong.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The address of the page that is being made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    path: String,
    query: Vec<(String, String)>,
}

impl Address {
    /// The address that was asked for.
    pub fn of_page() -> Self {
        let location = use_location();
        let query = location.search.with_untracked(|search| Self::pairs(search));
        Self { path: location.pathname.get_untracked(), query }
    }

    /// The path, from the first slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of a parameter, if it is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Every value of a parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The same page with one parameter set to another value, or without it.
    pub fn with(&self, name: &str, value: Option<&str>) -> String {
        let kept = self.query.iter().filter(|(key, value)| key != name && !value.is_empty());
        let kept = kept.map(|(key, value)| (key.as_str(), value.as_str()));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .extend_pairs(value.map(|value| (name, value)))
            .finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The page as it is, with everything in its query.
    pub fn whole(&self) -> String {
        self.with("", None)
    }

    fn pairs(search: &str) -> Vec<(String, String)> {
        form_urlencoded::parse(search.trim_start_matches('?').as_bytes()).into_owned().collect()
    }
}

/// A path of this site, with the query that leads on to another path after it.
pub fn leading_to(path: &str, next: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(query: &str) -> Address {
        Address { path: "/accounts".to_owned(), query: Address::pairs(query) }
    }

    #[test]
    fn a_value_is_decoded_once() {
        assert_eq!(address("search=100%2525&role=").get("search"), Some("100%25"));
        assert_eq!(address("search=a+b").get("search"), Some("a b"));
        assert_eq!(address("role=").get("role"), None);
    }

    #[test]
    fn a_link_keeps_what_else_was_asked() {
        let page = address("search=a%26b&after=x&role=");
        assert_eq!(page.with("after", Some("y z")), "/accounts?search=a%26b&after=y+z");
        assert_eq!(page.with("after", None), "/accounts?search=a%26b");
        assert_eq!(address("after=x").with("after", None), "/accounts");
    }
}
