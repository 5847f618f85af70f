//! One message, and its form on the wire.

use super::Cause;
use domain::text::one_line;
use domain::{Moment, OutboxEmailId};
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

/// Says that no person has written it, so that no machine answers it (RFC 3834).
pub(super) const AUTO_SUBMITTED: (&str, &str) = ("Auto-Submitted", "auto-generated");

/// A message to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The row of the outbox. The same message, sent again, has the same id.
    pub id: OutboxEmailId,
    /// The recipient's name; may be empty.
    pub to_name: String,
    /// The recipient's address.
    pub to_address: String,
    /// One line.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// When it was written; the time it is sent may be much later.
    pub written_at: Moment,
}

/// Who writes.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) from: Mailbox,
    /// The right-hand side of each Message-ID.
    pub(super) host: String,
}

impl Message {
    /// `<row-id@host>`.
    pub(super) fn message_id(&self, sender: &Sender) -> String {
        format!("<{}@{}>", self.id, sender.host)
    }

    /// The recipient's address.
    pub(super) fn recipient(&self) -> Result<Address, Cause> {
        self.to_address.parse().map_err(|_| Cause::new("the recipient's address is not a mail address"))
    }

    /// As MIME: text and HTML as alternatives. Everything but the boundary between the parts depends on the row alone.
    pub(super) fn mime(&self, sender: &Sender) -> Result<lettre::Message, Cause> {
        let name = one_line(&self.to_name);
        let recipient = Mailbox::new((!name.is_empty()).then_some(name), self.recipient()?);
        let (header, value) = AUTO_SUBMITTED;
        let auto_submitted = HeaderValue::new(HeaderName::new_from_ascii_str(header), value.to_owned());
        lettre::Message::builder()
            .from(sender.from.clone())
            .to(recipient)
            .subject(one_line(&self.subject))
            .date(self.written_at.into())
            .message_id(Some(self.message_id(sender)))
            .raw_header(auto_submitted)
            .multipart(MultiPart::alternative_plain_html(self.text.clone(), self.html.clone()))
            .map_err(|error| Cause::new(format!("the message could not be put together: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender() -> Sender {
        Sender {
            from: "Latchkey <latchkey@example.com>".parse().expect("a mailbox"),
            host: "latchkey.example".to_owned(),
        }
    }

    fn message(to_name: &str, subject: &str) -> Message {
        Message {
            id: "01920000-0000-7000-8000-000000000001".parse().expect("an id"),
            to_name: to_name.to_owned(),
            to_address: "ann@example.com".to_owned(),
            subject: subject.to_owned(),
            text: "Hello Ann".to_owned(),
            html: "<p>Hello Ann</p>".to_owned(),
            written_at: "2026-11-23T10:00:00Z".parse().expect("a time"),
        }
    }

    fn headers(message: &Message) -> String {
        let mime = String::from_utf8(message.mime(&sender()).expect("a mail").formatted()).expect("ASCII");
        mime.split_once("\r\n\r\n").expect("headers end").0.to_owned()
    }

    #[test]
    fn headers_name_the_row_the_time_and_the_machine() {
        let headers = headers(&message("Ann", "Access to Instagram"));
        for line in [
            "From: Latchkey <latchkey@example.com>",
            "To: Ann <ann@example.com>",
            "Subject: Access to Instagram",
            "Message-ID: <01920000-0000-7000-8000-000000000001@latchkey.example>",
            "Auto-Submitted: auto-generated",
            "Date: Mon, 23 Nov 2026 10:00:00 +0000",
        ] {
            assert!(headers.lines().any(|given| given == line), "{line} is missing in\n{headers}");
        }
    }

    #[test]
    fn nothing_typed_adds_a_header() {
        let attack = "Ann\r\nBcc: everyone@example.com\n\nHello\u{2028}\u{0}";
        let headers = headers(&message(attack, attack));
        assert!(!headers.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{headers}");
        assert_eq!(headers.matches("\r\nTo: ").count(), 1);
    }

    /// As long as the outbox lets them be.
    #[test]
    fn long_and_foreign_names_keep_lines_short_and_ascii() {
        for name in ["ö".repeat(200), "a".repeat(200), "👩‍🚀 ".repeat(50), "\"<>,;:@\\".repeat(25)] {
            let headers = headers(&message(&name, &name));
            assert!(headers.is_ascii());
            assert!(headers.lines().all(|line| line.len() <= 998), "RFC 5322, section 2.1.1");
            assert!(headers.contains("ann@example.com"));
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        let mut message = message("Ann", "Access");
        message.to_address = "ann@example.com\r\nBcc: x@example.com".to_owned();
        assert!(message.mime(&sender()).is_err());
    }
}
