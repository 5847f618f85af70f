//! Puts the browser's files into a release program, compressed beforehand.

// What a build script prints is how it talks to cargo.
#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(embedded)");
    println!("cargo::rerun-if-env-changed=LATCHKEY_SITE");
    // A debug program reads its assets from their folder.
    if env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    match embed() {
        Ok(()) => println!("cargo::rustc-cfg=embedded"),
        Err(sentence) => println!("cargo::error={sentence}"),
    }
}

fn embed() -> Result<(), String> {
    let site = env::var_os("LATCHKEY_SITE").filter(|site| !site.is_empty()).map(PathBuf::from).ok_or(
        "LATCHKEY_SITE does not say where the browser's files are. Run `cargo xtask build --release`, which makes them \
         and sets it.",
    )?;
    if !site.join("index.html").is_file() {
        return Err(format!("{} has no index.html. Run `cargo xtask build --release`.", site.display()));
    }
    println!("cargo::rerun-if-changed={}", site.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo has set no OUT_DIR")?);
    let source = table(&site, &out).map_err(|error| format!("{} cannot be embedded: {error}", site.display()))?;
    fs::write(out.join("site.rs"), source).map_err(|error| format!("the table of assets cannot be written: {error}"))
}

/// The source of a slice of `SiteFile`.
fn table(site: &Path, out: &Path) -> io::Result<String> {
    let mut source = String::from("&[\n");
    for (number, path) in files_below(site)?.iter().enumerate() {
        let bytes = fs::read(path)?;
        let name = path.strip_prefix(site).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let brotli = kept(&bytes, brotli(&bytes)?, &out.join(format!("{number}.br")))?;
        let gzip = kept(&bytes, gzip(&bytes)?, &out.join(format!("{number}.gz")))?;
        writeln!(
            source,
            "SiteFile {{ name: Cow::Borrowed({name:?}), identity: Cow::Borrowed(include_bytes!({path:?})), \
             brotli: {brotli}, gzip: {gzip} }},"
        )
        .map_err(io::Error::other)?;
    }
    source.push(']');
    Ok(source)
}

/// Writes what was compressed, unless that saves nothing, and gives the expression that includes it.
fn kept(bytes: &[u8], compressed: Vec<u8>, path: &Path) -> io::Result<String> {
    if compressed.len() >= bytes.len() {
        return Ok("None".to_owned());
    }
    fs::write(path, compressed)?;
    Ok(format!("Some(include_bytes!({path:?}))"))
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &settings)?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = fs::canonicalize(entry?.path())?;
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
