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

/// One line without anything that [`disturbs`]: for mail headers, logs and the like.
pub fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if disturbs(c) { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
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
    fn one_line_has_no_breaks() {
        assert_eq!(one_line("Ann\r\nBcc: all@example\u{2028}x\u{202E}y"), "Ann Bcc: all@example x y");
    }
}
