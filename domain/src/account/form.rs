//! What is typed about an account, to add it or to change it.

use super::catalogue;
use crate::Problem;
use crate::text::{self, disturbs, is_unseen};
use serde::{Deserialize, Serialize};

/// Characters that a login URL may have.
pub const LONGEST_URL: usize = 2_000;
/// Characters that a user name may have: as many as an email address.
pub const LONGEST_USERNAME: usize = 254;

/// What is known of an account, besides its secrets: as it was typed, or as [`AccountForm::check`] has left it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountForm {
    /// What people call it.
    pub label: String,
    /// The app it is a login to.
    pub app: String,
    /// Where to log in. May be empty.
    pub login_url: String,
    /// The login's user name. May be empty.
    pub username: String,
    /// A note for everyone with access. May be empty.
    pub note: String,
}

impl AccountForm {
    /// The same, as it is kept: trimmed, the app as the catalogue writes it, and an address that a browser opens.
    ///
    /// # Errors
    ///
    /// Every [`Problem`], in the order of the form.
    pub fn check(&self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut keep = |checked: Result<String, Problem>| {
            checked.unwrap_or_else(|problem| {
                problems.push(problem);
                String::new()
            })
        };
        let label = keep(text::name("label", "a label", &self.label));
        let app = keep(text::name("app", "the name of the app", &self.app));
        let login_url = keep(login_url(&self.login_url));
        let username = keep(username(&self.username));
        let note = keep(text::prose("note", "note", &self.note));
        if !problems.is_empty() {
            return Err(problems);
        }
        let app = catalogue::known(&app).map_or(app, |known| known.name.to_owned());
        Ok(Self { label, app, login_url, username, note })
    }

    /// The same, checked, with the login URL of a known app where none was typed.
    pub fn with_known_address(mut self) -> Self {
        if let (true, Some(app)) = (self.login_url.is_empty(), catalogue::known(&self.app)) {
            self.login_url = app.login_url.to_owned();
        }
        self
    }

    /// The same with an app where none was typed: the one that is at the login URL, the host there, or the label.
    pub fn with_some_app(mut self) -> Self {
        if self.app.trim().is_empty() {
            let address = login_url(&self.login_url).unwrap_or_default();
            self.app = match (catalogue::at(&address), catalogue::host(&address)) {
                (Some(app), _) => app.name.to_owned(),
                (None, Some(host)) => {
                    let host = host.strip_prefix("www.").unwrap_or(host);
                    host.chars().take(text::LONGEST_NAME).collect()
                }
                (None, None) => self.label.clone(),
            };
        }
        self
    }
}

/// One line, trimmed. Its case and its spaces may matter to the app.
fn username(typed: &str) -> Result<String, Problem> {
    let username = typed.trim();
    if username.chars().count() > LONGEST_USERNAME {
        return Err(Problem::new(
            "username",
            format!("Shorten the username to at most {LONGEST_USERNAME} characters."),
        ));
    }
    if username.chars().any(|c| disturbs(c) || is_unseen(c)) {
        return Err(Problem::new(
            "username",
            "Type the username again: what was entered has invisible characters, which a paste can bring along.",
        ));
    }
    Ok(username.to_owned())
}

fn login_url(typed: &str) -> Result<String, Problem> {
    web_address("login_url", "the login URL", typed)
}

/// An address that a browser opens as a web page, or nothing. Without `https://` it is added. `what` names it in a sentence:
/// "the login URL".
///
/// # Errors
///
/// A [`Problem`] on `field`.
pub fn web_address(field: &'static str, what: &str, typed: &str) -> Result<String, Problem> {
    let refused = |text: String| Err(Problem::new(field, text));
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(String::new());
    }
    if typed.chars().count() > LONGEST_URL {
        return refused(format!("Shorten {what} to at most 2,000 characters."));
    }
    if typed.chars().any(|c| c.is_whitespace() || disturbs(c) || is_unseen(c) || c == '\\') {
        return refused(format!("Enter {what} without spaces, such as https://app.example/login."));
    }
    let (scheme, rest, written_out) = match typed.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => {
            (scheme.to_ascii_lowercase(), rest, true)
        }
        _ => ("https".to_owned(), typed, false),
    };
    if scheme != "https" && scheme != "http" {
        return refused(format!("Enter {what} so that it begins with https:// or http://."));
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return refused(format!("Enter {what} without a user name or password in it: everyone with access reads it."));
    }
    if !is_host_and_port(authority, written_out) {
        return refused(format!("Enter {what} as the address of a page, such as https://app.example/login."));
    }
    // Quotes and brackets are written so that nothing which shows the address can take them for its own.
    let path = path.chars().fold(String::new(), |mut path, c| {
        match c {
            '\'' | '"' | '<' | '>' | '`' => path.push_str(&format!("%{:02X}", u32::from(c))),
            c => path.push(c),
        }
        path
    });
    let path = if path.is_empty() { "/".to_owned() } else { path };
    Ok(format!("{scheme}://{}{path}", authority.to_lowercase()))
}

