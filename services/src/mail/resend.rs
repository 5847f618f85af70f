//! Resend's HTTP interface.
//!
//! Message, errors and names are those of `resend-rs`. The request itself is made here, because version 0.35 of that
//! client drops `Retry-After`, loses the status of an answer that is not JSON, and lets no more than one mail a second
//! through, which is the worker's affair.

use super::message::{AUTO_SUBMITTED, Sender};
use super::{Cause, Message, Outcome, WrongSetting};
use chrono::DateTime;
use domain::Moment;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode, redirect};
use resend_rs::types::{CreateEmailBaseOptions, ErrorKind, ErrorResponse};
use std::time::Duration;
use url::Url;

const HOME: &str = "https://api.resend.com";
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A way to Resend.
#[derive(Clone)]
pub struct Resend {
    client: Client,
    api_key: String,
    emails: Url,
}

impl Resend {
    pub(super) fn new(api_key: &str, base_url: Option<&str>) -> Result<Self, WrongSetting> {
        let wrong_key = |why: &str| WrongSetting::Resend { setting: "LATCHKEY_RESEND_API_KEY", why: why.to_owned() };
        if api_key.is_empty() || !api_key.chars().all(|c| c.is_ascii_graphic()) {
            return Err(wrong_key("it has to be the key as Resend shows it, such as re_…"));
        }
        let base_url = base_url.map(str::to_owned).or_else(|| std::env::var("RESEND_BASE_URL").ok());
        let base_url = base_url.as_deref().unwrap_or(HOME).trim_end_matches('/');
        let emails = Url::parse(&format!("{base_url}/emails"))
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| WrongSetting::Resend {
                setting: "RESEND_BASE_URL",
                why: "it has to begin with https:// or http://".to_owned(),
            })?;
        let client = Client::builder()
            .timeout(LONGEST_WAIT)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| wrong_key(&format!("no TLS on this machine ({})", crate::chain(&error))))?;
        Ok(Self { client, api_key: api_key.to_owned(), emails })
    }

    pub(super) async fn send(&self, message: &Message, sender: &Sender, now: Moment) -> Outcome {
        let recipient = match message.recipient() {
            Ok(recipient) => recipient,
            Err(cause) => return Outcome::Never { cause },
        };
        let (header, value) = AUTO_SUBMITTED;
        // The bare address: a name that Resend's own parser stumbles over must not cost the mail.
        let email = CreateEmailBaseOptions::new(sender.from.to_string(), [recipient.to_string()], &message.subject)
            .with_text(&message.text)
            .with_html(&message.html)
            .with_header(header, value);
        let request = self
            .client
            .post(self.emails.clone())
            .bearer_auth(&self.api_key)
            .header("Idempotency-Key", message.id.to_string())
            .json(&email);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let cause = Cause::new(format!("Resend could not be reached: {}", crate::chain(&error.without_url())));
                return Outcome::Later { after: None, cause };
            }
        };
        let status = answer.status();
        let after = named_wait(status, answer.headers(), now);
        if status.is_success() {
            // The yes is in the status; a body cut short takes nothing back.
            return Outcome::Sent;
        }
        outcome(status, after, &answer.text().await.unwrap_or_default())
    }
}

/// What an answer other than success means. Errors: <https://resend.com/docs/api-reference/errors>.
fn outcome(status: StatusCode, after: Option<Duration>, body: &str) -> Outcome {
    let error: Option<ErrorResponse> = serde_json::from_str(body).ok();
    let name = error.as_ref().map_or("", |error| error.name.as_str());
    let name_fits_a_log = name.len() <= 60 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let told = format!("Resend answered {} {}", status.as_u16(), if name_fits_a_log { name } else { "" });
    let cause = Cause::new(told.trim_end()).answered(error.as_ref().map_or(body, |error| error.message.as_str()));
    let wrong_sender = name == "invalid_from_address";
    match status.as_u16() {
        // Only these are about this one message. A sender Resend does not know is about all of them.
        400 | 413 | 422 if !wrong_sender && !is_about_key(error.as_ref()) => Outcome::Never { cause },
        // Busy, or the same key is being served right now.
        408 | 409 | 425 | 429 | 500.. => Outcome::Later { after, cause },
        // Wrong or suspended key, unverified domain, wrong address of the service: nothing is lost while it is mended.
        _ => Outcome::Later { after, cause: cause.for_operator(true) },
    }
}

