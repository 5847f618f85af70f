//! The reader of CSV files, with files nobody would think of: it never fails but with what to do, and loses nothing.
#![allow(clippy::unwrap_used, reason = "a test may break off")]

use domain::AppError;
use domain::account::AccountForm;
use proptest::prelude::*;
use services::account::Sheet;
use url::Url;

/// Quotes cells as every program that writes CSV does.
fn written(lines: &[Vec<String>], separator: char, line_end: &str) -> String {
    let cell = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |line: &Vec<String>| line.iter().map(cell).collect::<Vec<_>>().join(&separator.to_string());
    lines.iter().map(line).collect::<Vec<_>>().join(line_end)
}

/// A line as wide as the others, with something in it.
fn lines() -> impl Strategy<Value = Vec<Vec<String>>> {
    (2_usize..6).prop_flat_map(|width| {
        let cell = "[ -~éß漢\u{202E}\n\t,;\"]{0,12}";
        let line = prop::collection::vec(cell, width)
            .prop_filter("empty lines are passed over", |cells: &Vec<String>| {
                cells.iter().any(|cell| !cell.trim().is_empty())
            });
        prop::collection::vec(line, 1..20)
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_with_what_to_do(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        match Sheet::text_of(&bytes).and_then(Sheet::read) {
            Ok(sheet) => prop_assert!(!sheet.lines.is_empty()),
            Err(AppError::Invalid { problems }) => prop_assert!(problems.iter().all(|problem| problem.field == "file")),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn any_text_is_read_whole(text in "[a-c,;\t\"\r\n ]{0,200}") {
        let Ok(sheet) = Sheet::read(&text) else { return Ok(()) };
        // Every letter stands in a cell: only separators, quotes and line breaks may stand between.
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        let read: String = sheet.lines.iter().flat_map(|line| &line.cells).map(|cell| letters(cell)).collect();
        prop_assert_eq!(read, letters(&text));
        prop_assert!(sheet.lines.windows(2).all(|lines| lines[0].number < lines[1].number));
    }

    #[test]
    fn what_was_written_is_read_again(lines in lines(), separator in prop::sample::select(vec![',', ';', '\t']), crlf: bool) {
        let text = written(&lines, separator, if crlf { "\r\n" } else { "\n" });
        let read: Vec<Vec<String>> = Sheet::read(&text).unwrap().lines.into_iter().map(|line| line.cells).collect();
        prop_assert_eq!(&read, &lines);
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        prop_assert_eq!(Sheet::text_of(&marked).unwrap(), text.as_str());
    }

    #[test]
    fn an_address_that_is_kept_is_one_for_browsers_too(typed in "(https?://)?[a-z0-9.:@/?#\\\\%'\"<>\\[\\] -]{0,40}") {
        let form = AccountForm { label: "A".to_owned(), app: "B".to_owned(), login_url: typed, ..AccountForm::default() };
        let Ok(kept) = form.check() else { return Ok(()) };
        if !kept.login_url.is_empty() {
            let url = Url::parse(&kept.login_url);
            prop_assert!(url.is_ok(), "{}: {:?}", kept.login_url, url);
            let url = url.unwrap();
            prop_assert!(matches!(url.scheme(), "https" | "http"));
            prop_assert!(url.has_host() && url.username().is_empty() && url.password().is_none());
            prop_assert!(!kept.login_url.contains(['\'', '"', '<', '>', ' ']));
        }
    }
}
