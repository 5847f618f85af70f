//! What is stored about a member to find them by, and what is looked for. Pure.
//!
//! Invariant: a typed word finds a member exactly when it is the beginning of one of the member's tokens: `tokens_of` in the
//! tests below.

use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Letters of a token that are stored: the rest of a longer one is not looked at, on either side.
const LONGEST_TOKEN: usize = 64;
/// Words of a name, and parts of the address before the `@`, that are stored.
const MOST_PARTS: usize = 16;
/// Words that are looked for; what is typed after them is left out.
const MOST_WORDS: usize = 8;
/// Letters of the first side of a pair that are stored.
const PAIR_HEAD: usize = 3;
/// Letters of the second side of a pair that are stored.
const PAIR_TAIL: usize = 12;

/// Text as it is compared: lower case, without accents, apostrophes and hyphens each as one character, everything
/// invisible left out. Letters of any script stay.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().map(|c| if c.is_control() { ' ' } else { punctuation(c.to_ascii_lowercase()) }).collect();
    }
    let mut folded = String::with_capacity(text.len());
    // Twice, for the few letters whose lower case has an accent of its own, such as İ.
    for c in text.chars().map(punctuation).nfkd().flat_map(char::to_lowercase).nfkd() {
        match c {
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ŧ' => folded.push('t'),
            'ı' => folded.push('i'),
            'ŋ' => folded.push('n'),
            'ς' => folded.push('σ'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            c if c.is_whitespace() || c.is_control() => folded.push(' '),
            c if is_accent(c) || is_invisible(c) => {}
            c => folded.push(punctuation(c)),
        }
    }
    folded
}

