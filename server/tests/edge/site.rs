//! A site with a database of its own, asked without a network.

use crate::vault::vault_of;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use domain::workspace::Founding;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE};
use http::request::Builder;
use http::{HeaderMap, Method, StatusCode};
use server::assets::{Site as Assets, SiteFile};
use server::router::{Server, Way, build_with};
use services::demo::DemoSize;
use services::vault::Vault;
use services::{Database, Services, Settings, Statements};
use std::borrow::Cow;
use std::path::PathBuf;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use url::Url;

pub(crate) const HOST_NAME: &str = "127.0.0.1:3000";

pub(crate) const STYLE: &str = "/latchkey-00000000000000aa.css";
pub(crate) const SCRIPT: &str = "/frontend-00000000000000bb.js";
pub(crate) const PROGRAM: &str = "/frontend-00000000000000bb_bg.wasm";

pub(crate) struct Site {
    router: Router,
    pub(crate) services: Services,
    /// What its database is asked.
    pub(crate) statements: Statements,
    pub(crate) stop: CancellationToken,
    pub(crate) folder: TempDir,
}

/// How a site differs from the ordinary one.
pub(crate) struct Difference {
    pub(crate) site_url: &'static str,
    pub(crate) migrated: bool,
    pub(crate) mail: bool,
    pub(crate) routes: Router<Server>,
}

impl Default for Difference {
    fn default() -> Self {
        Self { site_url: "http://127.0.0.1:3000", migrated: true, mail: false, routes: Router::new() }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: impl http::header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Site {
    pub(crate) async fn start() -> Self {
        Self::start_with(Difference::default()).await
    }

    pub(crate) async fn start_with(difference: Difference) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("latchkey.db").display());
        Self::start_in(folder, &url, difference).await
    }

    /// The ordinary site on this database.
    pub(crate) async fn start_on(url: &str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), url, Difference::default()).await
    }

    async fn start_in(folder: TempDir, url: &str, difference: Difference) -> Self {
        let (database, statements) = Database::connect(url).await.unwrap().watched();
        if difference.migrated {
            database.migrate().await.unwrap();
        }
        let site_url = Url::parse(difference.site_url).unwrap();
        let vault = if difference.migrated { vault_of(&database).await } else { Vault::closed() };
        let services = Services::new(database, vault, Settings::new(site_url.clone(), Founding::Invitation));
        let mail_folder = difference.mail.then(|| folder.path().join("mail"));
        let way = Way { site_url, trust_proxy: false, mail_folder };
        let stop = CancellationToken::new();
        let server = Server::new(services.clone(), Assets::from_files(files()).unwrap(), way, stop.clone());
        Self { router: build_with(server, difference.routes), services, statements, stop, folder }
    }

    pub(crate) fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// The answer's head, while its body may go on.
    pub(crate) async fn open(&self, request: Request) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(get(path).body(Body::empty()).unwrap()).await
    }

    /// A form posted by a page of this site without scripts.
    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        self.send(post(path).body(Body::from(form.to_owned())).unwrap()).await
    }

    /// The cookie of an owner of the demo, who signs in.
    pub(crate) async fn sign_in(&self) -> String {
        self.sign_in_as("owner@harbor.example").await
    }

    /// The cookie of a member of the demo, who signs in.
    pub(crate) async fn sign_in_as(&self, email: &str) -> String {
        if self.services.database().is_empty().await.unwrap() {
            services::demo::fill(&self.services, DemoSize::default(), &|_| {}).await.unwrap();
        }
        let form = format!("email={email}&password=latchkey-demo");
        let answer = self.post("/api/session/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.header(SET_COOKIE).split(';').next().unwrap().to_owned()
    }

    pub(crate) async fn get_as(&self, cookie: &str, path: &str) -> Answer {
        self.send(get(path).header(COOKIE, cookie).body(Body::empty()).unwrap()).await
    }
}

/// A page that a browser asks for.
pub(crate) fn get(path: &str) -> Builder {
    Request::builder().uri(path).header(HOST, HOST_NAME).header(ACCEPT, "text/html")
}

/// A form that a page of this site posts.
pub(crate) fn post(path: &str) -> Builder {
    let form = "application/x-www-form-urlencoded";
    get(path).method(Method::POST).header(ORIGIN, "http://127.0.0.1:3000").header(CONTENT_TYPE, form)
}

/// Arguments that an island sends.
pub(crate) fn call(path: &str) -> Builder {
    let mut call = post(path);
    call.headers_mut().unwrap().insert(ACCEPT, "application/json".parse().unwrap());
    call
}

pub(crate) fn files() -> Vec<SiteFile> {
    let index = format!(
        "<!doctype html><html lang=en><link rel=icon href=/icon-00000000000000cc.svg><link rel=stylesheet href={STYLE}>\
         <link rel=modulepreload href={SCRIPT}><link rel=preload href={PROGRAM} as=fetch>"
    );
    let file = |name: &str, bytes: &str, brotli, gzip| SiteFile {
        name: Cow::Owned(name.trim_start_matches('/').to_owned()),
        identity: Cow::Owned(bytes.as_bytes().to_vec()),
        brotli,
        gzip,
    };
    vec![
        file("index.html", &index, None, None),
        file("icon-00000000000000cc.svg", "<svg/>", None, None),
        file("snippets/inline0.js", "snippet", None, None),
        file(STYLE, "body{}", Some(b"brotli style"), Some(b"gzip style")),
        file(SCRIPT, "script", Some(b"brotli script"), None),
        file(PROGRAM, "program", None, Some(b"gzip program")),
    ]
}
