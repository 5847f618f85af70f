//! Mail as `.eml` files in a folder, for development: any mail program opens them, and `/dev/mail` shows them.

use super::message::Sender;
use super::{Cause, Message, Outcome};
use chrono::DateTime;
use domain::Moment;
use mailparse::{MailHeaderMap, ParsedMail};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The newest so many are listed.
const MOST_LISTED: usize = 200;

/// A mail found in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderMail {
    /// The file's name, such as `20261123T100000.000000Z-0192….eml`.
    pub file: String,
    /// The subject.
    pub subject: String,
    /// The sender, as written in the header.
    pub from: String,
    /// The recipient, as written in the header.
    pub to: String,
    /// When it was written.
    pub date: Option<Moment>,
    /// The plain text part; empty when there is none.
    pub text: String,
    /// The HTML part; empty when there is none. Made of what people typed: show it sandboxed.
    pub html: String,
}

/// The mails in the folder, newest first. A folder that is not there has none; a file that is no mail is passed over.
/// Reads files: not for asynchronous threads.
pub fn list(folder: &Path) -> Vec<FolderMail> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).filter(|file| is_ours(file)).collect();
    // A name begins with the time.
    files.sort_unstable_by(|a, b| b.cmp(a));
    files.iter().take(MOST_LISTED).filter_map(|file| read(folder, file)).collect()
}

/// One mail by its file name. `None` for whatever is not a mail lying in this very folder.
pub fn read(folder: &Path, file: &str) -> Option<FolderMail> {
    if !is_ours(file) {
        return None;
    }
    let path = folder.join(file);
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    let mail = mailparse::parse_mail(&bytes).ok()?;
    let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
    Some(FolderMail {
        file: file.to_owned(),
        subject: header("Subject"),
        from: header("From"),
        to: header("To"),
        date: DateTime::parse_from_rfc2822(&header("Date")).ok().map(|date| date.to_utc()),
        text: part(&mail, "text/plain"),
        html: part(&mail, "text/html"),
    })
}

/// A name that [`write`] gives: letters, digits, `.` and `-` only, so that it names no other folder.
fn is_ours(file: &str) -> bool {
    file.len() <= 100
        && file.ends_with(".eml")
        && file.starts_with(|c: char| c.is_ascii_alphanumeric())
        && file.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
}

fn part(mail: &ParsedMail<'_>, kind: &str) -> String {
    let part = mail.parts().find(|part| part.ctype.mimetype == kind);
    part.and_then(|part| part.get_body().ok()).unwrap_or_default()
}

/// Writes one mail. The name is made of the row, so the same mail written again is the same file.
pub(super) async fn write(folder: &Path, message: &Message, sender: &Sender) -> Outcome {
    let mime = match message.mime(sender) {
        Ok(mime) => mime.formatted(),
        Err(cause) => return Outcome::Never { cause },
    };
    let file = format!("{}-{}.eml", message.written_at.format("%Y%m%dT%H%M%S%.6fZ"), message.id);
    let folder = PathBuf::from(folder);
    let written = tokio::task::spawn_blocking(move || write_whole(&folder, &file, &mime)).await;
    match written.map_err(io::Error::other).and_then(|written| written) {
        Ok(()) => Outcome::Sent,
        Err(error) => {
            let cause = Cause::new(format!("the mail folder cannot be written: {error}")).for_operator(true);
            Outcome::Later { after: None, cause }
        }
    }
}

/// The file appears whole or not at all, and is on the disk when this returns.
fn write_whole(folder: &Path, file: &str, bytes: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!("{file}.part"));
    let mut handle = std::fs::File::create(&unfinished)?;
    handle.write_all(bytes)?;
    handle.sync_all()?;
    std::fs::rename(&unfinished, folder.join(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::OutboxEmailId;

    fn sender() -> Sender {
        Sender { from: "Latchkey <latchkey@example.com>".parse().expect("a mailbox"), host: "localhost".to_owned() }
    }

    fn message(number: u128, minute: u32) -> Message {
        Message {
            id: OutboxEmailId(uuid::Uuid::from_u128(number)),
            to_name: "Zoë Ægir".to_owned(),
            to_address: "zoe@example.com".to_owned(),
            subject: format!("Zugang für „Café“ №{number}"),
            text: "Hallo Zoë,\nein Grund: 👩‍🚀".to_owned(),
            html: "<p>Hallo Zoë &amp; alle</p>".to_owned(),
            written_at: format!("2026-11-23T10:{minute:02}:00.000001Z").parse().expect("a time"),
        }
    }

    #[tokio::test]
    async fn what_was_written_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mail");
        assert_eq!(list(&path), []);
        for (number, minute) in [(1, 5), (2, 30), (3, 10)] {
            assert_eq!(write(&path, &message(number, minute), &sender()).await, Outcome::Sent);
        }
        // The same row again is the same file.
        assert_eq!(write(&path, &message(2, 30), &sender()).await, Outcome::Sent);
        std::fs::write(path.join("notes.txt"), "no mail").expect("a file");

        let mails = list(&path);
        let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, ["Zugang für „Café“ №2", "Zugang für „Café“ №3", "Zugang für „Café“ №1"]);
        let newest = read(&path, &mails[0].file).expect("it is there");
        assert_eq!(newest, mails[0]);
        assert_eq!(newest.file, "20261123T103000.000001Z-00000000-0000-0000-0000-000000000002.eml");
        assert_eq!(newest.to, "Zoë Ægir <zoe@example.com>");
        assert_eq!(newest.from, "Latchkey <latchkey@example.com>");
        assert_eq!(newest.text.replace("\r\n", "\n").trim_end(), "Hallo Zoë,\nein Grund: 👩‍🚀");
        assert_eq!(newest.html.trim_end(), "<p>Hallo Zoë &amp; alle</p>");
        assert_eq!(newest.date.map(|date| date.to_rfc3339()), Some("2026-11-23T10:30:00+00:00".to_owned()));
    }

    #[tokio::test]
    async fn nothing_outside_the_folder_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mail");
        write(&path, &message(1, 1), &sender()).await;
        std::fs::write(folder.path().join("secret.eml"), "Subject: secret\n\nsecret").expect("a file");
        std::fs::create_dir(path.join("folder.eml")).expect("a folder");
        for file in
            ["../secret.eml", "..", "", "/etc/passwd", "x/../../secret.eml", "..\\secret.eml", "folder.eml", "a\0.eml"]
        {
            assert_eq!(read(&path, file), None, "{file:?}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.path().join("secret.eml"), path.join("link.eml")).expect("a link");
            assert_eq!(read(&path, "link.eml"), None);
        }
        assert_eq!(list(&path).len(), 1);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_keeps_the_mail_waiting() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("a file");
        let outcome = write(&file.join("mail"), &message(1, 1), &sender()).await;
        assert!(matches!(outcome, Outcome::Later { cause, .. } if cause.for_operator));
    }
}
