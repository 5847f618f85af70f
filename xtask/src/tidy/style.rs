//! The rules for style sheets.

use super::{Finding, Source};

/// What gives a colour by its parts.
const FUNCTIONS: &[&str] = &["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch(", "color("];

/// The names of colours that people reach for. `transparent`, `currentcolor` and the system's own are no decisions.
const NAMES: &[&str] = &[
    "aqua",
    "beige",
    "black",
    "blue",
    "brown",
    "coral",
    "crimson",
    "cyan",
    "darkblue",
    "darkgray",
    "darkgreen",
    "darkgrey",
    "darkred",
    "dimgray",
    "dimgrey",
    "fuchsia",
    "gold",
    "gray",
    "green",
    "grey",
    "indigo",
    "ivory",
    "khaki",
    "lavender",
    "lightblue",
    "lightgray",
    "lightgreen",
    "lightgrey",
    "lime",
    "magenta",
    "maroon",
    "navy",
    "olive",
    "orange",
    "orchid",
    "pink",
    "plum",
    "purple",
    "red",
    "royalblue",
    "salmon",
    "silver",
    "slateblue",
    "slategray",
    "slategrey",
    "tan",
    "teal",
    "tomato",
    "turquoise",
    "violet",
    "wheat",
    "white",
    "whitesmoke",
    "yellow",
];

/// Everything that is wrong with a style sheet.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    if !source.is("css") {
        return Vec::new();
    }
    let code = without_comments(&source.text);
    let tokens = source.path == "style/tokens.css";
    let mut findings = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut wrong = |what: &str| findings.push(Finding::new(source, index + 1, what));
        let lower = line.to_lowercase();
        if lower.contains("!important") || lower.contains("! important") {
            wrong("no !important: the order of the layers decides");
        }
        if !tokens && names_colour(&lower) {
            wrong("colours stand in style/tokens.css alone");
        }
        if is_id_selector(&lower) {
            wrong("no ids in selectors: give it a class");
        }
    }
    let layered = code.trim_start().starts_with("@layer");
    if !layered {
        findings.push(Finding::new(source, 1, "a style sheet puts itself into its layer"));
    }
    findings
}

fn names_colour(line: &str) -> bool {
    let words = line.split(|it: char| !(it.is_alphanumeric() || it == '-' || it == '_' || it == '#' || it == '.'));
    let value = line.split_once(':').map_or(line, |(_, value)| value);
    let values = value.split(|it: char| !(it.is_alphanumeric() || it == '-' || it == '_'));
    // A selector such as `a:hover` has a colon too, but no semicolon.
    let declares = line.contains(';') || (line.contains(':') && !line.trim_end().ends_with(['{', ',']));
    words.into_iter().any(is_hexadecimal)
        || FUNCTIONS.iter().any(|function| calls(line, function))
        || declares && values.into_iter().any(|value| NAMES.contains(&value))
}

fn is_hexadecimal(word: &str) -> bool {
    word.strip_prefix('#').is_some_and(|digits| {
        [3, 4, 6, 8].contains(&digits.len()) && digits.chars().all(|digit| digit.is_ascii_hexdigit())
    })
}

fn calls(line: &str, function: &str) -> bool {
    line.match_indices(function)
        .any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '-' || before == '_'))
}

fn is_id_selector(line: &str) -> bool {
    line.trim_end().ends_with('{')
        && line.match_indices('#').any(|(at, _)| line[at + 1..].starts_with(|it: char| it.is_ascii_alphabetic()))
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        let (comment, after) = after.split_once("*/").unwrap_or((after, ""));
        out.extend(comment.chars().filter(|&it| it == '\n'));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [usize; 0] = [];

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Source::new(path, text)).iter().map(|finding| finding.line).collect()
    }

    fn in_layer(rule: &str) -> String {
        format!("@layer feature {{\n{rule}\n}}")
    }

    #[test]
    fn nothing_is_important() {
        assert_eq!(lines("style/account.css", &in_layer("a { top: 0 !important; }")), [2]);
        assert_eq!(lines("style/account.css", &in_layer("/* no !important\n here */ a { top: 0; }")), NONE);
    }

    #[test]
    fn colours_are_tokens() {
        for wrong in [
            "color: #fff;",
            "color: #1F4E5F80;",
            "background: rgb(0 0 0 / 50%);",
            "border: 1px solid oklch(0.5 0.1 200);",
            "color: red;",
            "fill: White",
        ] {
            assert_eq!(lines("style/account.css", &in_layer(wrong)), [2], "{wrong}");
            assert_eq!(lines("style/tokens.css", &in_layer(wrong)), NONE, "{wrong}");
        }
        for right in [
            "color: var(--red);",
            "white-space: nowrap;",
            "background: color-mix(in srgb, var(--accent) 20%, transparent);",
            ".red:hover {",
            "color: currentcolor;",
            "border-color: CanvasText;",
        ] {
            assert_eq!(lines("style/account.css", &in_layer(right)), NONE, "{right}");
        }
    }

    #[test]
    fn selectors_have_no_ids_and_sheets_have_a_layer() {
        assert_eq!(lines("style/account.css", &in_layer("#main {")), [2]);
        assert_eq!(lines("style/account.css", ".card { top: 0; }"), [1]);
    }
}
