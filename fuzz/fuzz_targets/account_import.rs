//! What people import: a CSV file of accounts, and addresses of people to invite, which are often copied out of one.
#![no_main]

mod seed;

use domain::account::{ImportColumns, ImportPreview, LONGEST_FILE, MOST_LINES};
use domain::credential::account_password;
use domain::invitation::{MOST_AT_ONCE, addresses};
use domain::text::{LONGEST_NAME, email};
use domain::{AppError, Problem};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use services::account::Sheet;
use std::collections::BTreeSet;

/// Files as programs write them, and as people do.
const SEEDS: &[&str] = &[
    "Label,App,Login URL,Username,Note\r\n\
     \"Our shop, Berlin\",Shopify,shop.example,ann,\"two\nlines \"\"quoted\"\"\"\r\n",
    "name,url,username,password,note\nBank,https://bank.example/login,ann,correct horse,\n",
    "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\n\
     ,,login,Shop,,,0,https://shop.example,ann,pass word,otpauth://totp/Shop:ann?secret=JBSWY3DPEHPK3PXP&digits=8\n",
    "Label;App\nA;B\na;b\n\n;;\nC;\"D\"\n",
    "Label\tApp\n=1+1\t@A\n'A\t-1\n",
    "\u{FEFF}Our shop,Shopify,shop.example,ann,,secret,JBSW Y3DP-EHPK 3PXP\n",
    "Label\nShop\n\u{10FFFF}\nBank\n",
    "Ann <ann@example.com>, ben@example.com; cora@example.com\ndan@example.com eve@example.com nobody",
];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seed::mutate(data, size, max_size, seed, SEEDS)
});

fuzz_target!(|data: &[u8]| {
    let text = match Sheet::text_of(data) {
        Ok(text) => text,
        Err(refused) => return check_refusal(&refused),
    };
    assert!(data.len() <= LONGEST_FILE && !text.contains('\0'));
    check_addresses(text);
    let sheet = match Sheet::read(text) {
        Ok(sheet) => sheet,
        Err(refused) => return check_refusal(&refused),
    };
    check_sheet(&sheet, text);
    let guessed = ImportColumns::guess(&sheet.lines[0].cells);
    check_columns(&guessed, sheet.lines[0].cells.len());
    for doubles in [false, true] {
        check_preview(&sheet, &ImportColumns { doubles, ..guessed.clone() });
        check_preview(&sheet, &ImportColumns { doubles, ..chosen(data.len(), &sheet) });
    }
});

/// A file is refused as a whole with a sentence that stands at its field.
fn check_refusal(refused: &AppError) {
    let AppError::Invalid { problems } = refused else { panic!("{refused:?}") };
    assert!(matches!(problems.as_slice(), [Problem { field, text }] if field == "file" && text.ends_with('.')));
}

fn check_sheet(sheet: &Sheet, text: &str) {
    assert!((1..=MOST_LINES + 1).contains(&sheet.lines.len()));
    assert!(sheet.lines.iter().all(|line| line.cells.len() <= 100));
    assert!(sheet.lines.iter().all(|line| line.cells.iter().any(|cell| !cell.trim().is_empty())));
    assert!(sheet.lines.is_sorted_by(|one, next| one.number < next.number));
    let last = sheet.lines.last().map_or(0, |line| line.number);
    let breaks = text.replace("\r\n", "\n").matches(['\n', '\r']).count() as u64;
    assert!((1..=breaks + 1).contains(&last), "line {last} of {}", breaks + 1);
    let letters: usize = sheet.lines.iter().flat_map(|line| &line.cells).map(String::len).sum();
    assert!(letters <= text.len(), "{letters} bytes out of {}", text.len());

    // Nothing at its end is passed over.
    if sheet.lines.len() <= MOST_LINES {
        let longer = Sheet::read(&format!("{text}\nthe end")).expect("what can be read can go on");
        let last = longer.lines.last().expect("there is a line more");
        assert_eq!((longer.lines.len(), last.cells.as_slice()), (sheet.lines.len() + 1, &["the end".to_owned()][..]));
    }

    // Written as our own exports are, every cell in quotes, it is the same sheet once more.
    let mut writer = csv::WriterBuilder::new();
    writer.flexible(true).quote_style(csv::QuoteStyle::Always).terminator(csv::Terminator::CRLF);
    let mut writer = writer.from_writer("\u{FEFF}".as_bytes().to_vec());
    for line in &sheet.lines {
        writer.write_record(&line.cells).expect("it is written to memory");
    }
    let written = String::from_utf8(writer.into_inner().expect("it is written to memory")).expect("it is text");
    let again = Sheet::read(&written).expect("what was written can be read");
    assert!(again.lines.iter().map(|line| &line.cells).eq(sheet.lines.iter().map(|line| &line.cells)), "{written:?}");
    let mut number = 1;
    for line in &again.lines {
        assert_eq!(line.number, number);
        number += 1 + line.cells.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
    }
}

