//! The Activity page among millions of events, narrowed down in every way, and its table as a file.

use super::http::{Connection, get, post};
use super::load::{Load, Outcome};
use super::report::Report;
use super::server::{Database, Kind, Server};
use super::{ADMIN, Bench, COLLABORATOR, MANAGER, OWNER, SECOND_OWNER};
use anyhow::{Context, Result, ensure};
use std::time::Instant;

/// How often the beginning of a table is downloaded.
const DOWNLOADS: usize = 20;
/// The first thousand rows of it.
const ROWS: usize = 1_000;

/// A page: what it is called, who asks for it, and what stands in the address behind /activity.
const PAGES: [(&str, &str, &str); 17] = [
    ("an Admin", ADMIN, ""),
    ("an Admin, far behind", ADMIN, "?after=MIDDLE"),
    ("a guest's Admin", "director@northlight.example", ""),
    ("a User who owns the accounts", SECOND_OWNER, ""),
    ("a User who owns the accounts, far behind", SECOND_OWNER, "?after=MIDDLE"),
    ("a User who owns none", MANAGER, ""),
    ("a stretch of time", ADMIN, "?from=FROM&to=TO"),
    ("an event", ADMIN, "?event=password_shown"),
    ("an event that never happened", ADMIN, "?event=password_removed"),
    ("the same, a User who owns the accounts", SECOND_OWNER, "?event=password_removed"),
    ("an account", ADMIN, "?account=web+shop"),
    ("an account, an event that never happened", ADMIN, "?account=web+shop&event=password_removed"),
    ("an app", ADMIN, "?app=stallholder"),
    ("a member", ADMIN, "?member=ben+okafor"),
    ("a member, an event that never happened", ADMIN, "?member=ben+okafor&event=password_removed"),
    ("a member who has done nothing", ADMIN, "?member=ann+s%C3%B8rensen"),
    ("an account, a member who has done nothing", ADMIN, "?account=web+shop&member=ann+s%C3%B8rensen"),
];
/// Who looks at the Activity tab of an account.
const TABS: [(&str, &str); 3] =
    [("its owner", OWNER), ("an account manager", MANAGER), ("a collaborator", COLLABORATOR)];

impl Bench {
    /// Pages among so many events.
    pub(super) fn activity(&self, kind: Kind, events: u32, report: &mut Report) -> Result<()> {
        let database = Database::demo(kind, &[("accounts", 24), ("members", 3_000), ("events", events)])?;
        let server = Server::start(&database)?;
        report.title(&format!("Activity, {events} events, {}", kind.name()));
        report.number("memory at rest", server.memory()?, "MB", "40", "25");
        let (admin, middle) = (server.sign_in_as(ADMIN)?, events / 2);
        let [from, to] = [middle - 500, middle].map(|after| minute(&server, &admin, after));
        let words = [("MIDDLE", middle.to_string()), ("FROM", from?), ("TO", to?)];
        for (name, email, narrowed) in PAGES {
            let narrowed = words.iter().fold(narrowed.to_owned(), |text, (word, value)| text.replace(word, value));
            self.page_of(&server, name, email, &format!("/activity{narrowed}"), report)?;
        }
        for (name, email) in TABS {
            let account = server.accounts(&server.sign_in_as(email)?)?.into_iter().next().context("no account")?;
            let path = format!("/accounts/{account}/activity");
            self.page_of(&server, &format!("the tab of an account, {name}"), email, &path, report)?;
        }
        table(&server, &admin, report)?;
        report.number("memory after that load", server.memory()?, "MB", "", "");
        Ok(())
    }

    fn page_of(&self, server: &Server, name: &str, email: &str, path: &str, report: &mut Report) -> Result<()> {
        let page = get(path, &server.sign_in_as(email)?);
        let first = Instant::now();
        let text = server.ask(&page)?;
        let first = first.elapsed().as_secs_f64() * 1e3;
        let rows = text.matches("<tr").count().saturating_sub(1);
        let load = Load { address: server.address, connections: 1, lasting: self.lasting, rate: None };
        let outcome = load.put(|_, _| Some(page.clone()))?;
        report.rate(&format!("{name}: {rows} rows, at first {first:.0} ms"), &outcome, "", "");
        Ok(())
    }
}

/// When something happened, as the filter reads it.
fn minute(server: &Server, admin: &str, after: u32) -> Result<String> {
    let list = server.json(&post("/api/activity/list", admin, &[("filter[after]", &after.to_string())]))?;
    let at = list["rows"][0]["at"].as_str().and_then(|at| at.get(..16)).context("an event without a time")?;
    Ok(at.replace('T', "+"))
}

/// The beginning of the whole table as a file.
fn table(server: &Server, admin: &str, report: &mut Report) -> Result<()> {
    let (mut first, mut rows) = (Vec::new(), Vec::new());
    for _ in 0..DOWNLOADS {
        let (asked, mut read) = (Instant::now(), 0);
        let answer = Connection::open(server.address)?.follow(&post("/activity/export", admin, &[]), |piece| {
            if read == 0 {
                first.push(asked.elapsed());
            }
            read += piece.iter().filter(|byte| **byte == b'\n').count();
            Ok(read <= ROWS)
        })?;
        ensure!(answer.status == 200, "the table was answered {}", answer.status);
        rows.push(asked.elapsed());
    }
    for (what, mut times) in [("its first byte", first), ("its first thousand rows", rows)] {
        times.sort_unstable();
        let outcome = Outcome { per_second: 1.0 / times[times.len() / 2].as_secs_f64(), times };
        report.rate(&format!("the table as a file, {what}"), &outcome, "", "");
    }
    Ok(())
}
