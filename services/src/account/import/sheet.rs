//! A CSV file as lines of cells.

use domain::account::{LONGEST_FILE, MOST_LINES};
use domain::text::thousands;
use domain::{AppError, Problem};

/// Columns that a file may have.
const MOST_COLUMNS: usize = 100;
/// What stands between cells: by the standard (RFC 4180), in spreadsheets of countries with a decimal comma, and in what is
/// copied out of a spreadsheet.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Stands behind what is read. Unicode keeps it free for use inside a program (Unicode Standard, 23.7).
const END: char = '\u{10FFFF}';

/// The lines of a file that have anything in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The lines, in order.
    pub lines: Vec<Line>,
}

/// A line with its cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its place in the file, from 1. A cell with line breaks in it goes on over several.
    pub number: u64,
    /// The cells.
    pub cells: Vec<String>,
}

impl Sheet {
    /// Text as it was uploaded: UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `file`, for what is too long, or is not such text.
    pub fn text_of(bytes: &[u8]) -> Result<&str, AppError> {
        let refused = |text: String| Err(vec![Problem::new("file", text)].into());
        if bytes.len() > LONGEST_FILE {
            return refused(
                "The file is larger than 1 MB. Split it into several, and import one after the other.".to_owned(),
            );
        }
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            return refused(format!("The file is written in UTF-16. {SAVE_AS_UTF_8}"));
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return refused(format!("This is a spreadsheet or an archive, and no CSV file. {SAVE_AS_UTF_8}"));
        }
        let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains('\0') => refused(format!("This is no text file. {SAVE_AS_UTF_8}")),
            Ok(text) => Ok(text),
            Err(error) => {
                let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
                let line = thousands(line);
                refused(format!("Line {line} has letters that are not written in UTF-8. {SAVE_AS_UTF_8}"))
            }
        }
    }

    /// Reads the cells of a text.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `file`, when it has no line, or too many, or cannot be taken apart.
    pub fn read(text: &str) -> Result<Self, AppError> {
        let refused = |text: &str| Err(vec![Problem::new("file", text)].into());
        let mut text = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
        if let Some(place) = text.find(END) {
            let line = thousands(text[..place].matches('\n').count() + 1);
            return refused(&format!("Line {line} has a sign that is no letter (U+10FFFF). Take it away."));
        }
        let separator = separator(&text);
        // On a line of its own, unless a quotation mark before it was never closed.
        text.push('\n');
        text.push(END);
        let mut lines = Vec::new();
        let (mut read, mut number) = (0, 1);
        for record in reader(&text, separator).into_records() {
            let Ok(record) = record else { return refused("The file cannot be read as CSV. Export it once more.") };
            // Where the reader began with it, before empty lines that it has passed over.
            let began = record.position().map_or(read, |position| usize::try_from(position.byte()).unwrap_or(read));
            let begins = began + text.as_bytes()[began..].iter().take_while(|byte| **byte == b'\n').count();
            number += text.as_bytes()[read..begins].iter().filter(|byte| **byte == b'\n').count() as u64;
            read = begins;
            if record.iter().next_back().is_some_and(|cell| cell.ends_with(END)) {
                if record.iter().eq([END.encode_utf8(&mut [0; 4])]) {
                    break;
                }
                return refused(&format!(
                    "A quotation mark is opened in line {}, and never closed. Close it, or take it away.",
                    thousands(usize::try_from(number).unwrap_or(usize::MAX))
                ));
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if record.len() > MOST_COLUMNS {
                return refused("The file has more than 100 columns. Leave out those that are not needed.");
            }
            // One more for names of columns.
            if lines.len() > MOST_LINES {
                let text = format!(
                    "The file has more than {} lines. Split it into several, and import one after the other.",
                    thousands(MOST_LINES)
                );
                return refused(&text);
            }
            lines.push(Line { number, cells: record.iter().map(str::to_owned).collect() });
        }
        if lines.is_empty() {
            refused("The file is empty. Choose one with an account on each line.")
        } else {
            Ok(Self { lines })
        }
    }
}

const SAVE_AS_UTF_8: &str = "Open it in a spreadsheet, and save it as “CSV UTF-8”.";

