//! Mail through SMTP, against a real mail server: the npm package smtp-server, started by `end2end/smtp-server.mjs`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may break off")]

#[path = "mail/outbox.rs"]
mod outbox;
#[path = "database/postgres.rs"]
mod postgres;

use outbox::{Outbox, mailer};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use services::mail::{Message, Outcome, Transport};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A running mail server. It ends with this value.
struct Server {
    port: u64,
    messages: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Server {
    async fn start(settings: Value) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end");
        assert!(
            folder.join("node_modules/smtp-server").is_dir(),
            "end2end/node_modules has no smtp-server: run `cargo xtask test`, which installs it."
        );
        let mut process = Command::new("node")
            .arg("smtp-server.mjs")
            .arg(settings.to_string())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node is installed");
        let mut messages = BufReader::new(process.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&messages.next_line().await.unwrap().unwrap()).unwrap();
        Self { port: first["port"].as_u64().unwrap(), messages, _process: process }
    }

    async fn next_message(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(10), self.messages.next_line()).await;
        serde_json::from_str(&line.expect("a message within ten seconds").unwrap().unwrap()).unwrap()
    }
}

/// A certificate for localhost, and the authority that has signed it.
struct Certificates {
    authority: String,
    key: String,
    cert: String,
    _folder: TempDir,
}

impl Certificates {
    fn new() -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let authority_cert = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let cert = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();

        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        };
        Self {
            authority: authority_cert.pem(),
            key: file("key.pem", key.serialize_pem()),
            cert: file("cert.pem", cert.pem()),
            _folder: folder,
        }
    }

    fn transport(&self, url: &str) -> Transport {
        Transport::smtp_trusting(url, self.authority.as_bytes()).unwrap()
    }
}

fn message(to_address: &str) -> Message {
    Message {
        id: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
        to_name: "Zoë \"Ægir\", Ltd.".to_owned(),
        to_address: to_address.to_owned(),
        subject: "Access to Café\r\nBcc: everyone@example.com".to_owned(),
        text: "Hello Zoë\n.\nA line of one dot ends nothing. 👩‍🚀".to_owned(),
        html: "<p>Hello Zoë</p>".to_owned(),
        written_at: "2026-11-23T10:00:00Z".parse().unwrap(),
    }
}

async fn send(transport: Transport, to_address: &str) -> Outcome {
    let message = message(to_address);
    mailer(transport).send(&message, message.written_at).await
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let mut server = Server::start(json!({})).await;
    let transport = Transport::smtp(&format!("smtp://127.0.0.1:{}", server.port)).unwrap();
    assert_eq!(send(transport, "zoe@example.com").await, Outcome::Sent);

    let received = server.next_message().await;
    assert_eq!(received["from"], "latchkey@example.com");
    assert_eq!(received["to"], json!(["zoe@example.com"]));
    let mail = mailparse::parse_mail(received["raw"].as_str().unwrap().as_bytes()).unwrap();
    let header = |name: &str| mailparse::MailHeaderMap::get_first_value(&mail.headers[..], name).unwrap_or_default();
    assert_eq!(header("From"), "Latchkey <latchkey@example.com>");
    let to = mail.headers.iter().find(|header| header.get_key_ref() == "To").unwrap();
    let [mailparse::MailAddr::Single(to)] = &mailparse::addrparse_header(to).unwrap()[..] else { panic!("{to:?}") };
    assert_eq!((to.addr.as_str(), to.display_name.as_deref()), ("zoe@example.com", Some("Zoë \"Ægir\", Ltd.")));
    assert_eq!(header("Subject"), "Access to Café Bcc: everyone@example.com");
    assert_eq!(header("Message-ID"), "<01920000-0000-7000-8000-000000000001@latchkey.example>");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("Bcc"), "");
    assert_eq!(mail.ctype.mimetype, "multipart/alternative");
    let body = |part: usize| mail.subparts[part].get_body().unwrap().replace("\r\n", "\n").trim_end().to_owned();
    assert_eq!(mail.subparts[0].ctype.mimetype, "text/plain");
    assert_eq!(body(0), "Hello Zoë\n.\nA line of one dot ends nothing. 👩‍🚀");
    assert_eq!(mail.subparts[1].ctype.mimetype, "text/html");
    assert_eq!(body(1), "<p>Hello Zoë</p>");
}

#[tokio::test]
async fn starttls_protects_the_password_and_the_mail() {
    let certificates = Certificates::new();
    let mut server = Server::start(json!({
        "key": certificates.key, "cert": certificates.cert, "user": "ann@example.com", "password": "s:cr/et ü",
    }))
    .await;
    let url = format!("smtp://ann%40example.com:s%3Acr%2Fet%20%C3%BC@localhost:{}?tls=required", server.port);
    assert_eq!(send(certificates.transport(&url), "zoe@example.com").await, Outcome::Sent);
    let received = server.next_message().await;
    assert_eq!((&received["secure"], &received["user"]), (&json!(true), &json!("ann@example.com")));
}

