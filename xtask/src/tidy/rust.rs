//! The rules for Rust sources.

use super::rust_text::{code, is_word, path_roots, without_tests};
use super::{Finding, Source};

/// Names that tell nothing about what is behind them, or that another word of the domain needs.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "types", "data", "manager", "info"];

/// What primitives may be made of, beside themselves.
const UI_MAY_USE: &[&str] =
    &["leptos", "web_sys", "wasm_bindgen", "wasm_bindgen_futures", "js_sys", "std", "core", "self", "super"];

/// The crates of the workspace's table that a path in `app` could begin with.
const CRATES: &[&str] = &[
    "app",
    "axum",
    "base64",
    "chrono",
    "domain",
    "futures",
    "http",
    "leptos_axum",
    "leptos_meta",
    "leptos_router",
    "migration",
    "serde",
    "serde_json",
    "services",
    "sea_orm",
    "server",
    "thiserror",
    "tokio",
    "tracing",
    "url",
    "uuid",
];

/// Where production code lies.
const PRODUCTION: &[&str] =
    &["app/src/", "domain/src/", "frontend/src/", "migration/src/", "server/src/", "services/src/"];

/// Everything that is wrong with a Rust source.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    if !source.is("rs") {
        return Vec::new();
    }
    let code = code(&source.text);
    let production = without_tests(&code);
    let mut findings = Vec::from_iter(file_name(source));
    findings.extend(item_names(source, &code));
    if source.path.starts_with("app/src/") {
        findings.extend(feature_switches(source, &code));
        findings.extend(inline_styles(source, &code));
        findings.extend(server_functions(source, &code));
        findings.extend(foreign_pages(source, &code));
    }
    if source.path.starts_with("app/src/ui/") || source.path == "app/src/ui.rs" {
        findings.extend(primitives(source, &production));
    }
    if source.path.starts_with("migration/src/") {
        findings.extend(migrations(source, &code));
    }
    if PRODUCTION.iter().any(|folder| source.path.starts_with(folder)) {
        findings.extend(unwraps(source, &production));
    }
    findings
}

/// `foo.rs` beside `foo/`, and a name that says something.
fn file_name(source: &Source) -> Option<Finding> {
    let name = source.path.rsplit('/').next()?.strip_suffix(".rs")?;
    if name == "mod" {
        return Some(Finding::new(source, 1, "a module is foo.rs beside foo/, never mod.rs"));
    }
    let what = format!("`{name}` says nothing: name it after what it is about");
    EMPTY_NAMES.contains(&name).then(|| Finding::new(source, 1, what))
}

fn item_names(source: &Source, code: &str) -> Vec<Finding> {
    let named = |index: usize, line: &str| {
        let mut words = line.split(|it| !is_word(it)).filter(|word| !word.is_empty());
        words.find(|word| ["mod", "struct", "enum", "trait", "type"].contains(word))?;
        let name = words.next()?;
        let what = format!("`{name}` says nothing: name it after what it is about");
        EMPTY_NAMES.contains(&name.to_lowercase().as_str()).then(|| Finding::new(source, index + 1, what))
    };
    code.lines().enumerate().filter_map(|(index, line)| named(index, line)).collect()
}

/// Bodies of server functions are dropped in the browser's build, so nothing but the crate's root needs a switch.
fn feature_switches(source: &Source, code: &str) -> Vec<Finding> {
    if source.path == "app/src/lib.rs" {
        return Vec::new();
    }
    let switched = |line: &str| {
        ["cfg(feature", "cfg_attr(feature", "cfg!(feature", "cfg(not(feature"].iter().any(|it| line.contains(it))
    };
    on_lines(source, code, "a feature is asked for in app/src/lib.rs alone", switched)
}

