//! Mail: written with the change it tells of, sent later by a worker.
//!
//! A use case never talks to a mail server. `enqueue` writes rows of the outbox in the transaction of the change, so
//! there is no change without its mail and no mail without its change. The [`Worker`] leases due rows, hands them to the
//! [`Mailer`] outside any transaction, and marks what came of it. A mail may be handed over twice (when a worker dies
//! between the provider's yes and the mark), but always with the same key: the row's id is Resend's idempotency key and
//! the Message-ID.

pub mod folder;
mod letter;
mod memory;
mod message;
mod outbox;
mod resend;
mod smtp;

pub use letter::{Letter, render};
pub use memory::Memory;
pub use message::Message;
pub use outbox::{Counts, Worker, counts};
pub(crate) use outbox::{Outgoing, enqueue, forget_sent};

use domain::Moment;
use message::Sender;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// How mail leaves.
#[derive(Clone)]
pub enum Transport {
    /// Resend's HTTP interface.
    Resend(resend::Resend),
    /// A mail server of one's own, or a provider's.
    Smtp(smtp::Smtp),
    /// `.eml` files in this folder, for development.
    Folder(PathBuf),
    /// Kept in memory, for tests.
    Memory(Memory),
}

impl Transport {
    /// Resend, with an API key. `base_url` is another place that speaks its language; without it the variable
    /// `RESEND_BASE_URL` counts, then Resend's own address.
    ///
    /// # Errors
    ///
    /// [`WrongSetting`] when the key or the address cannot be used.
    pub fn resend(api_key: &str, base_url: Option<&str>) -> Result<Self, WrongSetting> {
        resend::Resend::new(api_key, base_url).map(Self::Resend)
    }

    /// SMTP: `smtps://user:password@host` (TLS from the beginning, port 465), `smtp://user:password@host?tls=required`
    /// (STARTTLS, port 587), or `smtp://localhost:1025` (no TLS, this machine only).
    ///
    /// # Errors
    ///
    /// [`WrongSetting`] when the address cannot be used. It never repeats the address, which may hold a password.
    pub fn smtp(url: &str) -> Result<Self, WrongSetting> {
        smtp::Smtp::new(url, None).map(Self::Smtp)
    }

    /// [`Transport::smtp`] that also trusts this certificate authority (PEM), beside those of the machine.
    ///
    /// # Errors
    ///
    /// [`WrongSetting`] when the address or the certificate cannot be used.
    pub fn smtp_trusting(url: &str, authority: &[u8]) -> Result<Self, WrongSetting> {
        smtp::Smtp::new(url, Some(authority)).map(Self::Smtp)
    }

    /// The transport's name, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Resend(_) => "resend",
            Self::Smtp(_) => "smtp",
            Self::Folder(_) => "folder",
            Self::Memory(_) => "memory",
        }
    }
}

impl std::fmt::Debug for Transport {
    /// The name alone: the rest holds secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Sends one message at a time, from one sender, through one transport. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: Transport,
    sender: Sender,
}

impl Mailer {
    /// A mailer that writes as `from`, such as `Latchkey <latchkey@example.com>`. The host of `site_url` ends each
    /// Message-ID.
    ///
    /// # Errors
    ///
    /// [`WrongSetting::From`].
    pub fn new(transport: Transport, from: &str, site_url: &Url) -> Result<Self, WrongSetting> {
        let sender = Sender {
            from: from.parse().map_err(|_| WrongSetting::From)?,
            host: site_url.host_str().unwrap_or("localhost").to_owned(),
        };
        Ok(Self { transport, sender })
    }

    /// The transport.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Hands one message over. May take as long as the other side does: whoever calls sets a limit.
    pub async fn send(&self, message: &Message, now: Moment) -> Outcome {
        match &self.transport {
            Transport::Resend(resend) => resend.send(message, &self.sender, now).await,
            Transport::Smtp(smtp) => smtp.send(message, &self.sender).await,
            Transport::Folder(folder) => folder::write(folder, message, &self.sender).await,
            Transport::Memory(memory) => memory.send(message),
        }
    }
}

/// What came of handing one message over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has taken it.
    Sent,
    /// Not now, but perhaps later.
    Later {
        /// Not before this time has passed, when the other side named one.
        after: Option<Duration>,
        /// Why.
        cause: Cause,
    },
    /// Trying again is pointless.
    Never {
        /// Why.
        cause: Cause,
    },
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// In words of this program, such as "the mail server answered 550 5.1.1": fit for logs.
    pub told: String,
    /// In words of the other side. May repeat what it was sent: for the database, never for logs.
    pub answer: String,
    /// Whether the operator has to mend something, such as a wrong key: no mail gets through until then.
    pub for_operator: bool,
}

impl Cause {
    fn new(told: impl Into<String>) -> Self {
        Self { told: told.into(), answer: String::new(), for_operator: false }
    }

    fn answered(mut self, answer: &str) -> Self {
        self.answer = domain::text::one_line(answer).chars().take(500).collect();
        self
    }

    fn for_operator(mut self, yes: bool) -> Self {
        self.for_operator = yes;
        self
    }
}

/// A mail setting that cannot be used. The text is a sentence for the operator, names the setting and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongSetting {
    /// The sender.
    #[error(
        "LATCHKEY_MAIL_FROM is not a mail address: write it as latchkey@example.com or Latchkey <latchkey@example.com>."
    )]
    From,
    /// The address of the mail server.
    #[error("LATCHKEY_SMTP_URL cannot be used: {0}.")]
    Smtp(String),
    /// Resend's key or address.
    #[error("{setting} cannot be used: {why}.")]
    Resend {
        /// The variable.
        setting: &'static str,
        /// What is wrong with it.
        why: String,
    },
}
