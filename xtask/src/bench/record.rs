//! The record of activity: downloaded, and verified.

use super::http::{Connection, post};
use super::report::Report;
use super::server::{ALL_CORES, Database, Kind, Server, measured};
use super::{ADMIN, Bench};
use anyhow::{Context, Result, ensure};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

impl Bench {
    /// Downloads and verifies a record of so many events.
    pub(super) fn record(&self, kind: Kind, events: u32, report: &mut Report) -> Result<()> {
        let database = Database::demo(kind, &[("accounts", 24), ("members", 3_000), ("events", events)])?;
        report.title(&format!("The record of {events} events, {}", kind.name()));
        let export = database.folder.join("record.jsonl");
        {
            let server = Server::start(&database)?;
            report.number("memory at rest", server.memory()?, "MB", "40", "25");
            download(&server, "/activity/export", &database.folder.join("activity.csv"), "CSV", report)?;
            download(&server, "/activity/record", &export, "record", report)?;
            report.number("memory afterwards", server.memory()?, "MB", "", "");
        }
        let export = export.to_str().context("the folder's path is no text")?;
        for (what, arguments) in [("database", &[][..]), ("export", &["--export", export])] {
            let found = database.folder.join("found.json");
            let mut command = database.latchkey(ALL_CORES, &["verify-activity", "--json"]);
            command.args(arguments).stdout(Stdio::from(File::create(&found)?));
            let (took, peak) = measured(&mut command).with_context(|| format!("the {what} is not as it was sealed"))?;
            let found: serde_json::Value = serde_json::from_reader(File::open(&found)?)?;
            let verified = found["events"].as_f64().context("how many events were verified?")?;
            let seconds = took.as_secs_f64();
            report.number(&format!("{what} of {verified} events verified"), seconds, "s", "", "");
            report.number("… for a million", seconds * 1e6 / verified, "s", "5", "");
            report.number("… events a second", verified / seconds, "/s", "", "");
            report.number("… memory at most", peak, "MB", "", "");
        }
        Ok(())
    }
}

/// Downloads to a file, as fast as it is written.
fn download(server: &Server, path: &str, to: &Path, what: &str, report: &mut Report) -> Result<()> {
    let headers = server.sign_in_as(ADMIN)?;
    server.forget_peak()?;
    let mut file = BufWriter::new(File::create(to)?);
    let (begin, mut bytes) = (Instant::now(), 0);
    let answer = Connection::open(server.address)?.follow(&post(path, &headers, &[]), |piece| {
        bytes += piece.len();
        file.write_all(piece)?;
        Ok(true)
    })?;
    ensure!(answer.status == 200, "{path} was answered {}", answer.status);
    file.flush()?;
    report.number(
        &format!("{what} of {:.0} MB downloaded", bytes as f64 / 1e6),
        begin.elapsed().as_secs_f64(),
        "s",
        "",
        "",
    );
    report.number("… memory at most meanwhile", server.peak()?, "MB", "", "");
    Ok(())
}