/// The many apostrophes and hyphens, each as one.
fn punctuation(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02BC}' | '\u{02BB}' | '\u{02B9}' | '\u{FF07}' | '`' | '´' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}' | '\u{05BE}' => '-',
        c => c,
    }
}

/// Marks above and below letters, by their combining class. Marks that make another letter stay: the vowel signs and
/// viramas of the scripts of South and Southeast Asia, and the voicing marks of kana.
fn is_accent(c: char) -> bool {
    matches!(canonical_combining_class(c), 1 | 7 | 10..=36 | 200..=240)
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{10FFFE}'..
    )
}

/// Everything a member is found by: each word of the name (a hyphenated one whole and in parts, one with an apostrophe
/// also without it), and the address from the beginning of each of its parts.
#[cfg(test)]
pub(crate) fn tokens_of(name: &str, email: &str) -> BTreeSet<String> {
    let (domains, mut tokens) = (domains_of(email), own_tokens_of(name, email));
    tokens.extend(domains);
    tokens
}

/// What is stored for a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    /// Tokens of the member's own; and those of the address's domain, which many members share, marked by an `@`. A
    /// token that another one begins with is left out: whoever looks for the one finds the other.
    pub(crate) tokens: BTreeSet<String>,
    /// For each two of the member's own tokens: the first one, two and three letters of the one, a space, and the
    /// beginning of the other.
    pub(crate) pairs: BTreeSet<String>,
}

impl Entries {
    pub(crate) fn of(name: &str, email: &str) -> Self {
        let mut tokens = BTreeSet::new();
        for token in own_tokens_of(name, email).into_iter().rev() {
            // In this order, what begins with a token has come just before it.
            if !tokens.first().is_some_and(|longer: &String| longer.starts_with(&token)) {
                tokens.insert(token);
            }
        }
        let pairs = pairs_of(tokens.iter().map(String::as_str));
        tokens.extend(domains_of(email).into_iter().map(|domain| format!("@{domain}")));
        Self { tokens, pairs }
    }
}

/// The pairs that belong to stored tokens, in the tokens' order.
fn pairs_of<'t>(tokens: impl Iterator<Item = &'t str> + Clone) -> BTreeSet<String> {
    let mut own = tokens.filter(|token| !token.starts_with('@'));
    let mut pairs = BTreeSet::new();
    while let Some(one) = own.next() {
        for other in own.clone() {
            let tail = head(other, PAIR_TAIL);
            for letters in 1..=PAIR_HEAD {
                pairs.insert(format!("{} {tail}", head(one, letters)));
            }
        }
    }
    pairs
}

/// What the stored pairs begin with for two words that match two tokens, the first word on the first side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) prefix: String,
    /// Whether the first word is in the pair whole, so that nothing is left to check.
    pub(crate) whole_head: bool,
    /// Whether the second word is.
    pub(crate) whole_tail: bool,
}

impl Pair {
    pub(crate) fn of(one: &str, other: &str) -> Self {
        let (head, tail) = (head(one, PAIR_HEAD), head(other, PAIR_TAIL));
        Self { prefix: format!("{head} {tail}"), whole_head: head == one, whole_tail: tail == other }
    }
}

fn own_tokens_of(name: &str, email: &str) -> BTreeSet<String> {
    let mut tokens = BTreeSet::new();
    let mut add = |token: &str| {
        if let Some(token) = bare(token) {
            tokens.insert(head(token, LONGEST_TOKEN).to_owned());
        }
    };
    for word in fold(name).split_whitespace().filter_map(bare).take(MOST_PARTS) {
        starts(word, &['-', '\'']).for_each(&mut add);
        word.split(['-', '\'']).take(MOST_PARTS).for_each(&mut add);
        add(&word.replace('\'', ""));
    }
    let address = address(email);
    let own = address.find('@').unwrap_or(address.len());
    starts(&address, &['.', '-', '_', '+']).filter(|start| address.len() - start.len() < own).for_each(&mut add);
    tokens
}

fn domains_of(email: &str) -> BTreeSet<String> {
    let address = address(email);
    let domain = address.split_once('@').map_or("", |(_, domain)| domain);
    let starts = starts(domain, &['.', '-']).filter_map(bare);
    starts.map(|start| head(start, LONGEST_TOKEN - 1).to_owned()).collect()
}

fn address(email: &str) -> String {
    fold(email).split_whitespace().collect()
}

/// A text from its beginning and from behind each separator.
fn starts<'t>(text: &'t str, separators: &'t [char]) -> impl Iterator<Item = &'t str> {
    std::iter::once(text)
        .chain(text.match_indices(separators).map(|(at, separator)| &text[at + separator.len()..]))
        .filter(|start| start.starts_with(|c: char| !separators.contains(&c) && c != '@'))
        .take(MOST_PARTS)
}

/// A word without brackets, quotes and the like around it; nothing when it is nothing else.
fn bare(word: &str) -> Option<&str> {
    let bare = word
        .trim_start_matches(|c: char| c.is_ascii_punctuation() || "«“„‚‹¡¿".contains(c))
        .trim_end_matches(|c: char| ",;:)>]}\"!?»”“‘›".contains(c));
    (!bare.is_empty()).then_some(bare)
}

/// The first so many characters.
fn head(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// One word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Word {
    /// Folded; begins none of the member's own tokens when it was typed with an `@` in front.
    pub(crate) text: String,
    /// Whether it was typed with an `@` in front: only domains are meant.
    pub(crate) domain_only: bool,
}

/// The words of what is typed. A member is found when each is the beginning of one of their tokens. Words that another
/// word begins with are left out, since they ask for nothing more.
pub(crate) fn words_of(typed: &str) -> Vec<Word> {
    let folded = fold(head(typed, MOST_WORDS * LONGEST_TOKEN));
    let mut words: Vec<Word> = Vec::new();
    for word in folded.split_whitespace() {
        let domain_only = word.starts_with('@');
        let Some(text) = bare(word) else { continue };
        let longest = if domain_only { LONGEST_TOKEN - 1 } else { LONGEST_TOKEN };
        let word = Word { text: head(text, longest).to_owned(), domain_only };
        if words.iter().any(|other| asks_for_no_more(&word, other)) {
            continue;
        }
        words.retain(|other| !asks_for_no_more(other, &word));
        words.push(word);
        if words.len() == MOST_WORDS {
            break;
        }
    }
    words
}

/// Whether everybody found by `more` is found by `less`.
fn asks_for_no_more(less: &Word, more: &Word) -> bool {
    more.text.starts_with(&less.text) && (!less.domain_only || more.domain_only)
}

/// The first text after all that begin with this one, in the order of bytes; `None` when there is none.
pub(crate) fn after(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // `char` steps over the surrogates, and the order of UTF-8's bytes is that of code points.
        if let Some(next) = (last..=char::MAX).nth(1) {
            text.push(next);
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_folded() {
        for (text, folded) in [
            ("Ångström", "angstrom"),
            ("Łukasz Żółć", "lukasz zolc"),
            ("Søren Æbelø", "soren aebelo"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("İstanbul Işık ılık", "istanbul isik ilik"),
            ("Đorđe", "dorde"),
            ("Œuvre", "oeuvre"),
            ("ﬁn", "fin"),
            ("Ὀδυσσεύς", "οδυσσευσ"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("Фёдор Чайковский", "федор чаиковскии"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
            ("王小明", "王小明"),
            ("がか", "か\u{3099}か"),
            ("O’Brien", "o'brien"),
            ("Jean‑Luc", "jean-luc"),
            ("a\u{200F}b\u{0}c\u{00AD}", "ab c"),
            ("Ｆｕｌｌ", "full"),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }

    #[test]
    fn a_member_has_tokens() {
        let tokens = |name, email| tokens_of(name, email).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(
            tokens("Anna Smith", "Anna.Smith@north-light.example"),
            "anna anna.smith@north-light.example example light.example north-light.example smith \
             smith@north-light.example"
        );
        assert_eq!(
            tokens("Jean-Luc O’Brien", "jlo@x.example"),
            "brien example jean jean-luc jlo@x.example luc o o'brien obrien x.example"
        );
        assert_eq!(tokens("(Bob) \"Bobby\" Ng,", "b_n+sales@x"), "b_n+sales@x bob bobby n+sales@x ng sales@x x");
        assert_eq!(tokens("王小明", "wang@x"), "wang@x x 王小明");
        assert_eq!(tokens("👩‍🚀", "no-address"), "address no-address 👩🚀");
        assert_eq!(tokens("", ""), "");
    }

    #[test]
    fn what_another_token_begins_with_is_not_stored() {
        let entries = Entries::of("Anna Smith", "anna.smith@north-light.example");
        assert_eq!(
            entries.tokens.iter().map(String::as_str).collect::<Vec<_>>(),
            [
                "@example",
                "@light.example",
                "@north-light.example",
                "anna.smith@north-light.example",
                "smith@north-light.example"
            ]
        );
        assert_eq!(
            entries.pairs.iter().map(String::as_str).collect::<Vec<_>>(),
            ["a smith@north-", "an smith@north-", "ann smith@north-"]
        );
    }

    #[test]
    fn what_is_typed_is_words() {
        let words = |typed| words_of(typed).into_iter().map(|word| word.text).collect::<Vec<_>>();
        assert_eq!(words("  Smith  ANNA "), ["smith", "anna"]);
        assert_eq!(words("smith@North o’brien jean-luc"), ["smith@north", "o'brien", "jean-luc"]);
        assert_eq!(words("Anna Smith <anna@x.example>,"), ["smith", "anna@x.example"]);
        assert_eq!(words("an anna ann"), ["anna"]);
        assert!(words(" - @ '").is_empty());
        assert!(words("").is_empty());
        assert_eq!(words(&"é".repeat(10_000)), ["e".repeat(LONGEST_TOKEN)]);
        assert_eq!(words_of("a1 b2 c3 d4 e5 f6 g7 h8 i9").len(), MOST_WORDS);
        assert!(words_of("@north")[0].domain_only);
    }

    #[test]
    fn the_first_text_after_a_prefix() {
        for (prefix, next) in [("a", Some("b")), ("az", Some("a{")), ("\u{D7FF}", Some("\u{E000}"))] {
            assert_eq!(after(prefix).as_deref(), next);
        }
        assert_eq!(after("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after("\u{10FFFF}"), None);
        assert_eq!(after(""), None);
    }

    /// Whether the stored entries answer for these words as the tokens do.
    fn stored_match(entries: &Entries, words: &[Word]) -> bool {
        words.iter().all(|word| {
            entries.tokens.iter().any(|token| {
                token
                    .strip_prefix('@')
                    .map_or(!word.domain_only && token.starts_with(&word.text), |domain| domain.starts_with(&word.text))
            })
        })
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn case_does_not_matter(text in "[a-zà-žА-я ]{0,20}") {
            prop_assert_eq!(fold(&text.to_uppercase()), fold(&text.to_lowercase()));
        }

        #[test]
        fn a_member_is_found_by_the_beginning_of_each_token(
            name in "\\PC{0,30}", local in "[a-z._+-]{1,12}", domain in "[a-z-]{1,8}\\.[a-z]{2,4}",
            which in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(),
        ) {
            let email = format!("{local}@{domain}");
            let tokens: Vec<String> = tokens_of(&name, &email).into_iter().collect();
            if !tokens.is_empty() {
                let token = &tokens[which.index(tokens.len())];
                let letters = cut.index(token.chars().count()) + 1;
                let words = words_of(head(token, letters));
                prop_assert!(stored_match(&Entries::of(&name, &email), &words), "{token:?} {words:?}");
            }
        }

        #[test]
        fn two_words_of_different_tokens_have_a_pair(
            one in "[a-c]{1,5}", other in "[a-c]{1,5}", name in "[a-c]{1,5} [a-c]{1,5}( [a-c]{1,4})?",
        ) {
            let entries = Entries::of(&name, "abc.ba@x");
            let own: Vec<&String> = entries.tokens.iter().filter(|token| !token.starts_with('@')).collect();
            let apart = !one.starts_with(&other) && !other.starts_with(&one);
            let both = own.iter().any(|t| t.starts_with(&one)) && own.iter().any(|t| t.starts_with(&other));
            if apart && both {
                let found = [Pair::of(&one, &other), Pair::of(&other, &one)]
                    .iter()
                    .any(|asked| entries.pairs.iter().any(|pair| pair.starts_with(&asked.prefix)));
                prop_assert!(found, "{one} {other} {entries:?}");
            }
        }

        #[test]
        fn exactly_what_begins_with_a_prefix_lies_before_its_end(prefix in "\\PC{1,4}", text in "\\PC{0,6}") {
            let inside = prefix <= text && after(&prefix).is_none_or(|end| text < end);
            prop_assert_eq!(inside, text.starts_with(&prefix));
        }
    }
}
