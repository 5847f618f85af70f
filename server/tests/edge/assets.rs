use crate::site::{PROGRAM, SCRIPT, STYLE, Site, files, get};
use axum::body::Body;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{Method, StatusCode};
use server::assets::{AssetError, Site as Assets};

#[tokio::test]
async fn a_browser_gets_the_shortest_form_it_can_read() {
    let site = Site::start().await;
    for (path, accepted, encoding, body) in [
        (STYLE, "gzip, deflate, br", "br", "brotli style"),
        (STYLE, "gzip", "gzip", "gzip style"),
        (STYLE, "br;q=0, gzip", "gzip", "gzip style"),
        (STYLE, "identity", "", "body{}"),
        (SCRIPT, "gzip", "", "script"),
        (PROGRAM, "br, gzip", "gzip", "gzip program"),
    ] {
        let answer = site.send(get(path).header(ACCEPT_ENCODING, accepted).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header(CONTENT_ENCODING), encoding, "{path} for {accepted}");
        assert_eq!(answer.body, body, "{path} for {accepted}");
        assert_eq!(answer.header(CONTENT_LENGTH), body.len().to_string(), "{path}");
        assert_eq!(answer.header(VARY), "accept-encoding", "{path}");
    }
}

#[tokio::test]
async fn what_is_named_by_its_bytes_is_kept_forever() {
    let site = Site::start().await;
    for (path, caching, kind) in [
        (STYLE, "public, max-age=31536000, immutable", "text/css; charset=utf-8"),
        (SCRIPT, "public, max-age=31536000, immutable", "text/javascript; charset=utf-8"),
        (PROGRAM, "public, max-age=31536000, immutable", "application/wasm"),
        ("/icon-00000000000000cc.svg", "public, max-age=31536000, immutable", "image/svg+xml"),
        ("/snippets/inline0.js", "no-cache", "text/javascript; charset=utf-8"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.header(CACHE_CONTROL), caching, "{path}");
        assert_eq!(answer.header(CONTENT_TYPE), kind, "{path}");
    }
}

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again() {
    let site = Site::start().await;
    let plain = site.get(STYLE).await.header(ETAG).to_owned();
    let brotli = site.send(get(STYLE).header(ACCEPT_ENCODING, "br").body(Body::empty()).unwrap()).await;
    let brotli = brotli.header(ETAG).to_owned();
    assert_ne!(plain, brotli, "other bytes have another tag");
    for (tag, accepted, status) in [
        (plain.clone(), "identity", StatusCode::NOT_MODIFIED),
        (format!("\"other\", W/{plain}"), "identity", StatusCode::NOT_MODIFIED),
        ("*".to_owned(), "br", StatusCode::NOT_MODIFIED),
        (brotli, "br", StatusCode::NOT_MODIFIED),
        (plain, "br", StatusCode::OK),
        ("\"other\"".to_owned(), "identity", StatusCode::OK),
    ] {
        let request = get(STYLE).header(ACCEPT_ENCODING, accepted).header(IF_NONE_MATCH, &tag);
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{tag} for {accepted}");
        assert_eq!(answer.body.is_empty(), status == StatusCode::NOT_MODIFIED);
    }
}

#[tokio::test]
async fn the_head_of_an_asset_is_answered_without_its_body() {
    let site = Site::start().await;
    let answer = site.send(get(STYLE).method(Method::HEAD).body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(answer.header(CONTENT_LENGTH), "6");
}

#[tokio::test]
async fn pages_name_the_assets_and_their_script_s_integrity() {
    let site = Site::start().await;
    let page = site.get("/sign-in").await.body;
    for path in [STYLE, SCRIPT, PROGRAM] {
        assert!(page.contains(path), "{path} in {page}");
    }
    // openssl dgst -sha384 -binary <<< of "script", without a line's end.
    let assets = Assets::from_files(files()).unwrap();
    assert!(page.contains(&assets.names().script_integrity), "{page}");
    assert!(assets.names().script_integrity.starts_with("sha384-"));
}

#[test]
fn a_missing_asset_stops_the_start() {
    for (missing, told) in [
        ("index.html", "The asset index.html is missing. Run `cargo xtask build` again."),
        (&STYLE[1..], "The asset /latchkey-00000000000000aa.css is missing. Run `cargo xtask build` again."),
    ] {
        let left = files().into_iter().filter(|file| file.name != missing);
        assert_eq!(Assets::from_files(left).unwrap_err().to_string(), told);
    }
    let mut unnamed = files();
    unnamed[0].identity = b"<link rel=stylesheet href=/latchkey-00000000000000aa.css>".to_vec().into();
    assert!(matches!(Assets::from_files(unnamed), Err(AssetError::Unnamed("script"))));
    let nowhere = std::path::Path::new("/nowhere/at/all");
    assert!(Assets::from_folder(nowhere).unwrap_err().to_string().contains("cargo xtask build"));
}