fn is_about_key(error: Option<&ErrorResponse>) -> bool {
    error.is_some_and(|error| {
        matches!(error.kind(), ErrorKind::MissingApiKey | ErrorKind::RestrictedApiKey | ErrorKind::SuspendedApiKey)
    })
}

/// How long to wait, when the answer says: `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), else
/// Resend's `ratelimit-reset` in seconds.
fn named_wait(status: StatusCode, headers: &HeaderMap, now: Moment) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let retry_after = text(RETRY_AFTER.as_str()).and_then(|value| {
        let seconds = value.parse().ok().map(Duration::from_secs);
        seconds.or_else(|| (DateTime::parse_from_rfc2822(value).ok()?.to_utc() - now).to_std().ok())
    });
    let reset = || text("ratelimit-reset").filter(|_| status == StatusCode::TOO_MANY_REQUESTS);
    retry_after.or_else(|| reset()?.parse().ok().map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_its_meaning() {
        let answer = |status: u16, name: &str| {
            let body = format!(r#"{{"statusCode":{status},"name":"{name}","message":"Because."}}"#);
            match outcome(StatusCode::from_u16(status).expect("a status"), None, &body) {
                Outcome::Sent => "sent",
                Outcome::Never { .. } => "never",
                Outcome::Later { cause, .. } if cause.for_operator => "later, operator",
                Outcome::Later { .. } => "later",
            }
        };
        for (status, name, meaning) in [
            (400, "validation_error", "never"),
            (400, "invalid_idempotency_key", "never"),
            (422, "validation_error", "never"),
            (422, "missing_required_field", "never"),
            (413, "", "never"),
            (422, "invalid_from_address", "later, operator"),
            (401, "missing_api_key", "later, operator"),
            (401, "restricted_api_key", "later, operator"),
            (403, "suspended_api_key", "later, operator"),
            (403, "validation_error", "later, operator"),
            (404, "not_found", "later, operator"),
            (302, "", "later, operator"),
            (409, "concurrent_idempotent_requests", "later"),
            (409, "invalid_idempotent_request", "later"),
            (429, "rate_limit_exceeded", "later"),
            (429, "daily_quota_exceeded", "later"),
            (500, "application_error", "later"),
            (503, "service_unavailable", "later"),
        ] {
            assert_eq!(answer(status, name), meaning, "{status} {name}");
        }
    }

    #[test]
    fn the_cause_told_holds_no_words_of_the_other_side() {
        let Outcome::Never { cause } = outcome(
            StatusCode::UNPROCESSABLE_ENTITY,
            None,
            r#"{"statusCode":422,"name":"validation_error","message":"Invalid: ann@example.com"}"#,
        ) else {
            unreachable!("422 is final")
        };
        assert_eq!(cause.told, "Resend answered 422 validation_error");
        assert_eq!(cause.answer, "Invalid: ann@example.com");
    }

    #[test]
    fn the_wait_is_read_from_either_header() {
        let now: Moment = "2026-11-23T10:00:00Z".parse().expect("a time");
        let wait = |status: u16, headers: &[(&'static str, &str)]| {
            let headers = headers
                .iter()
                .map(|(name, value)| ((*name).parse().expect("a name"), value.parse().expect("a value")))
                .collect();
            named_wait(StatusCode::from_u16(status).expect("a status"), &headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(429, &[("retry-after", "7"), ("ratelimit-reset", "1")]), Some(7));
        assert_eq!(wait(429, &[("ratelimit-reset", "3")]), Some(3));
        assert_eq!(wait(503, &[("retry-after", "Mon, 23 Nov 2026 10:02:00 GMT")]), Some(120));
        assert_eq!(wait(503, &[("retry-after", "Mon, 23 Nov 2026 09:00:00 GMT")]), None);
        assert_eq!(wait(500, &[("ratelimit-reset", "3")]), None);
        assert_eq!(wait(429, &[("retry-after", "soon")]), None);
    }

    #[test]
    fn wrong_settings_are_named() {
        let why = |key, url| Resend::new(key, url).err().map(|wrong| wrong.to_string()).unwrap_or_default();
        assert!(why("", None).contains("LATCHKEY_RESEND_API_KEY"));
        assert!(why("re_1\n2", None).contains("LATCHKEY_RESEND_API_KEY"));
        assert!(why("re_1", Some("mail")).contains("RESEND_BASE_URL"));
        assert_eq!(why("re_1", Some("http://127.0.0.1:1")), "");
    }
}