/// The content security policy refuses them.
fn inline_styles(source: &Source, code: &str) -> Vec<Finding> {
    let styled = |line: &str| {
        line.match_indices("style").any(|(at, word)| {
            let begins = line[..at].chars().next_back().is_none_or(|before| before.is_whitespace() || before == '.');
            let after = &line[at + word.len()..];
            let assigned = after.starts_with('=') && !after.starts_with("==");
            let directive =
                after.strip_prefix(':').is_some_and(|name| name.starts_with(|it: char| it.is_ascii_lowercase()));
            begins && (assigned || directive)
        })
    };
    on_lines(source, code, "no inline styles: give it a class and a rule in style/", styled)
}

/// A fixed address, so that no build path gets into it; and no GET that writes.
fn server_functions(source: &Source, code: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, _) in code.match_indices("#[server") {
        let line = code[..at].matches('\n').count() + 1;
        let attribute = &code[at..at + closing(&code[at..])];
        // The attribute of an argument, or another one whose name begins alike.
        if attribute == "#[server(default)]" || !attribute["#[server".len()..].starts_with(['(', ']']) {
            continue;
        }
        if !attribute.contains("endpoint") {
            findings.push(Finding::new(source, line, "a server function has an `endpoint`"));
        }
    }
    findings.extend(on_lines(source, code, "no GetUrl: another site could call it", |line| line.contains("GetUrl")));
    findings
}

