//! Reads in the index.html that Trunk has written what the files are called.

use html5gum::{Token, Tokenizer};

/// The addresses found, each from the root on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) style: Option<String>,
    pub(super) script: Option<String>,
    pub(super) program: Option<String>,
    pub(super) icon: Option<String>,
}

/// Trunk's release page is minified, with unquoted attributes: an HTML tokenizer reads what a pattern would not.
pub(super) fn read(html: &[u8]) -> Index {
    let mut index = Index::default();
    for token in Tokenizer::new(html).flatten() {
        let Token::StartTag(tag) = token else { continue };
        if tag.name.as_slice() != b"link" {
            continue;
        }
        let attribute = |name: &[u8]| {
            let (_, value) = tag.attributes.iter().find(|(key, _)| key.as_slice() == name)?;
            String::from_utf8(value.to_vec()).ok()
        };
        let (Some(rel), Some(href)) = (attribute(b"rel"), attribute(b"href")) else { continue };
        let slot = match rel.as_str() {
            "stylesheet" => &mut index.style,
            "modulepreload" => &mut index.script,
            "preload" if href.ends_with(".wasm") => &mut index.program,
            "icon" => &mut index.icon,
            _ => continue,
        };
        *slot = Some(href);
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_debug_and_of_a_release_build_name_the_same() {
        let whole = Index {
            style: Some("/latchkey-3.css".to_owned()),
            script: Some("/frontend-1.js".to_owned()),
            program: Some("/frontend-1_bg.wasm".to_owned()),
            icon: Some("/icon-2.svg".to_owned()),
        };
        let debug = r#"<!doctype html><!-- <link rel="icon" href="/comment.svg"> --><html lang="en"><head>
            <link rel="icon" type="image/svg+xml" href="/icon-2.svg"/><link rel="stylesheet" href="/latchkey-3.css"/>
            <link rel="modulepreload" href="/frontend-1.js" />
            <link rel="preload" href="/frontend-1_bg.wasm" as="fetch" type="application/wasm" /></head></html>"#;
        let release = "<!doctype html><html lang=en><link rel=icon type=image/svg+xml href=/icon-2.svg>\
            <link rel=stylesheet href=/latchkey-3.css><link rel=modulepreload href=/frontend-1.js>\
            <link rel=preload href=/frontend-1_bg.wasm as=fetch type=application/wasm crossorigin=anonymous>";
        assert_eq!(read(debug.as_bytes()), whole);
        assert_eq!(read(release.as_bytes()), whole);
        assert_eq!(read(b"<link rel=stylesheet>"), Index::default());
    }
}
