//! What people type: what is accepted, and how it is folded for search.

use crate::Problem;

/// Characters a reason or a note may have.
pub const LONGEST_REASON: usize = 1_000;

/// A text of several lines that may be empty, such as a reason or a note: trimmed, line breaks as `\n`.
///
/// # Errors
///
/// A [`Problem`] on `field` when it is longer than [`LONGEST_REASON`] characters, or has characters that are not shown
/// and change how the rest is shown (control characters, and the explicit bidirectional formatting characters of
/// Unicode Standard Annex 9). Right-to-left text and its marks are accepted.
pub fn prose(field: &'static str, name: &str, typed: &str) -> Result<String, Problem> {
    let text = typed.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    let length = text.chars().count();
    if length > LONGEST_REASON {
        let length = thousands(length);
        return Err(Problem::new(field, format!("The {name} has {length} characters. Shorten it to at most 1,000.")));
    }
    if text.chars().any(|c| c != '\n' && c != '\t' && disturbs(c)) {
        return Err(Problem::new(
            field,
            format!("The {name} has invisible control characters. Type it again, or paste it as plain text."),
        ));
    }
    Ok(text.to_owned())
}

/// Whether a character is invisible and changes how others are shown.
pub fn disturbs(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Characters that the name of a person, a company or an account may have.
pub const LONGEST_NAME: usize = 100;

/// Bytes that an email address may have (RFC 5321, 4.5.3.1.3, without the angle brackets).
pub const LONGEST_EMAIL: usize = 254;

/// The name of a person, a company or an account: one line, trimmed, inner spaces single. `what` names it in a sentence:
/// "the label".
///
/// # Errors
///
/// A [`Problem`] on `field` when it is empty, longer than [`LONGEST_NAME`] characters, or has characters that are not seen
/// (control characters, direction marks and zero-width spaces: with them two names can look alike).
pub fn name(field: &'static str, what: &str, typed: &str) -> Result<String, Problem> {
    let text = optional_line(field, what, typed)?;
    if text.is_empty() { Err(Problem::new(field, format!("Enter {what}."))) } else { Ok(text) }
}

/// The same, where it may be left empty.
///
/// # Errors
///
/// As [`name`], but not for being empty.
pub fn optional_line(field: &'static str, what: &str, typed: &str) -> Result<String, Problem> {
    if typed.trim().chars().any(|c| disturbs(c) || is_unseen(c)) {
        return Err(Problem::new(
            field,
            format!("Type {what} again: what was entered has invisible characters, which a paste can bring along."),
        ));
    }
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = text.chars().count();
    if length > LONGEST_NAME {
        return Err(Problem::new(field, format!("Shorten {what} to at most {LONGEST_NAME} characters.")));
    }
    Ok(text)
}

/// Whether a character is not seen by itself, and is none that words of any script need: direction marks, the zero-width
/// space, the byte order mark, the soft hyphen, the Hangul fillers. The two joiners are needed, and stay.
pub fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
    )
}

/// An email address as it was typed, trimmed. Only what makes mail impossible is refused: whether an address is somebody's
/// is known when a mail to it was answered.
///
/// # Errors
///
/// A [`Problem`] on `field`.
pub fn email(field: &'static str, typed: &str) -> Result<String, Problem> {
    let address = typed.trim();
    let ask = |text: &str| Err(Problem::new(field, text.to_owned()));
    if address.is_empty() {
        return ask("Enter an email address.");
    }
    if address.len() > LONGEST_EMAIL {
        return ask("Shorten the email address: none has more than 254 characters.");
    }
    let plain =
        |c: char| !c.is_whitespace() && !disturbs(c) && !is_unseen(c) && !matches!(c, '<' | '>' | ',' | ';' | '"');
    let parts = address.rsplit_once('@').filter(|(local, domain)| {
        !local.is_empty()
            && !local.contains('@')
            && domain.split('.').all(|label| !label.is_empty())
            && address.chars().all(plain)
    });
    if parts.is_none() { ask("Enter an email address, such as ann@example.com.") } else { Ok(address.to_owned()) }
}

/// Characters that a new password has at least.
pub const SHORTEST_PASSWORD: usize = 12;

/// Bytes that a password has at most: hashing a longer one would cost more, and protect nobody better.
pub const LONGEST_PASSWORD: usize = 1_024;

/// A password that somebody chooses. Its length is what counts; nothing is asked of its characters (NIST SP 800-63B-4,
/// 3.1.1.2), but that they are not a handful, nor the person's own name or address, nor this program's.
///
/// # Errors
///
/// A [`Problem`] on `field`. It never repeats the password.
pub fn new_password(field: &'static str, typed: &str, name: &str, email: &str) -> Result<(), Problem> {
    let ask = |text: &str| Err(Problem::new(field, text.to_owned()));
    if typed.is_empty() {
        return ask("Enter a new password.");
    }
    if typed.chars().count() < SHORTEST_PASSWORD {
        return ask(
            "Choose a longer password: at least 12 characters, such as four words that do not belong together.",
        );
    }
    if typed.len() > LONGEST_PASSWORD {
        return ask("Choose a shorter password: at most 1,024 letters.");
    }
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let folded = plain(typed);
    let local = email.split('@').next().unwrap_or_default();
    let own = [name, email, local, "latchkey", "password"].map(plain);
    // What is left when the known words are taken out has to be something.
    let rest =
        own.iter().filter(|word| word.chars().count() > 3).fold(folded, |rest, word| rest.replace(word.as_str(), ""));
    let different = |text: &str| text.chars().collect::<std::collections::BTreeSet<_>>().len();
    if different(typed) < 5 || different(&rest) < 4 || in_a_row(&rest) {
        return ask(
            "Choose a password that is harder to guess: not a few characters again and again, nor your own name.",
        );
    }
    Ok(())
}

