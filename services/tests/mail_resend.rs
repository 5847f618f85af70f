//! Mail through Resend, against a server on this machine that speaks its wire format and answers as it is told.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may break off")]

#[path = "mail/outbox.rs"]
mod outbox;
#[path = "database/postgres.rs"]
mod postgres;

use chrono::TimeDelta;
use outbox::{Outbox, mailer};
use serde_json::{Value, json};
use services::mail::{Message, Outcome, Transport};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Clone, Debug)]
enum Answer {
    /// 200, as Resend says it.
    Yes,
    /// An error as Resend says it, with headers.
    Error(u16, &'static str, &'static [(&'static str, &'static str)]),
    /// Something a proxy says.
    Page(u16),
    /// The mail is taken, and the connection breaks before the answer.
    Drop,
    /// The mail is taken, and the answer never comes.
    Silence,
}

/// A request as it came in; header names in lower case.
#[derive(Clone, Debug)]
struct Request {
    line: String,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }
}

/// The server. Answers as told, one after another, then always yes.
#[derive(Clone)]
struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Server {
    async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            requests: Arc::default(),
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(connection).await });
            }
        });
        server
    }

    async fn serve(&self, mut connection: TcpStream) {
        let Some(request) = read(&mut connection).await else { return };
        self.requests.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Answer::Yes);
        let (status, kind, headers, body) = match answer {
            Answer::Yes => (200, "application/json", &[][..], json!({ "id": uuid::Uuid::now_v7() }).to_string()),
            Answer::Error(status, name, headers) => {
                let body = json!({ "statusCode": status, "name": name, "message": "Told to zoe@example.com." });
                (status, "application/json", headers, body.to_string())
            }
            Answer::Page(status) => (status, "text/html", &[][..], "<html>Bad gateway</html>".to_owned()),
            Answer::Drop => return,
            Answer::Silence => return std::future::pending().await,
        };
        let mut head = format!("HTTP/1.1 {status} Said\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        let answer = format!("{head}connection: close\r\n\r\n{body}");
        let _ = connection.write_all(answer.as_bytes()).await;
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    fn transport(&self) -> Transport {
        Transport::resend("re_secret", Some(&format!("http://127.0.0.1:{}", self.port))).unwrap()
    }
}

async fn read(connection: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let mut some = [0; 4096];
        let count = connection.read(&mut some).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&some[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let line = lines.next().unwrap().to_owned();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, n)| n.parse().unwrap());
        if bytes.len() >= end + 4 + length {
            let body = serde_json::from_slice(&bytes[end + 4..]).unwrap();
            return Some(Request { line, headers, body });
        }
    }
}

fn message() -> Message {
    Message {
        id: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
        to_name: "Zoë <everyone@example.com>, Ltd.".to_owned(),
        to_address: "zoe@example.com".to_owned(),
        subject: "Access to Café".to_owned(),
        text: "Hello Zoë".to_owned(),
        html: "<p>Hello Zoë</p>".to_owned(),
        written_at: "2026-11-23T10:00:00Z".parse().unwrap(),
    }
}

async fn send(server: &Server) -> Outcome {
    mailer(server.transport()).send(&message(), message().written_at).await
}

#[tokio::test]
async fn a_mail_is_sent_in_resends_words() {
    let server = Server::start([]).await;
    assert_eq!(send(&server).await, Outcome::Sent);
    let [request] = server.requests().try_into().unwrap();
    assert_eq!(request.line, "POST /emails HTTP/1.1");
    assert_eq!(request.header("authorization"), "Bearer re_secret");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("idempotency-key"), "01920000-0000-7000-8000-000000000001");
    assert_eq!(
        request.body,
        json!({
            "from": "Latchkey <latchkey@example.com>",
            "to": ["zoe@example.com"],
            "subject": "Access to Café",
            "text": "Hello Zoë",
            "html": "<p>Hello Zoë</p>",
            "headers": { "Auto-Submitted": "auto-generated" },
        })
    );
}

#[tokio::test]
async fn each_error_answer_has_its_outcome() {
    let wait = Some(Duration::from_secs(7));
    for (answer, later, for_operator, told) in [
        (Answer::Error(422, "validation_error", &[]), None, false, "Resend answered 422 validation_error"),
        (
            Answer::Error(429, "rate_limit_exceeded", &[("retry-after", "7")]),
            Some(wait),
            false,
            "Resend answered 429 rate_limit_exceeded",
        ),
        (
            Answer::Error(429, "rate_limit_exceeded", &[("ratelimit-reset", "7")]),
            Some(wait),
            false,
            "Resend answered 429 rate_limit_exceeded",
        ),
        (
            Answer::Error(429, "daily_quota_exceeded", &[]),
            Some(None),
            false,
            "Resend answered 429 daily_quota_exceeded",
        ),
        (Answer::Error(500, "application_error", &[]), Some(None), false, "Resend answered 500 application_error"),
        (
            Answer::Error(503, "service_unavailable", &[("retry-after", "7")]),
            Some(wait),
            false,
            "Resend answered 503 service_unavailable",
        ),
        (Answer::Page(502), Some(None), false, "Resend answered 502"),
        (Answer::Error(401, "restricted_api_key", &[]), Some(None), true, "Resend answered 401 restricted_api_key"),
        (Answer::Error(403, "validation_error", &[]), Some(None), true, "Resend answered 403 validation_error"),
    ] {
        let server = Server::start([answer.clone()]).await;
        let (given_later, cause) = match send(&server).await {
            Outcome::Later { after, cause } => (Some(after), cause),
            Outcome::Never { cause } => (None, cause),
            Outcome::Sent => panic!("{answer:?} is no yes"),
        };
        assert_eq!((given_later, cause.for_operator, cause.told.as_str()), (later, for_operator, told), "{answer:?}");
    }
}

