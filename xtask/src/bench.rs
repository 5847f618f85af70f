//! `cargo xtask bench`: how fast the optimised program answers, how much it takes, beside the project's targets.
//!
//! The server runs on one core, the load on another, where the machine has two. What is compared is measured in the same
//! run, in rounds one after the other, so that a slow moment of the machine slows down all of it.

use crate::program::{self, Profile};
use crate::scratch;
use anyhow::{Context, Result, bail, ensure};
use http::{Connection, get, post};
use load::{Load, Outcome};
use report::Report;
use server::{Database, Kind, Server, list, search};
use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

mod activity;
mod append;
mod http;
mod load;
mod memory;
mod record;
mod report;
mod reveal;
mod server;

/// Cards on the page that is measured.
const ACCOUNTS: u32 = 24;
/// The demo's people who are asked for pages: its account manager, owners of the host's accounts, an Admin, a collaborator.
const MANAGER: &str = "manager@northlight.example";
const OWNER: &str = "owner@harbor.example";
const ADMIN: &str = "admin@harbor.example";
const SECOND_OWNER: &str = "second-owner@harbor.example";
const COLLABORATOR: &str = "collaborator@northlight.example";
/// Everyone's password.
const PASSWORD: &str = "latchkey-demo";
/// Partners of the page that is measured, beside those of the demo.
const PARTNERS: usize = 48;
/// Pages that are lists: what they are called, whose they are, and where.
const LISTS: [(&str, &str, &str); 6] = [
    ("Partners", ADMIN, "/partners"),
    ("All members", MANAGER, "/members"),
    ("All members, searched", MANAGER, "/members?search=smith"),
    ("Requests, to decide", OWNER, "/requests"),
    ("Requests, sent", MANAGER, "/requests/sent"),
    ("Notifications", OWNER, "/notifications"),
];
/// What the search is measured with: one letter, a common surname, it with a rare first name, two common words, no hit.
const SEARCHES: [&str; 5] = ["s", "smith", "zebedee smith", "garcia smith", "qqqq"];

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Rounds in which what is compared is measured one after the other.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of load each time.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Members of the larger guest company.
    #[arg(long, default_value_t = 1_000_000)]
    members: u32,
    /// Events of the database that the Activity page is measured on. Ten million take 8 GB in the folder for temporary files.
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u32).range(2_000..))]
    events: u32,
    /// Measure these parts alone.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Measure target/release/latchkey as it lies there, without building it.
    #[arg(long)]
    built: bool,
    /// Serve this file from memory at this address instead: the benchmark starts itself so.
    #[arg(long, hide = true, num_args = 2, value_names = ["ADDRESS", "FILE"])]
    memory: Option<Vec<String>>,
}

/// What is measured apart from the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// All accounts, the start, memory, the size of the program.
    Page,
    /// The member search.
    Search,
    /// Sending requests.
    Request,
    /// The other lists.
    Lists,
    /// What a first visit loads.
    Visit,
    /// Handing secrets out.
    Reveal,
    /// Appending to the activity, with and without sealing.
    Append,
    /// Downloading and verifying the record of a million events.
    Record,
    /// The Activity page among ten million events.
    Activity,
}

/// Events of the record that is downloaded and verified, or all if there are fewer.
const RECORDED: u32 = 1_000_000;

/// Builds, fills databases, measures, and prints what came out.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if let Some([address, file]) = arguments.memory.as_deref() {
        return memory::serve(address.parse()?, Path::new(file));
    }
    let wants = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    if !arguments.built {
        program::build(Profile::Release)?;
    }
    if wants(Part::Append) {
        append::build()?;
    }
    let bench = Bench { rounds: arguments.rounds.max(1), lasting: Duration::from_secs(arguments.seconds.max(1)) };
    let mut report = Report::new(server::apart());
    bench.small_and_large(arguments.members, wants, &mut report)?;
    for kind in Kind::BOTH {
        if wants(Part::Reveal) {
            bench.reveal(kind, &mut report)?;
        }
        if wants(Part::Append) {
            bench.append(kind, &mut report)?;
        }
        if wants(Part::Record) {
            bench.record(kind, arguments.events.min(RECORDED), &mut report)?;
        }
        if wants(Part::Activity) {
            bench.activity(kind, arguments.events, &mut report)?;
        }
    }
    println!("\n{report}");
    Ok(())
}

