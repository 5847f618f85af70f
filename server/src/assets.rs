//! The files that browsers load with a page: styles, the islands' program and its script, the icon.
//!
//! `cargo xtask build` makes them and names each by its bytes. A release program carries them inside, compressed
//! beforehand; a debug program reads their folder once, when it starts.

use axum::body::{Body, Bytes};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256, Sha384};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod accept_encoding;
mod index;

pub use accept_encoding::Encoding;

/// Where the index is, which is read for names and never served.
const INDEX: &str = "index.html";

/// What keeps the program from having its assets.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// The folder or a file in it cannot be read.
    #[error("The assets in {} cannot be read ({source}). Run `cargo xtask build` first.", folder.display())]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The index does not name a file that every page needs.
    #[error("The assets' index.html names no {0}. Run `cargo xtask build` again.")]
    Unnamed(&'static str),
    /// The index names a file that is not there.
    #[error("The asset {0} is missing. Run `cargo xtask build` again.")]
    Missing(String),
}

/// One file as it was built.
#[derive(Clone, Debug)]
pub struct SiteFile {
    /// Its path below the root, without a leading slash.
    pub name: Cow<'static, str>,
    /// Its bytes.
    pub identity: Cow<'static, [u8]>,
    /// The same, compressed by brotli, where that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// The same, compressed by gzip, where that is smaller.
    pub gzip: Option<&'static [u8]>,
}

/// All assets, and the names of those that every page loads.
#[derive(Clone, Debug)]
pub struct Site {
    files: Arc<BTreeMap<String, Asset>>,
    names: app::Assets,
}

impl Site {
    /// The assets this program was built with.
    ///
    /// # Errors
    ///
    /// When there are none, or when one that every page needs is missing.
    pub fn built() -> Result<Self, AssetError> {
        built()
    }

    /// The assets in a folder.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read, or when a file that every page needs is missing.
    pub fn from_folder(folder: &Path) -> Result<Self, AssetError> {
        let unreadable = |source| AssetError::Unreadable { folder: folder.to_owned(), source };
        let mut files = Vec::new();
        for path in files_below(folder).map_err(unreadable)? {
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            let identity = Cow::Owned(std::fs::read(&path).map_err(unreadable)?);
            files.push(SiteFile { name: Cow::Owned(name), identity, brotli: None, gzip: None });
        }
        Self::from_files(files)
    }

    /// These files, among them the index that names the others.
    ///
    /// # Errors
    ///
    /// When a file that every page needs is missing.
    pub fn from_files(files: impl IntoIterator<Item = SiteFile>) -> Result<Self, AssetError> {
        let mut assets = BTreeMap::new();
        let mut index = None;
        for file in files {
            if file.name == INDEX {
                index = Some(index::read(&file.identity));
            } else {
                assets.insert(format!("/{}", file.name), Asset::new(file));
            }
        }
        let index = index.ok_or_else(|| AssetError::Missing(INDEX.to_owned()))?;
        let named = |kind, name: Option<String>| -> Result<String, AssetError> {
            let name = name.ok_or(AssetError::Unnamed(kind))?;
            if assets.contains_key(&name) { Ok(name) } else { Err(AssetError::Missing(name)) }
        };
        let script = named("script", index.script)?;
        let names = app::Assets {
            style: named("style sheet", index.style)?,
            script_integrity: assets[&script].integrity(),
            script,
            program: named("program", index.program)?,
            icon: named("icon", index.icon)?,
        };
        Ok(Self { files: Arc::new(assets), names })
    }

    /// What the pages' shell needs to know.
    pub fn names(&self) -> &app::Assets {
        &self.names
    }

    /// The path of every asset, as it stands in an address.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The answer to a request for the asset at `path`, if there is one.
    pub fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        self.files.get(path).map(|asset| asset.answer(headers))
    }
}

#[derive(Debug)]
struct Asset {
    identity: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    content_type: HeaderValue,
    fingerprint: String,
    caching: HeaderValue,
}

impl Asset {
    fn new(file: SiteFile) -> Self {
        let fingerprint = Sha256::digest(&file.identity)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        // What a script imports by a name of its own can change under it.
        let caching = if is_named_by_bytes(&file.name) { "public, max-age=31536000, immutable" } else { "no-cache" };
        Self {
            content_type: HeaderValue::from_static(content_type(&file.name)),
            caching: HeaderValue::from_static(caching),
            fingerprint,
            identity: match file.identity {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            },
            brotli: file.brotli.map(Bytes::from_static),
            gzip: file.gzip.map(Bytes::from_static),
        }
    }

    fn integrity(&self) -> String {
        format!("sha384-{}", STANDARD.encode(Sha384::digest(&self.identity)))
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let (encoding, bytes) = self.encoded_for(headers);
        let etag = match encoding {
            Encoding::Identity => format!("\"{}\"", self.fingerprint),
            other => format!("\"{}-{}\"", self.fingerprint, other.token()),
        };
        let known = headers.get_all(IF_NONE_MATCH).iter().any(|header| matches_etag(header, &etag));
        let mut response = if known {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            let length = bytes.len();
            let mut response = Response::new(Body::from(bytes));
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
            if encoding != Encoding::Identity {
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.token()));
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        headers.insert(CACHE_CONTROL, self.caching.clone());
        headers.insert(ETAG, HeaderValue::from_str(&etag).expect("a fingerprint is made of hexadecimal digits"));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        response
    }

    fn encoded_for(&self, headers: &HeaderMap) -> (Encoding, Bytes) {
        for (encoding, bytes) in [(Encoding::Brotli, &self.brotli), (Encoding::Gzip, &self.gzip)] {
            if let Some(bytes) = bytes
                && encoding.is_accepted(headers.get_all(ACCEPT_ENCODING).iter())
            {
                return (encoding, bytes.clone());
            }
        }
        (Encoding::Identity, self.identity.clone())
    }
}

/// Whether a header `If-None-Match` names this tag. The weak form of it counts: RFC 9110, 13.1.2.
fn matches_etag(header: &HeaderValue, etag: &str) -> bool {
    header.to_str().is_ok_and(|header| {
        header.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
    })
}

/// Whether the build has put the hash of the bytes into the file's name: `frontend-1b4f2eae35a6e9c2_bg.wasm`.
fn is_named_by_bytes(name: &str) -> bool {
    !name.contains('/')
        && name.rsplit_once('-').is_some_and(|(_, rest)| {
            rest.find(|character: char| !character.is_ascii_hexdigit()).is_some_and(|end| end >= 16)
        })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(embedded)]
fn built() -> Result<Site, AssetError> {
    const FILES: &[SiteFile] = include!(concat!(env!("OUT_DIR"), "/site.rs"));
    Site::from_files(FILES.iter().cloned())
}

#[cfg(not(embedded))]
fn built() -> Result<Site, AssetError> {
    let folder = std::env::var_os("LATCHKEY_SITE")
        .filter(|folder| !folder.is_empty())
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site/debug"), PathBuf::from);
    Site::from_folder(&folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_follow_the_bytes_are_kept_forever() {
        for name in ["frontend-1b4f2eae35a6e9c2_bg.wasm", "latchkey-0123456789abcdef.css"] {
            assert!(is_named_by_bytes(name), "{name}");
        }
        for name in ["robots.txt", "snippets/crate-1b4f2eae35a6e9c2/inline0.js", "a-facade.js", "icon-cafe.svg"] {
            assert!(!is_named_by_bytes(name), "{name}");
        }
    }
}