#[tokio::test]
async fn a_broken_connection_is_a_reason_to_try_again() {
    let server = Server::start([Answer::Drop]).await;
    let outcome = send(&server).await;
    assert!(matches!(&outcome, Outcome::Later { after: None, cause } if !cause.for_operator), "{outcome:?}");
    let nobody = Server { port: 1, ..server };
    let outcome = send(&nobody).await;
    let Outcome::Later { after: None, cause } = outcome else { panic!("{outcome:?}") };
    assert!(!format!("{cause:?}").contains("re_secret"));
}

/// Resend has the mail, but its yes got lost: the repeat is the same request under the same key.
#[tokio::test]
async fn a_yes_that_got_lost_leads_to_the_same_request_again() {
    for lost in [Answer::Drop, Answer::Silence] {
        let server = Server::start([lost]).await;
        let outbox = Outbox::on_sqlite().await;
        let id = outbox.put("zoe@example.com").await;
        let worker = outbox.worker(server.transport());
        let dying = tokio::spawn(async move { worker.send_due().await });
        while server.requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        dying.abort();
        let _ = dying.await;
        outbox.pass(TimeDelta::minutes(10));
        assert_eq!(outbox.worker(server.transport()).send_due().await, 1);

        let [first, second] = server.requests().try_into().unwrap();
        assert_eq!(first.header("idempotency-key"), id.to_string());
        assert_eq!(second.header("idempotency-key"), id.to_string());
        assert_eq!(first.body, second.body);
        assert_eq!(outbox.row(id).await.state, "sent");
    }
}

#[tokio::test]
async fn a_named_wait_holds_back_this_mail_and_the_next() {
    for outbox in Outbox::on_each_database().await {
        let server = Server::start([Answer::Error(429, "rate_limit_exceeded", &[("retry-after", "100")])]).await;
        let worker = outbox.worker(server.transport());
        let first = outbox.put("zoe@example.com").await;
        assert_eq!(worker.send_due().await, 1);
        let row = outbox.row(first).await;
        assert_eq!((row.state.as_str(), row.attempts, row.leased_until), ("waiting", 1, None));
        let wait = (row.due_at - outbox.clock.now()).num_seconds();
        assert!((100..=125).contains(&wait), "{wait}");
        assert_eq!(
            row.last_error.as_deref(),
            Some("Resend answered 429 rate_limit_exceeded: Told to zoe@example.com.")
        );

        let second = outbox.put("bob@example.com").await;
        assert_eq!(worker.send_due().await, 0, "the provider wants nothing from us now");
        outbox.pass(TimeDelta::seconds(99));
        assert_eq!(worker.send_due().await, 0);
        outbox.wait_until_due(first).await;
        assert_eq!(worker.send_due().await, 2);
        assert_eq!(outbox.row(first).await.state, "sent");
        assert_eq!(outbox.row(second).await.state, "sent");
    }
}

#[tokio::test]
async fn a_wrong_key_loses_nothing_and_a_refused_mail_ends_at_once() {
    for outbox in Outbox::on_each_database().await {
        let server =
            Server::start([Answer::Error(401, "restricted_api_key", &[]), Answer::Error(422, "validation_error", &[])])
                .await;
        let worker = outbox.worker(server.transport());
        let kept = outbox.put("zoe@example.com").await;
        assert_eq!(worker.send_due().await, 1);
        assert_eq!(outbox.row(kept).await.state, "waiting");
        let refused = outbox.put("no-such-domain@example.com").await;
        assert_eq!(worker.send_due().await, 1);
        let row = outbox.row(refused).await;
        assert_eq!((row.state.as_str(), row.attempts), ("undeliverable", 1));
        assert_eq!(row.finished_at, Some(outbox.clock.now()));
        assert!(row.last_error.unwrap().starts_with("Resend answered 422 validation_error"));
        outbox.wait_until_due(kept).await;
        assert_eq!(worker.send_due().await, 1);
        assert_eq!(outbox.row(kept).await.state, "sent");
    }
}