/// From the start of the program on a migrated database to the first answered page: the median of several.
fn starts(database: &Database) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..7 {
        let begin = Instant::now();
        let server = Server::start(database)?;
        times.push(begin.elapsed());
        drop(server);
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

struct Bench {
    rounds: usize,
    lasting: Duration,
}

impl Bench {
    /// What needs a company of ten thousand members, and what is compared with a larger one.
    fn small_and_large(&self, members: u32, wants: impl Fn(Part) -> bool, report: &mut Report) -> Result<()> {
        let compared = wants(Part::Search) || wants(Part::Lists);
        if !(compared || [Part::Page, Part::Request, Part::Visit].into_iter().any(&wants)) {
            return Ok(());
        }
        let small_database = Database::demo(Kind::Sqlite, &[("accounts", ACCOUNTS), ("members", 10_000)])?;
        let large = || Database::demo(Kind::Sqlite, &[("accounts", ACCOUNTS), ("members", members)]);
        let large_database = compared.then(large).transpose()?;
        let started = wants(Part::Page).then(|| starts(&small_database)).transpose()?;
        println!("Measuring …");
        let small = Server::start(&small_database)?;
        let large = large_database.as_ref().map(Server::start).transpose()?;
        if let Some(started) = started {
            report.number("start to the first answered page", started.as_secs_f64() * 1e3, "ms", "150", "30");
            report.number("memory at rest", small.memory()?, "MB", "40", "25");
            let size = program::path(Profile::Release).metadata()?.len();
            report.number("program file", size as f64 / 1e6, "MB", "40", "25");
            self.page(&small, &small_database, report)?;
            report.number("memory after that load", small.memory()?, "MB", "", "");
        }
        if let Some(large) = large.as_ref().filter(|_| wants(Part::Search)) {
            self.search(&small, large, members, report)?;
            report.number("memory beside the larger database", large.memory()?, "MB", "", "");
        }
        if wants(Part::Request) {
            self.send(&small, report)?;
        }
        if let Some(large) = large.as_ref().filter(|_| wants(Part::Lists)) {
            propose(&small)?;
            self.lists(&small, large, members, report)?;
        }
        if wants(Part::Visit) {
            first_visit(&small, report)?;
        }
        Ok(())
    }

    fn load(&self, server: &Server, connections: usize) -> Load {
        Load { address: server.address, connections, lasting: self.lasting, rate: None }
    }

    /// All accounts, beside its bytes from memory and its query as JSON.
    fn page(&self, server: &Server, database: &Database, report: &mut Report) -> Result<()> {
        let headers = server.sign_in()?;
        let page = get("/accounts", &headers);
        let compressed = get("/accounts", &format!("{headers}Accept-Encoding: gzip, br\r\n"));
        let json = list(&headers);
        let bytes = server.ask(&page)?;
        let cards = bytes.matches("<article").count();
        ensure!(
            u32::try_from(cards).is_ok_and(|cards| cards == ACCOUNTS),
            "the page has {cards} cards instead of {ACCOUNTS}"
        );
        let file = database.folder.join("page.html");
        std::fs::write(&file, &bytes)?;
        let memory = Server::of_bytes(&file)?;
        report.title(&format!("All accounts, {cards} cards, {:.1} kB", bytes.len() as f64 / 1e3));
        for (connections, floor, aim) in [(1, "1,710", "3,421"), (16, "2,590", "5,181")] {
            let mut rounds = [const { Vec::new() }; 4];
            for _ in 0..self.rounds {
                let asked = [(server, &page), (server, &compressed), (server, &json), (&memory, &page)];
                for ((server, request), rounds) in asked.into_iter().zip(&mut rounds) {
                    rounds.push(self.load(server, connections).put(|_, _| Some(request.clone()))?);
                }
            }
            let [page, compressed, json, memory] = rounds.map(|rounds| Outcome::of_rounds(&rounds));
            let times = if connections == 1 { "1 connection".to_owned() } else { format!("{connections} connections") };
            report.rate(&format!("page, {times}"), &page, floor, aim);
            report.rate(&format!("page compressed, {times}"), &compressed, "", "");
            report.rate(&format!("its query as JSON, {times}"), &json, "", "");
            report.rate(&format!("its bytes from memory, {times}"), &memory, "", "");
            if connections > 1 {
                let rate = Some(page.per_second / 2.0);
                let half = Load { rate, ..self.load(server, connections) };
                let request = get("/accounts", &headers);
                let half = half.put(|_, _| Some(request.clone()))?;
                report.time("page at half of that", &half, 0.99, "10", "2");
            }
        }
        Ok(())
    }

    /// The member search, in both databases by turns.
    fn search(&self, small: &Server, large: &Server, members: u32, report: &mut Report) -> Result<()> {
        let sides = [(small, 10_000), (large, members)];
        let mut slowest = [Duration::ZERO; 2];
        report.title("Member search, at 50 a second and as fast as possible");
        let signed_in: Vec<(String, String)> = sides
            .iter()
            .map(|(server, _)| {
                let headers = server.sign_in()?;
                let account = server.accounts(&headers)?.into_iter().next().context("the manager has no account")?;
                Ok((headers, account))
            })
            .collect::<Result<_>>()?;
        for typed in SEARCHES {
            let mut rounds: [(Vec<Outcome>, Vec<Outcome>); 2] = Default::default();
            for _ in 0..self.rounds {
                for (((server, _), (headers, account)), rounds) in sides.iter().zip(&signed_in).zip(&mut rounds) {
                    let request = search(headers, account, typed);
                    let fast = self.load(server, 1);
                    rounds.0.push(Load { rate: Some(50.0), ..fast }.put(|_, _| Some(request.clone()))?);
                    rounds.1.push(Load { lasting: self.lasting / 3, ..fast }.put(|_, _| Some(request.clone()))?);
                }
            }
            for (((_, members), (steady, fast)), slowest) in sides.iter().zip(rounds).zip(&mut slowest) {
                let (steady, fast) = (Outcome::of_rounds(&steady), Outcome::of_rounds(&fast));
                *slowest = (*slowest).max(fast.within(0.5));
                report.time(&format!("“{typed}” among {members}, at 50/s"), &steady, 0.99, "15", "3");
                report.rate(&format!("“{typed}” among {members}"), &fast, "", "");
            }
        }
        let ratio = slowest[1].as_secs_f64() / slowest[0].as_secs_f64();
        report.number("slowest search, larger against smaller database", ratio, "×", "3", "1.5");
        Ok(())
    }

    /// The other lists, with the rows that the demo and the measurements before have left, in both databases.
    fn lists(&self, small: &Server, large: &Server, members: u32, report: &mut Report) -> Result<()> {
        report.title("Other lists, a full page each");
        for (name, email, path) in LISTS {
            // Rows of requests are in the smaller database alone, where they were sent.
            let sides = [(small, 10_000), (large, members)];
            let sides = if path.starts_with("/members") { &sides[..] } else { &sides[..1] };
            for (server, members) in sides {
                let page = get(path, &server.sign_in_as(email)?);
                let bytes = server.ask(&page)?.len();
                let among = if sides.len() > 1 { format!(" among {members}") } else { String::new() };
                let what = format!("{name}{among}, {:.1} kB", bytes as f64 / 1e3);
                for connections in [1, 16] {
                    let rounds =
                        (0..self.rounds).map(|_| self.load(server, connections).put(|_, _| Some(page.clone())));
                    let outcome = Outcome::of_rounds(&rounds.collect::<Result<Vec<_>>>()?);
                    let times = if connections == 1 { "1 connection" } else { "16 connections" };
                    report.rate(&format!("{what}, {times}"), &outcome, "", "");
                    if connections > 1 {
                        let rate = Some(outcome.per_second / 2.0);
                        let half = Load { rate, ..self.load(server, connections) };
                        let half = half.put(|_, _| Some(page.clone()))?;
                        report.time(&format!("{name}{among}, at half of that"), &half, 0.99, "10", "2");
                    }
                }
            }
        }
        Ok(())
    }

    /// Requests for one member each, nobody twice on one account.
    fn send(&self, server: &Server, report: &mut Report) -> Result<()> {
        let headers = server.sign_in()?;
        let accounts = server.accounts(&headers)?;
        let first = accounts.first().context("the manager has no account")?;
        let mut members = Vec::new();
        for (one, other) in ('a'..='z').flat_map(|one| "aeioulrnst".chars().map(move |other| (one, other))) {
            let found = server.json(&search(&headers, first, &format!("{one}{other}")))?;
            let found = found.as_array().context("a search without a list")?;
            // The people of the demo's story have no dot in their addresses; some of them have access or wait for it.
            let crowd = found.iter().filter(|member| {
                member["email"]
                    .as_str()
                    .and_then(|email| email.split('@').next())
                    .is_some_and(|local| local.contains('.'))
            });
            members.extend(crowd.filter_map(|member| member["member"].as_str()).map(str::to_owned));
        }
        members.sort_unstable();
        members.dedup();
        report.title("Sending a request, with its mail to two owners");
        let next = Cell::new(0);
        for (connections, per_connection) in [(1, 8), (16, 1)] {
            // Each connection has accounts of its own, so that no two ask for the same.
            let own = accounts.len() / 24 * per_connection;
            let begin = next.get();
            next.set(begin + own * connections);
            ensure!(next.get() <= accounts.len(), "there are {} accounts, too few", accounts.len());
            let run = scratch::random()?;
            let outcome = self.load(server, connections).put(|connection, n| {
                let account = accounts.get(begin + connection * own + n / members.len())?;
                ((n / members.len()) < own).then(|| {
                    let key = format!("{}-0000-7000-8000-{connection:04x}{n:08x}", &run[..8]);
                    let form = [
                        ("account", account.as_str()),
                        ("form[key]", &key),
                        ("form[members][0]", &members[n % members.len()]),
                        ("form[role]", "collaborator"),
                        ("form[access_end]", "never"),
                        ("form[reason]", "Measured"),
                    ];
                    post("/api/access-request/send", &headers, &form)
                })
            })?;
            let times = if connections == 1 { "1 connection".to_owned() } else { format!("{connections} connections") };
            report.rate(&format!("request sent, {times}"), &outcome, "", "");
        }
        Ok(())
    }
}

/// Proposes partnerships to companies that are not here, so that a list of partners is long.
fn propose(server: &Server) -> Result<()> {
    let headers = server.sign_in_as(ADMIN)?;
    let mut connection = Connection::open(server.address)?;
    for number in 0..PARTNERS {
        let (id, email) = (format!("partner-{number:04}"), format!("contact@partner-{number}.example"));
        let form = [("workspace_id", id.as_str()), ("contact_email", &email), ("reason", "")];
        connection.ask(&post("/api/partnership/propose", &headers, &form))?.text()?;
    }
    Ok(())
}

/// Everything that a browser loads that has never been here, as it comes over the wire with brotli.
fn first_visit(server: &Server, report: &mut Report) -> Result<()> {
    report.title("First visit of All accounts, brotli");
    let headers = format!("{}Accept-Encoding: br\r\n", server.sign_in()?);
    let page = server.ask(&get("/accounts", &server.sign_in()?))?;
    let mut paths: Vec<&str> = page
        .split(['"', '\'', '=', ' ', '>'])
        .filter(|part| part.starts_with('/') && !part.starts_with("//"))
        .filter(|part| [".js", ".css", ".wasm", ".svg"].iter().any(|kind| part.ends_with(kind)))
        .collect();
    paths.sort_unstable();
    paths.dedup();
    for kind in [".js", ".css", ".wasm"] {
        ensure!(paths.iter().any(|path| path.ends_with(kind)), "the page names no {kind} file");
    }
    let mut sum = 0.0;
    for path in std::iter::once("/accounts").chain(paths) {
        let answer = Connection::open(server.address)?.ask(&get(path, &headers))?;
        if answer.status != 200 {
            bail!("{path} was answered {}", answer.status);
        }
        let size = answer.body.len() as f64 / 1e3;
        sum += size;
        let coding = answer.header("content-encoding").unwrap_or("not compressed").to_owned();
        report.number(&format!("{path} ({coding})"), size, "kB", "", "");
    }
    report.number("all of it", sum, "kB", "200", "125");
    Ok(())
}
