//! `/dev/mail`: the mails that nobody has sent, for whoever develops or tries the program out.
//!
//! There only when mail goes to a folder and the site listens on a loopback address: whoever reaches it reads every mail.
//! A page elsewhere could still give its own name this machine's address, so a request has to name a loopback host.

use crate::router::{Reader, Refusal, Server, document, escaped, host, with_policy};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use domain::Moment;
use domain::time::day_and_time;
use services::mail::folder::{self, FolderMail};
use std::path::Path as FilePath;
use url::{Host, Url};

/// A mail's own markup: its inline styles count, nothing is loaded, no script runs, and it has no origin.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                           style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
                           frame-ancestors 'self'";

pub(crate) fn routes(server: &Server) -> Router<Server> {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail/{file}", get(show))
        .route("/dev/mail/{file}/html", get(show_html))
        .layer(from_fn_with_state(server.clone(), refuse_other_hosts))
}

async fn refuse_other_hosts(State(server): State<Server>, request: Request, next: Next) -> Response {
    let named = host(request.headers(), request.uri()).and_then(|host| Url::parse(&format!("http://{host}")).ok());
    let here = named.is_some_and(|url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    });
    if here { next.run(request).await } else { Reader::of(&request, &server).refuse(Refusal::not_found()) }
}

async fn list(State(server): State<Server>) -> Response {
    let mails = read(&server, folder::list).await.unwrap_or_default();
    let rows = mails.iter().map(|mail| {
        format!(
            "<tr><td><a href=\"/dev/mail/{file}\">{subject}</a></td><td>{to}</td><td>{date}</td></tr>",
            file = escaped(&in_path(&mail.file)),
            subject = escaped(&mail.subject),
            to = escaped(&mail.to),
            date = escaped(&date(mail.date)),
        )
    });
    let body = if mails.is_empty() {
        "<main class=\"dev-mail\"><h1>Mail</h1><p>No mail has been written yet.</p></main>".to_owned()
    } else {
        format!(
            "<main class=\"dev-mail\"><h1>Mail</h1>\
             <p>Written to a folder instead of being sent, the newest first.</p>\
             <table><thead><tr><th scope=\"col\">Subject</th><th scope=\"col\">To</th><th scope=\"col\">Date</th></tr>\
             </thead><tbody>{}</tbody></table></main>",
            rows.collect::<String>()
        )
    };
    document(&server, "Mail", &body).into_response()
}

async fn show(State(server): State<Server>, Path(file): Path<String>, request: Request) -> Response {
    let Some(mail) = find(&server, file).await else {
        return Reader::of(&request, &server).refuse(Refusal::not_found());
    };
    let html = (!mail.html.is_empty()).then(|| {
        format!(
            "<h2>HTML</h2><iframe title=\"HTML part\" sandbox=\"allow-popups \
             allow-popups-to-escape-sandbox\" src=\"/dev/mail/{}/html\"></iframe>",
            escaped(&in_path(&mail.file))
        )
    });
    let body = format!(
        "<main class=\"dev-mail\"><p><a href=\"/dev/mail\">All mail</a></p><h1>{subject}</h1>\
         <dl><dt>From</dt><dd>{from}</dd><dt>To</dt><dd>{to}</dd><dt>Date</dt><dd>{date}</dd></dl>\
         <h2>Text</h2><pre>{text}</pre>{html}</main>",
        subject = escaped(&mail.subject),
        from = escaped(&mail.from),
        to = escaped(&mail.to),
        date = escaped(&date(mail.date)),
        text = with_links(&mail.text),
        html = html.unwrap_or_default(),
    );
    document(&server, &mail.subject, &body).into_response()
}

async fn show_html(State(server): State<Server>, Path(file): Path<String>, request: Request) -> Response {
    match find(&server, file).await {
        // Links lead out of the frame, where pages of the site cannot be shown.
        Some(mail) => {
            let html = Html(format!("<base target=\"_blank\">{}", mail.html));
            with_policy(html.into_response(), MAIL_POLICY)
        }
        None => Reader::of(&request, &server).refuse(Refusal::not_found()),
    }
}

/// Reads files, away from the asynchronous threads.
async fn read<T: Send + 'static>(server: &Server, reading: impl FnOnce(&FilePath) -> T + Send + 'static) -> Option<T> {
    let folder = server.mail_folder()?.clone();
    tokio::task::spawn_blocking(move || reading(&folder)).await.ok()
}

async fn find(server: &Server, file: String) -> Option<FolderMail> {
    read(server, move |mails| folder::read(mails, &file)).await.flatten()
}

/// Text as markup, in which addresses of pages are links.
fn with_links(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let address = word.trim_end();
            let rest = &word[address.len()..];
            if address.starts_with("http://") || address.starts_with("https://") {
                format!("<a href=\"{0}\">{0}</a>{1}", escaped(address), escaped(rest))
            } else {
                escaped(word)
            }
        })
        .collect()
}

fn date(date: Option<Moment>) -> String {
    date.map(day_and_time).unwrap_or_default()
}

fn in_path(file: &str) -> String {
    url::form_urlencoded::byte_serialize(file.as_bytes()).map(|part| part.replace('+', "%20")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_text_are_links_and_the_rest_stays_text() {
        assert_eq!(
            with_links("Open\nhttp://127.0.0.1:3000/a?b=1&c=2\r\n<b>\"x\"</b> javascript:alert(1)"),
            "Open\n<a href=\"http://127.0.0.1:3000/a?b=1&amp;c=2\">http://127.0.0.1:3000/a?b=1&amp;c=2</a>\r\n\
             &lt;b&gt;&#34;x&#34;&lt;/b&gt; javascript:alert(1)"
        );
    }
}