/// Whether each character is the next one after the one before, as in "12345678" and "abcdef".
fn in_a_row(text: &str) -> bool {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    let follows = |pair: &[u32]| pair[1] == pair[0] + 1 || (pair[0] == u32::from('9') && pair[1] == u32::from('0'));
    codes.len() > 2 && codes.windows(2).all(follows)
}

/// One line without anything that [`disturbs`]: for mail headers, logs and the like.
pub fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if disturbs(c) { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text for a cell of comma-separated values that a spreadsheet does not take for a formula: an apostrophe before what
/// would begin one (OWASP, CSV Injection).
pub fn harmless_cell(text: &str) -> String {
    if text.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n'])
    {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A number as people read it: 120,000.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_groups_of_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn prose_is_trimmed_and_kept() {
        assert_eq!(prose("reason", "reason", "  a\r\nb\rc  ").as_deref(), Ok("a\nb\nc"));
        assert_eq!(prose("reason", "reason", "<b>שלום</b> 👩‍🚀\u{200F}").as_deref(), Ok("<b>שלום</b> 👩‍🚀\u{200F}"));
    }

    #[test]
    fn a_reason_of_one_thousand_letters_passes_and_one_more_does_not() {
        assert!(prose("reason", "reason", &"é".repeat(1_000)).is_ok());
        let problem = prose("reason", "reason", &"é".repeat(1_001)).expect_err("too long");
        assert_eq!(problem.text, "The reason has 1,001 characters. Shorten it to at most 1,000.");
    }

    #[test]
    fn characters_that_disturb_are_refused() {
        for disturbing in ["a\u{0}b", "a\u{1b}[31mb", "a\u{202E}b", "a\u{2066}b", "a\u{85}b"] {
            assert!(prose("reason", "reason", disturbing).is_err(), "{disturbing:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_that_looks_like_no_other() {
        assert_eq!(name("name", "your name", "  Ann \u{a0} Sørensen\u{200D} ").as_deref(), Ok("Ann Sørensen\u{200D}"));
        assert_eq!(name("name", "your name", " ").expect_err("empty").text, "Enter your name.");
        assert!(name("name", "your name", &"é".repeat(100)).is_ok());
        assert!(name("name", "your name", &"é".repeat(101)).is_err());
        for unseen in ["A\nnn", "A\u{200B}nn", "\u{200F}Ann", "A\u{202E}nn", "\u{3164}", "A\u{0}"] {
            assert!(name("name", "your name", unseen).is_err(), "{unseen:?}");
        }
    }

    #[test]
    fn an_address_is_one_that_mail_can_go_to() {
        for good in ["ann@example.com", " ann+tag@sub.example.com ", "o'brien@example", "用户@例子.example"] {
            assert_eq!(email("email", good).as_deref(), Ok(good.trim()));
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "a nn@example.com",
            "ann@exa..mple",
            "a@b@c",
            "<ann@example.com>",
            "ann@example.com,ben@example.com",
            "ann@example.com\r\nbcc: x",
            long.as_str(),
        ] {
            assert!(email("email", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_password_is_long_and_not_easily_guessed() {
        let check = |typed: &str| new_password("password", typed, "Ann Sørensen", "ann.soerensen@example.com");
        for good in ["correct horse battery", "äöü äöü 12 xyz", "tr0ub4dor&3 tr0", "nnA-nesneres-92"] {
            assert!(check(good).is_ok(), "{good}");
        }
        let long = "0123456789 abc ".repeat(70);
        for bad in [
            "",
            "short",
            "eleven char",
            "aaaaaaaaaaaaaaaa",
            "abababababab",
            "123456789012",
            "abcdefghijklmn",
            "Ann Sørensen",
            "ann.soerensen@example.com",
            "annsoerensen1",
            "passwordpassword",
            "Latchkey-Password-1",
            long.as_str(),
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("Ann", "Ann"),
            ("a=b", "a=b"),
            ("=1+1", "'=1+1"),
            (" +49 1", "' +49 1"),
            ("-x", "'-x"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("＝1", "'＝1"),
        ] {
            assert_eq!(harmless_cell(text), cell);
        }
    }

    #[test]
    fn one_line_has_no_breaks() {
        assert_eq!(one_line("Ann\r\nBcc: all@example\u{2028}x\u{202E}y"), "Ann Bcc: all@example x y");
    }
}