#[tokio::test]
async fn tls_from_the_beginning_works_too() {
    let certificates = Certificates::new();
    let mut server = Server::start(json!({
        "secure": true, "key": certificates.key, "cert": certificates.cert, "user": "ann", "password": "secret",
    }))
    .await;
    let url = format!("smtps://ann:secret@localhost:{}", server.port);
    assert_eq!(send(certificates.transport(&url), "zoe@example.com").await, Outcome::Sent);
    assert_eq!(server.next_message().await["secure"], true);
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_not_trusted() {
    let certificates = Certificates::new();
    for secure in [true, false] {
        let server =
            Server::start(json!({ "secure": secure, "key": certificates.key, "cert": certificates.cert })).await;
        let (scheme, query) = if secure { ("smtps", "") } else { ("smtp", "?tls=required") };
        let transport = Transport::smtp(&format!("{scheme}://localhost:{}{query}", server.port)).unwrap();
        let outcome = send(transport, "zoe@example.com").await;
        assert!(matches!(&outcome, Outcome::Later { after: None, .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn without_tls_on_the_other_side_nothing_is_sent() {
    let certificates = Certificates::new();
    let server = Server::start(json!({})).await;
    let outcome =
        send(certificates.transport(&format!("smtp://localhost:{}?tls=required", server.port)), "zoe@example.com")
            .await;
    assert!(matches!(&outcome, Outcome::Later { cause, .. } if cause.for_operator), "{outcome:?}");
}

#[tokio::test]
async fn a_wrong_password_is_the_operators_affair_and_loses_no_mail() {
    let certificates = Certificates::new();
    let server = Server::start(json!({
        "key": certificates.key, "cert": certificates.cert, "user": "ann", "password": "secret",
    }))
    .await;
    let port = server.port;
    for url in
        [format!("smtp://ann:wrong@localhost:{port}?tls=required"), format!("smtp://localhost:{port}?tls=required")]
    {
        let outcome = send(certificates.transport(&url), "zoe@example.com").await;
        let Outcome::Later { after: None, cause } = outcome else { panic!("{outcome:?}") };
        assert!(cause.for_operator, "{cause:?}");
        assert!(cause.told.contains(" 53"), "{cause:?}");
        assert!(!format!("{cause:?}").contains("wrong@"), "{cause:?}");
    }
}

#[tokio::test]
async fn a_refusal_for_now_is_tried_again_and_one_for_good_is_not() {
    let server = Server::start(json!({ "answers": {
        "busy@example.com": "450 4.2.1 Mailbox <busy@example.com> busy",
        "nobody@example.com": "550 5.1.1 No such user <nobody@example.com>",
    }}))
    .await;
    let transport = || Transport::smtp(&format!("smtp://localhost:{}", server.port)).unwrap();
    let later = send(transport(), "busy@example.com").await;
    let Outcome::Later { after: None, cause } = later else { panic!("{later:?}") };
    assert_eq!(cause.told, "the mail server answered 450 4.2.1");
    assert!(!cause.for_operator);
    let never = send(transport(), "nobody@example.com").await;
    let Outcome::Never { cause } = never else { panic!("{never:?}") };
    assert_eq!(cause.told, "the mail server answered 550 5.1.1");
    assert_eq!(cause.answer, "5.1.1 No such user <nobody@example.com>");
    assert!(matches!(send(transport(), "no address").await, Outcome::Never { .. }));
}

#[tokio::test]
async fn a_refusal_after_the_message_counts_alike() {
    for (answer, is_final) in [("451 4.3.0 Try later", false), ("554 5.7.1 Looks like spam", true)] {
        let server = Server::start(json!({ "data": answer })).await;
        let transport = Transport::smtp(&format!("smtp://localhost:{}", server.port)).unwrap();
        let outcome = send(transport, "zoe@example.com").await;
        assert_eq!(matches!(outcome, Outcome::Never { .. }), is_final, "{outcome:?}");
    }
}

#[tokio::test]
async fn nobody_listening_is_a_reason_to_wait() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = unused.local_addr().unwrap().port();
    drop(unused);
    let outcome = send(Transport::smtp(&format!("smtp://localhost:{port}")).unwrap(), "zoe@example.com").await;
    assert!(matches!(&outcome, Outcome::Later { after: None, .. }), "{outcome:?}");
}

/// The server has the mail, but its yes never arrives: the repeat carries the same Message-ID, and it is not mixed up
/// with what the server says about the first.
#[tokio::test]
async fn a_yes_that_got_lost_leads_to_a_repeat_under_the_same_message_id() {
    let mut silent = Server::start(json!({ "silent": true })).await;
    let transport = Transport::smtp(&format!("smtp://localhost:{}", silent.port)).unwrap();
    let outbox = Outbox::on_sqlite().await;
    let id = outbox.put("zoe@example.com").await;
    let worker = outbox.worker(transport);
    let cut_short = tokio::spawn(async move { worker.send_due().await });
    let first = silent.next_message().await;
    cut_short.abort();
    assert!(cut_short.await.unwrap_err().is_cancelled());
    drop(silent);
    assert_eq!(outbox.row(id).await.state, "waiting");

    let mut server = Server::start(json!({})).await;
    outbox.pass(chrono::TimeDelta::minutes(2));
    let worker = outbox.worker(Transport::smtp(&format!("smtp://localhost:{}", server.port)).unwrap());
    assert_eq!(worker.send_due().await, 1);
    let second = server.next_message().await;
    assert_eq!(outbox.row(id).await.state, "sent");
    let message_id = |received: &Value| {
        let raw = received["raw"].as_str().unwrap().to_owned();
        raw.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned()
    };
    assert_eq!(message_id(&first), format!("Message-ID: <{id}@latchkey.example>"));
    assert_eq!(message_id(&first), message_id(&second));
}