/// A single word is a host where the whole address was written out: companies have such names inside their own network.
fn is_host_and_port(authority: &str, written_out: bool) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port_fits = port.is_none_or(|port| {
        !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    let whole = written_out || host.contains('.') || host.eq_ignore_ascii_case("localhost");
    port_fits && ((is_name(host) && whole) || is_number(host))
}

/// Labels of letters, digits and hyphens, the last of which is no number (WHATWG URL, 3.5).
fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || (!c.is_ascii() && c.is_alphanumeric()))
    };
    let last_is_word =
        host.rsplit('.').next().is_some_and(|last| last.chars().any(char::is_alphabetic) && !hexadecimal(last));
    host.len() <= 253 && host.split('.').all(label) && last_is_word
}

/// What browsers take for a number in a host, although it has letters.
fn hexadecimal(label: &str) -> bool {
    label
        .strip_prefix("0x")
        .or_else(|| label.strip_prefix("0X"))
        .is_some_and(|rest| rest.bytes().all(|c| c.is_ascii_hexdigit()))
}

fn is_number(host: &str) -> bool {
    let six = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.parse::<std::net::Ipv4Addr>().is_ok() || six.is_some_and(|six| six.parse::<std::net::Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> AccountForm {
        AccountForm {
            label: "  Our   Instagram ".to_owned(),
            app: "instagram".to_owned(),
            login_url: "Instagram.com/Login".to_owned(),
            username: " harbor coffee ".to_owned(),
            note: "Post before 9:00.\r\n".to_owned(),
        }
    }

    #[test]
    fn what_was_typed_is_tidied() {
        let kept = form().check().expect("nothing is wrong with it");
        assert_eq!(kept.label, "Our Instagram");
        assert_eq!(kept.app, "Instagram");
        assert_eq!(kept.login_url, "https://instagram.com/Login");
        assert_eq!(kept.username, "harbor coffee");
        assert_eq!(kept.note, "Post before 9:00.");
        assert_eq!(kept.check().as_ref(), Ok(&kept), "what is kept can be saved again");
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let form = AccountForm {
            label: String::new(),
            app: " ".to_owned(),
            login_url: "javascript:alert(1)".to_owned(),
            username: "a\u{202E}b".to_owned(),
            note: "n".repeat(1_001),
        };
        let problems = form.check().expect_err("everything is wrong with it");
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["label", "app", "login_url", "username", "note"]);
    }

    #[test]
    fn a_login_url_is_one_that_a_browser_opens_as_a_page() {
        for (typed, kept) in [
            ("", ""),
            ("app.example", "https://app.example/"),
            ("http://intranet.example:8080/sign-in?a=1#b", "http://intranet.example:8080/sign-in?a=1#b"),
            ("HTTPS://App.Example/Path", "https://app.example/Path"),
            ("http://intranet/login", "http://intranet/login"),
            ("localhost:3000/login", "https://localhost:3000/login"),
            ("https://192.0.2.7/", "https://192.0.2.7/"),
            ("https://[2001:db8::7]:8443/x", "https://[2001:db8::7]:8443/x"),
            ("https://app.example/?q=it's<b>", "https://app.example/?q=it%27s%3Cb%3E"),
            ("https://app.example/go?to=https://other.example", "https://app.example/go?to=https://other.example"),
            ("münchen.example/anmelden", "https://münchen.example/anmelden"),
        ] {
            assert_eq!(login_url(typed).as_deref(), Ok(kept), "{typed}");
        }
        let long = format!("https://app.example/{}", "a".repeat(2_000));
        for refused in [
            "javascript:alert(1)",
            "javascript://app.example/%0Aalert(1)",
            "data:text/html,x",
            "ftp://app.example",
            "//app.example",
            "https://",
            "https:///path",
            "https://ann:secret@app.example/",
            "https://ann@app.example/",
            "https://app.example:0/",
            "https://app.example:99999/",
            "https://app.example:/",
            "https://app .example/",
            "https://app.example/a b",
            "https://app.example\\@evil.example/",
            "https://-app.example/",
            "https://app..example/",
            "https://1.2.3/",
            "https://app.0x1f/",
            "https://[2001:db8::7/",
            "mail",
            long.as_str(),
        ] {
            assert!(login_url(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn an_app_is_found_where_none_was_typed() {
        let without = |login_url: &str| AccountForm { app: String::new(), login_url: login_url.to_owned(), ..form() };
        for (address, app) in [
            ("github.com/login", "GitHub"),
            ("https://www.tools.example/login", "tools.example"),
            ("", "  Our   Instagram "),
            ("no address", "  Our   Instagram "),
        ] {
            assert_eq!(without(address).with_some_app().app, app);
        }
        assert_eq!(form().with_some_app().app, "instagram");
    }
}