fn check_columns(columns: &ImportColumns, width: usize) {
    let places = places(columns);
    let places: Vec<usize> = places.into_iter().flatten().collect();
    assert!(places.iter().all(|place| *place < width));
    assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), places.len(), "a column is one thing");
}

fn places(columns: &ImportColumns) -> [Option<usize>; 7] {
    let ImportColumns { label, app, login_url, username, note, password, one_time_code, .. } = *columns;
    [label, app, login_url, username, note, password, one_time_code]
}

/// Columns as somebody may choose them: of every place there is, and one that there is not.
fn chosen(number: usize, sheet: &Sheet) -> ImportColumns {
    let width = sheet.lines[0].cells.len() + 2;
    let place = |thing: usize| Some((number / thing + thing) % width).filter(|place| *place + 1 < width);
    ImportColumns {
        headings: number.is_multiple_of(2),
        label: place(1),
        app: place(2),
        login_url: place(3),
        username: place(4),
        note: place(5),
        password: place(6),
        one_time_code: place(7),
        doubles: false,
    }
}

fn check_preview(sheet: &Sheet, columns: &ImportColumns) {
    let ImportPreview { columns: names, chosen, ready, wrong, doubles } = sheet.preview(columns, []);
    assert_eq!(chosen, *columns);
    assert!(names.iter().all(|name| !name.is_empty() && name.chars().count() <= LONGEST_NAME + 20));
    if columns.check().is_err() {
        assert!(ready.is_empty() && wrong.is_empty() && doubles.is_empty());
        return;
    }
    // Each line of the file is told of, and none twice.
    let lines: BTreeSet<u64> = sheet.lines.iter().skip(usize::from(columns.headings)).map(|line| line.number).collect();
    let is_ready: BTreeSet<u64> = ready.iter().map(|line| line.line).collect();
    let is_wrong: BTreeSet<u64> = wrong.iter().map(|line| line.line).collect();
    let is_double: BTreeSet<u64> = doubles.iter().map(|line| line.line).collect();
    assert_eq!((is_ready.len(), is_wrong.len(), is_double.len()), (ready.len(), wrong.len(), doubles.len()));
    assert!(is_ready.is_disjoint(&is_wrong) && is_wrong.is_disjoint(&is_double));
    assert!(if columns.doubles { is_double.is_subset(&is_ready) } else { is_double.is_disjoint(&is_ready) });
    assert_eq!([&is_ready, &is_wrong, &is_double].into_iter().flatten().copied().collect::<BTreeSet<_>>(), lines);

    for line in wrong.iter().chain(&doubles) {
        assert!(!line.problems.is_empty() && line.problems.iter().all(|problem| problem.ends_with('.')), "{line:?}");
        assert!(line.label.chars().count() <= LONGEST_NAME && !line.label.contains(char::is_control), "{line:?}");
    }
    // What is ready could be typed into the form for one account as it is.
    for line in &ready {
        assert_eq!(line.account.check().as_ref(), Ok(&line.account));
        assert!(line.secrets.password.is_empty() || account_password(&line.secrets.password).is_ok());
    }
}

/// Each piece is an address that could be typed alone, or is repeated to the reader in a few words.
fn check_addresses(text: &str) {
    let found = match addresses("emails", text) {
        Ok(found) => found.0,
        Err(problem) => return assert!(problem.field == "emails" && problem.text.ends_with('.')),
    };
    assert!((1..=MOST_AT_ONCE).contains(&found.len()));
    let read: Vec<_> = found.iter().flatten().collect();
    for address in &read {
        assert_eq!(email("emails", address).as_ref(), Ok(*address));
    }
    for refused in found.iter().filter_map(|found| found.as_ref().err()) {
        assert!(refused.chars().count() <= 80 && !refused.contains(char::is_control), "{refused:?}");
        assert!(!refused.is_empty(), "nobody can tell what was refused");
    }
    if !read.is_empty() {
        let written = read.iter().map(|address| address.as_str()).collect::<Vec<_>>().join("; ");
        let again = addresses("emails", &written).expect("they were read before").0;
        assert!(again.iter().flatten().eq(read), "{written:?}");
    }
}