/// The sign that parts the first line into most cells, not counting what stands in quotes: the first such, where none
/// parts it.
fn separator(text: &str) -> u8 {
    let mut found = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in text.trim_start_matches('\n').bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(place) = SEPARATORS.iter().position(|separator| *separator == byte) {
                    found[place] += 1;
                }
            }
        }
    }
    let most = (0..SEPARATORS.len()).rev().max_by_key(|place| found[*place]).unwrap_or_default();
    SEPARATORS[most]
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        Sheet::read(text).unwrap().lines.into_iter().map(|line| line.cells).collect()
    }

    fn problem(error: &AppError) -> String {
        error.problem_with("file").unwrap().to_owned()
    }

    #[test]
    fn quotes_keep_separators_line_breaks_and_quotes() {
        let text = "Label,Note\r\n\"Our shop, Berlin\",\"First line\nsecond \"\"line\"\"\"\r\n\r\nLast,\r\n";
        assert_eq!(
            cells(text),
            [vec!["Label", "Note"], vec!["Our shop, Berlin", "First line\nsecond \"line\""], vec!["Last", ""]]
        );
        let numbers: Vec<u64> = Sheet::read(text).unwrap().lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 2, 5]);
    }

    #[test]
    fn the_separator_is_the_one_that_parts_the_first_line() {
        for text in ["a,b,c\n1,2,3", "a;b;c\n1;2;3", "a\tb\tc\n1\t2\t3"] {
            assert_eq!(cells(text)[1], ["1", "2", "3"], "{text:?}");
        }
        assert_eq!(cells("\"a, b\";c\n1;2")[1], ["1", "2"]);
        assert_eq!(cells("only one\nand another"), [["only one"], ["and another"]]);
    }

    #[test]
    fn a_byte_order_mark_is_no_letter() {
        let text = Sheet::text_of(b"\xEF\xBB\xBFLabel\nA").unwrap();
        assert_eq!(cells(text)[0], ["Label"]);
        assert_eq!(cells("\u{FEFF}Label\nA")[0], ["Label"]);
    }

    #[test]
    fn what_is_no_such_text_is_refused_with_what_to_do() {
        for (bytes, told) in [
            (&b"\xFF\xFEL\0a\0"[..], "UTF-16"),
            (b"PK\x03\x04rest", "no CSV file"),
            (b"Label\nCaf\xE9", "Line 2 has letters"),
            (b"a\0b", "no text file"),
        ] {
            let refused = problem(&Sheet::text_of(bytes).unwrap_err());
            assert!(refused.contains(told) && refused.ends_with("save it as “CSV UTF-8”."), "{refused}");
        }
        assert!(problem(&Sheet::text_of(&vec![b'a'; LONGEST_FILE + 1]).unwrap_err()).contains("larger than 1 MB"));
        for empty in ["", "\n\n", " , ,\n", "\u{FEFF}"] {
            assert!(problem(&Sheet::read(empty).unwrap_err()).contains("empty"), "{empty:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_is_told_with_its_line() {
        let open = "Label,Note\nShop,\"fine\"\n\nBank,\"open\nMail,\nFax,\n";
        let told = "A quotation mark is opened in line 4, and never closed. Close it, or take it away.";
        assert_eq!(problem(&Sheet::read(open).unwrap_err()), told);
        assert!(problem(&Sheet::read("\"Label").unwrap_err()).contains("line 1"));
        // Inside a cell without quotes it is a letter like another.
        assert_eq!(cells("Label\n19\" rack\n"), [["Label"], ["19\" rack"]]);
    }

    #[test]
    fn no_line_is_taken_for_the_end() {
        for text in ["Label\nShop\n\u{10FFFF}\nBank\n", "Label\nShop\n\"Bank \u{10FFFF}\"\n"] {
            let refused = problem(&Sheet::read(text).unwrap_err());
            assert_eq!(refused, "Line 3 has a sign that is no letter (U+10FFFF). Take it away.");
        }
    }

    #[test]
    fn a_file_has_so_many_lines_and_no_more() {
        let lines = |count: usize| format!("Label\n{}", "A\n".repeat(count));
        assert_eq!(Sheet::read(&lines(MOST_LINES)).unwrap().lines.len(), MOST_LINES + 1);
        assert!(problem(&Sheet::read(&lines(MOST_LINES + 1)).unwrap_err()).contains("more than 2,000 lines"));
        assert!(
            problem(&Sheet::read(&",".repeat(MOST_COLUMNS + 1).replace(',', "a,")).unwrap_err()).contains("columns")
        );
    }
}
