//! Rust source as the rules read it: without comments, without the insides of literals, without tests.

/// The same text, every character of a comment or inside of a string or character literal made a space. Lines and columns
/// stay where they are.
pub(super) fn code(text: &str) -> String {
    let characters = text.chars().collect::<Vec<_>>();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&here) = characters.get(at) {
        let rest = &characters[at..];
        let length = comment(rest).or_else(|| raw_string(rest)).or_else(|| quoted(rest));
        match length {
            Some(length) => {
                out.extend(rest[..length].iter().map(|&it| if it == '\n' { '\n' } else { ' ' }));
                at += length;
            }
            // A name is taken whole: the r and b in it do not begin a literal.
            None if is_word(here) => {
                let length = rest.iter().take_while(|&&it| is_word(it)).count();
                out.extend(&rest[..length]);
                at += length;
            }
            None => {
                out.push(here);
                at += 1;
            }
        }
    }
    out
}

/// Code without the items that stand under `#[cfg(test)]`, their lines left empty.
pub(super) fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("#[cfg(test)]") {
        out.push_str(before);
        let end = item_end(after);
        out.extend(after[..end].chars().filter(|&it| it == '\n'));
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// Where the item that begins here ends: after its block, or at its semicolon when that comes first.
fn item_end(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Every path in the code that begins with a name followed by `::`, with its line and the name: `crate` in `crate::ui`.
pub(super) fn path_roots(code: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    code.lines().enumerate().flat_map(|(index, line)| {
        line.match_indices("::").filter_map(move |(at, _)| {
            let start = line[..at].rfind(|it: char| !is_word(it)).map_or(0, |before| before + 1);
            let is_root = !line[..start].ends_with("::") && start < at;
            is_root.then(|| (index + 1, &line[start..at], &line[at + 2..]))
        })
    })
}

/// Whether this can be part of a name.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn comment(rest: &[char]) -> Option<usize> {
    match rest {
        ['/', '/', ..] => Some(rest.iter().take_while(|&&it| it != '\n').count()),
        ['/', '*', ..] => {
            let mut depth = 0;
            let mut at = 0;
            while at < rest.len() {
                match rest[at..] {
                    ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
                    ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
                    _ => at += 1,
                }
                if depth == 0 {
                    break;
                }
            }
            Some(at)
        }
        _ => None,
    }
}

fn raw_string(rest: &[char]) -> Option<usize> {
    let prefix = match rest {
        ['b' | 'c', 'r', ..] => 2,
        ['r', ..] => 1,
        _ => return None,
    };
    let hashes = rest[prefix..].iter().take_while(|&&it| it == '#').count();
    let start = prefix + hashes + 1;
    if rest.get(start - 1) != Some(&'"') {
        return None;
    }
    let close =
        |at: usize| rest[at] == '"' && rest[at + 1..].iter().take(hashes).filter(|&&it| it == '#').count() == hashes;
    (start..rest.len()).find(|&at| close(at)).map(|at| at + 1 + hashes).or(Some(rest.len()))
}

fn quoted(rest: &[char]) -> Option<usize> {
    let prefix = usize::from(matches!(rest, ['b' | 'c', '"' | '\'', ..]));
    let quote = *rest.get(prefix)?;
    match quote {
        '"' => {}
        // A lifetime is no literal: a character's closing quote follows at once, or after an escape.
        '\'' if rest.get(prefix + 1) == Some(&'\\') || rest.get(prefix + 2) == Some(&'\'') => {}
        _ => return None,
    }
    let mut at = prefix + 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    Some((at + 1).min(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blank_and_lines_stay() {
        let text =
            "a(\"x // y \\\" z\"); // b\nc('\"'); d::<'static>(); /* e /* f */\ng */ h(r#\"i\"j\"#, b\"k\", br\"l\")";
        let code = code(text);
        let words = code.split(|it| !is_word(it)).filter(|it| !it.is_empty()).collect::<Vec<_>>();
        assert_eq!(words, ["a", "c", "d", "static", "h"]);
        assert_eq!(code.lines().count(), text.lines().count());
        assert_eq!(code.find("h("), text.find("h("));
    }

    #[test]
    fn tests_are_left_out_and_what_follows_is_not() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\n#[cfg(test)]\nuse c;\nfn d() {}\n";
        let left = without_tests(text);
        assert!(left.contains("fn a") && left.contains("fn d"));
        assert!(!left.contains("fn b") && !left.contains("use c"));
        assert_eq!(left.lines().count(), text.lines().count());
    }

    #[test]
    fn only_the_beginning_of_a_path_is_its_root() {
        let roots = path_roots("use a::b::C;\n  d(e::F, <G>::h)").collect::<Vec<_>>();
        assert_eq!(roots, [(1, "a", "b::C;"), (2, "e", "F, <G>::h)")]);
    }
}
