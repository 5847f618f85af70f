//! SMTP, with TLS unless the server is on this machine.

use super::message::Sender;
use super::{Cause, Message, Outcome, WrongSetting};
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::{Error, PoolConfig, SUBMISSION_PORT, SUBMISSIONS_PORT};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::error::Error as _;
use std::time::Duration;
use url::{Host, Url};

const LONGEST_CONNECT: Duration = Duration::from_secs(15);

/// A way to a mail server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smtp {
    pub(super) fn new(url: &str, authority: Option<&[u8]>) -> Result<Self, WrongSetting> {
        let wrong = |why: &str| WrongSetting::Smtp(why.to_owned());
        let mut url = Url::parse(url.trim()).map_err(|_| {
            wrong("write it as smtps://user:password@host or smtp://user:password@host:587?tls=required")
        })?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no host"))?.to_owned();
        if !url.username().is_empty() && url.password().is_none() {
            return Err(wrong("it names a user but no password"));
        }
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let tls = match query.as_slice() {
            [] => None,
            [(name, value)] if name == "tls" => Some(value.as_str()),
            _ => return Err(wrong("the only thing that may follow the ? is tls=required")),
        };
        let parameters = || tls_parameters(&host, authority);
        let (port, tls) = match (url.scheme(), tls) {
            ("smtps", None) => (url.port().unwrap_or(SUBMISSIONS_PORT), Tls::Wrapper(parameters()?)),
            ("smtp", Some("required")) => (url.port().unwrap_or(SUBMISSION_PORT), Tls::Required(parameters()?)),
            ("smtp", None) if is_this_machine(&url) => (url.port().unwrap_or(25), Tls::None),
            ("smtp", None) => {
                return Err(wrong(
                    "mail leaves this machine only encrypted: add ?tls=required, or begin with smtps://",
                ));
            }
            ("smtp" | "smtps", _) => return Err(wrong("tls=required, after smtp://, is the only choice")),
            _ => return Err(wrong("it has to begin with smtp:// or smtps://")),
        };
        // lettre reads the rest: user and password, and the name to greet with from the path.
        url.set_query(None);
        let plain = url.as_str().replacen("smtps://", "smtp://", 1);
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&plain)
            .map_err(|_| wrong("the user or the password is not percent-encoded UTF-8"))?
            .port(port)
            .tls(tls)
            .timeout(Some(LONGEST_CONNECT))
            // A connection per mail. lettre gives one whose sending was cut short back to its pool, where the next mail
            // would take the late answer to the last one for its own.
            .pool_config(PoolConfig::new().max_size(0))
            .build();
        Ok(Self { transport })
    }

    pub(super) async fn send(&self, message: &Message, sender: &Sender) -> Outcome {
        let mime = match message.mime(sender) {
            Ok(mime) => mime,
            Err(cause) => return Outcome::Never { cause },
        };
        match self.transport.send(mime).await {
            Ok(_) => Outcome::Sent,
            Err(error) => outcome(&error),
        }
    }
}

/// The machine's certificate authorities, `authority` among them. On a machine without any, Mozilla's list.
fn tls_parameters(host: &str, authority: Option<&[u8]>) -> Result<TlsParameters, WrongSetting> {
    let no_tls = |error: Error| WrongSetting::Smtp(format!("TLS cannot be set up ({})", crate::chain(&error)));
    let authority = authority.map(Certificate::from_pem).transpose().map_err(no_tls)?;
    let parameters = |store: CertificateStore| {
        let builder = TlsParameters::builder(host.to_owned()).certificate_store(store);
        match &authority {
            Some(authority) => builder.add_root_certificate(authority.clone()),
            None => builder,
        }
        .build_rustls()
    };
    parameters(CertificateStore::Default).or_else(|_| parameters(CertificateStore::WebpkiRoots)).map_err(no_tls)
}

fn is_this_machine(url: &Url) -> bool {
    // Outside http and https, an address is parsed as a name.
    let host = url.host_str().unwrap_or_default();
    match Host::parse(host) {
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Ok(Host::Domain(name)) => name == "localhost",
        Err(_) => false,
    }
}

/// What a failure means: a mail server's 5xx is final, except where it refuses the operator and not the message.
fn outcome(error: &Error) -> Outcome {
    let Some(code) = error.status() else {
        // Not reached, cut off, no TLS, no common way to sign in: nothing about this message.
        let cause = Cause::new(format!("the mail server could not be used: {}", without_addresses(&error.to_string())));
        return Outcome::Later { after: None, cause: cause.for_operator(error.is_tls() || error.is_client()) };
    };
    let code = code.to_string();
    let answer = error.source().map(ToString::to_string).unwrap_or_default();
    let enhanced = answer.split_whitespace().next().filter(|word| is_enhanced_code(word)).unwrap_or_default();
    let cause = Cause::new(format!("the mail server answered {code} {enhanced}").trim_end()).answered(&answer);
    // RFC 4954, section 6, and RFC 3207: authentication required, too weak, wrong, or only after TLS.
    let refuses_operator = ["530", "534", "535", "538"].contains(&code.as_str());
    if error.is_permanent() && !refuses_operator {
        Outcome::Never { cause }
    } else {
        Outcome::Later { after: None, cause: cause.for_operator(refuses_operator) }
    }
}

/// Such as 5.1.1 (RFC 3463).
fn is_enhanced_code(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
}

/// For logs, which hold no addresses.
fn without_addresses(text: &str) -> String {
    text.split(' ').map(|word| if word.contains('@') { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn mail_leaves_the_machine_only_encrypted() {
        for (url, usable) in [
            ("smtp://localhost:1025", true),
            ("smtp://127.0.0.1:1025", true),
            ("smtp://ann:secret@127.0.0.1:1025", true),
            ("smtp://mail.example.com", false),
            ("smtp://mail.example.com?tls=opportunistic", false),
            ("smtp://127.0.0.1.example.com", false),
            ("smtp://mail.example.com?tls=required", true),
            ("smtp://ann%40example.com:s%3Acret@mail.example.com:587?tls=required", true),
            ("smtps://ann:secret@mail.example.com", true),
            ("smtps://ann:secret@mail.example.com/latchkey.example", true),
            ("smtps://ann@mail.example.com", false),
            ("smtps://mail.example.com?tls=none", false),
            ("smtp://mail.example.com?tls=required&verify=no", false),
            ("https://mail.example.com", false),
            ("mail.example.com", false),
        ] {
            assert_eq!(Smtp::new(url, None).is_ok(), usable, "{url}");
        }
    }

    #[tokio::test]
    async fn a_wrong_address_is_told_without_its_password() {
        for url in
            ["smtp://ann:secret@mail.example.com", "smtp://ann:secret@", "x://ann:secret@host", "ann:secret@host"]
        {
            let wrong = Smtp::new(url, None).err().expect("it is wrong").to_string();
            assert!(wrong.starts_with("LATCHKEY_SMTP_URL cannot be used: "), "{wrong}");
            assert!(!wrong.contains("secret"), "{wrong}");
        }
    }

    #[test]
    fn logs_get_codes_and_no_addresses() {
        assert!(is_enhanced_code("5.1.1") && is_enhanced_code("4.2.10"));
        assert!(!is_enhanced_code("<ann@example.com>") && !is_enhanced_code("5.1") && !is_enhanced_code("5..1"));
        assert_eq!(without_addresses("no <ann@example.com> here"), "no … here");
    }
}