/// The length up to and with the bracket that closes the first one.
fn closing(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in code.char_indices() {
        match character {
            '[' => depth += 1,
            ']' if depth == 1 => return at + 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    code.len()
}

/// A feature's pages are its own: whoever wants to lead there links there.
fn foreign_pages(source: &Source, code: &str) -> Vec<Finding> {
    let inside = source.path.trim_start_matches("app/src/");
    let Some(own) = inside.split(['/', '.']).next().filter(|_| inside != "lib.rs") else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (line, root, rest) in path_roots(code) {
        let feature = rest.split(|it| !is_word(it)).next().unwrap_or_default();
        if root != "crate" || feature == own {
            continue;
        }
        // Up to the end of the statement, so that the names in braces are seen.
        let path = rest.split([';', ')', '>', '<']).next().unwrap_or_default();
        let page = path
            .split(|it| !is_word(it))
            .find(|name| name.ends_with("Page") || *name == "page" || name.ends_with("_page"));
        if let Some(page) = page {
            findings.push(Finding::new(source, line, format!("`{page}` is {feature}'s page: link to it")));
        }
    }
    findings
}

/// A primitive knows no feature.
fn primitives(source: &Source, code: &str) -> Vec<Finding> {
    path_roots(code)
        .filter(|(_, root, rest)| {
            let own = *root == "crate" && rest.split(|it| !is_word(it)).next() == Some("ui");
            let foreign = *root == "crate" || CRATES.contains(root);
            foreign && !own && !UI_MAY_USE.contains(root)
        })
        .map(|(line, root, _)| {
            Finding::new(source, line, format!("a primitive is made of leptos alone, not of `{root}`"))
        })
        .collect()
}

/// An entity changes with the program, a migration never.
fn migrations(source: &Source, code: &str) -> Vec<Finding> {
    path_roots(code)
        .filter(|(_, root, rest)| *root == "services" || *root == "entity" || rest.contains("entity::"))
        .map(|(line, ..)| Finding::new(source, line, "a migration names tables itself, it uses no entity"))
        .collect()
}

fn unwraps(source: &Source, code: &str) -> Vec<Finding> {
    on_lines(source, code, "`?`, or an `expect` that states the invariant", |line| line.contains(".unwrap()"))
}

fn on_lines(source: &Source, code: &str, what: &str, wrong: impl Fn(&str) -> bool) -> Vec<Finding> {
    let lines = code.lines().enumerate().filter(|(_, line)| wrong(line));
    lines.map(|(index, _)| Finding::new(source, index + 1, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [usize; 0] = [];

    /// The lines on which something was found.
    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Source::new(path, text)).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_module_is_not_called_mod_nor_nothing() {
        assert_eq!(lines("services/src/mail/mod.rs", ""), [1]);
        assert_eq!(lines("services/src/helpers.rs", ""), [1]);
        assert_eq!(
            lines("services/src/mail.rs", "mod outbox;\nmod utils {}\npub struct Info;\nstruct AccountManager;"),
            [2, 3]
        );
        assert_eq!(lines("services/src/mail.rs", "// mod utils;\nlet s = \"struct Data\";"), NONE);
    }

    #[test]
    fn features_are_asked_for_in_the_root_alone() {
        let text = "mod a;\n#[cfg(feature = \"ssr\")]\nmod b;\n";
        assert_eq!(lines("app/src/account.rs", text), [2]);
        assert_eq!(lines("app/src/account.rs", "let a = cfg!(feature = \"ssr\");"), [1]);
        assert_eq!(lines("app/src/lib.rs", text), NONE);
        assert_eq!(lines("app/src/account.rs", "//! Not #[cfg(feature = \"ssr\")]."), NONE);
    }

    #[test]
    fn styles_stand_in_style_sheets() {
        for wrong in ["<p style=\"color: red\">", "<p style=move || x>", "<p style:width=x>", "<p\n style={x}>"] {
            assert_eq!(lines("app/src/account.rs", wrong).len(), 1, "{wrong}");
        }
        for right in
            ["<p class=\"style\">", "let style = x;", "pub style: String,", "<Card card_style=x>", "x.style == y"]
        {
            assert_eq!(lines("app/src/account.rs", right), NONE, "{right}");
        }
    }

    #[test]
    fn server_functions_have_an_address_and_are_posted_to() {
        let right = "#[server(prefix = \"/api\", endpoint = \"account/list\")]\npub async fn a(\n #[server(default)] b: String,\n) {}";
        assert_eq!(lines("app/src/account/api.rs", right), NONE);
        assert_eq!(lines("app/src/account/api.rs", "\n#[server]\npub async fn a() {}"), [2]);
        assert_eq!(
            lines("app/src/account/api.rs", "#[server(\n prefix = \"/endpoint\",\n)]\npub async fn a() {}"),
            [1]
        );
        assert_eq!(lines("app/src/account/api.rs", "#[server(endpoint = \"a\", input = GetUrl)]"), [1]);
    }

    #[test]
    fn a_feature_leaves_anothers_pages_alone() {
        let wrong = "use crate::ui::Button;\nuse crate::account::{AccountCard, AccountListPage};\n";
        assert_eq!(lines("app/src/access_request/dialog.rs", wrong), [2]);
        assert_eq!(lines("app/src/access_request/dialog.rs", "crate::account::list_page::f()"), [1]);
        assert_eq!(lines("app/src/account/card.rs", wrong), NONE);
        assert_eq!(lines("app/src/lib.rs", "view=crate::account::AccountListPage"), NONE);
    }

    #[test]
    fn primitives_are_made_of_leptos() {
        let right = "use leptos::prelude::*;\nuse web_sys::Element;\nuse crate::ui::button::Button;\nuse super::icon;";
        assert_eq!(lines("app/src/ui/dialog.rs", right), NONE);
        for wrong in ["use crate::account::Card;", "use domain::AccountId;", "leptos_router::hooks::use_query()"] {
            assert_eq!(lines("app/src/ui/dialog.rs", wrong), [1], "{wrong}");
            assert_eq!(lines("app/src/account.rs", wrong), NONE, "{wrong}");
        }
    }

    #[test]
    fn migrations_use_no_entities() {
        assert_eq!(lines("migration/src/first.rs", "use services::entity::account;"), [1]);
        assert_eq!(lines("migration/src/first.rs", "use sea_orm_migration::prelude::*;"), NONE);
    }

    #[test]
    fn production_code_does_not_unwrap() {
        let text = "fn a() { b.unwrap(); }\n#[cfg(test)]\nmod tests {\n fn c() { d.unwrap(); }\n}\n";
        assert_eq!(lines("services/src/mail.rs", text), [1]);
        assert_eq!(lines("services/tests/mail.rs", text), NONE);
        assert_eq!(lines("services/src/mail.rs", "/// `a.unwrap()`\nfn a() { b.unwrap_or(c) }"), NONE);
    }
}
