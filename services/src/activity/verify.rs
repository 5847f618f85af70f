//! Verifying the record: pure, reading what it is given piece by piece. [`Database::verify_activity`] reads a database,
//! [`verify_export`] a file that a company has downloaded.
//!
//! [`Database::verify_activity`]: crate::Database::verify_activity

mod stored;

use super::record::{
    Bytes, Checkpoint, End, Hash, Parts, PublicKey, Salt, Shared, Side, Stamped, number_hash, root_with,
};
use super::seal::ALL_COMMITTED_AFTER;
use chrono::TimeDelta;
use domain::activity::EventKind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::io::{self, BufRead, Read};
pub(super) use stored::PastOfCompany;
use uuid::Uuid;

/// Problems that are told one by one.
const MOST_TOLD: usize = 20;
/// Bytes of an export that are read at a time, up to the end of a line.
const AT_ONCE: u64 = 2 << 20;
/// The longest line of an export, in bytes.
const LONGEST_LINE: u64 = 16 << 20;

/// What the record is compared with.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The key that has to have signed. Without one, the one that comes with what is verified is taken.
    pub key: Option<PublicKey>,
    /// Checkpoints that were kept elsewhere, by number.
    pub kept: BTreeMap<i64, Checkpoint>,
}

impl Trust {
    /// Reads checkpoints as `LATCHKEY_CHECKPOINT_FILE` holds them, a line each. A line that broke off is passed over where it is
    /// said again, or at the end: so a disk that was full leaves it.
    ///
    /// # Errors
    ///
    /// The number of the first line that is no checkpoint, or that contradicts another.
    pub fn keep(&mut self, text: &str) -> Result<(), usize> {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in (1..).zip(&lines).filter(|(_, line)| !line.trim().is_empty()) {
            let Ok(checkpoint) = serde_json::from_str::<Checkpoint>(line) else {
                let comes_again = lines[number..].iter().any(|later| later.starts_with(line));
                let is_unfinished = number == lines.len() && !text.ends_with('\n');
                if comes_again || is_unfinished {
                    continue;
                }
                return Err(number);
            };
            match self.kept.insert(checkpoint.number, checkpoint.clone()) {
                Some(other) if other != checkpoint => return Err(number),
                _ => {}
            }
        }
        Ok(())
    }

    /// Says how far what was kept elsewhere reaches, of a record with so many checkpoints.
    fn tell(&self, there: i64, report: &mut Report) {
        let Some(((first, _), (last, _))) = self.kept.first_key_value().zip(self.kept.last_key_value()) else { return };
        report.note(format!("Compared with checkpoints {first} to {last}, which were kept elsewhere."));
        let mut numbers = self.kept.keys().copied();
        let mut before = numbers.next().unwrap_or_default();
        for number in numbers {
            if number > before.saturating_add(1) {
                report.note(format!("Of these, {} to {} were not kept.", before + 1, number - 1));
            }
            before = number;
        }
        if there > before {
            report.note(format!("Checkpoints {} to {there} were not kept elsewhere, or not yet.", before + 1));
        }
    }
}

/// Something that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Such as "event 12" or "line 7".
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Events that were looked at.
    pub events: u64,
    /// Checkpoints that were looked at.
    pub checkpoints: u64,
    /// All problems.
    pub problem_count: u64,
    /// The first of them.
    pub problems: Vec<Problem>,
    /// What is worth knowing, and no problem.
    pub notes: Vec<String>,
}

impl Report {
    /// Whether everything is as it was sealed.
    pub fn is_clean(&self) -> bool {
        self.problem_count == 0
    }

    pub(super) fn problem(&mut self, place: impl fmt::Display, problem: impl Into<String>) {
        self.problem_count += 1;
        if self.problems.len() < MOST_TOLD {
            self.problems.push(Problem { place: place.to_string(), problem: problem.into() });
        }
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Problem { place, problem } in &self.problems {
            writeln!(f, "{place}: {problem}")?;
        }
        let told = u64::try_from(self.problems.len()).unwrap_or(u64::MAX);
        if self.problem_count > told {
            writeln!(f, "and {} more", self.problem_count - told)?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        let Self { events, checkpoints, problem_count, .. } = self;
        match problem_count {
            0 => write!(f, "{events} events under {checkpoints} checkpoints are as they were sealed."),
            1 => write!(f, "One problem in {events} events under {checkpoints} checkpoints."),
            count => write!(f, "{count} problems in {events} events under {checkpoints} checkpoints."),
        }
    }
}

/// The chain of checkpoints, followed from the first.
pub(super) struct Chain<'t> {
    trust: &'t Trust,
    key: Option<PublicKey>,
    before: Option<Checkpoint>,
    /// Whether the signature of the last one was looked at already.
    looked_at: bool,
}

impl<'t> Chain<'t> {
    pub(super) fn new(trust: &'t Trust, key: Option<PublicKey>) -> Self {
        Self { trust, key, before: None, looked_at: false }
    }

    /// Follows it to the next checkpoint. A signature covers everything before it, so those of a chain that holds are looked
    /// at once, at its end.
    pub(super) fn follow(&mut self, checkpoint: Checkpoint, place: fmt::Arguments<'_>, report: &mut Report) {
        report.checkpoints += 1;
        let (number, first, previous) = match &self.before {
            None => (1, 1, Bytes([0; 32])),
            Some(before) => (before.number.saturating_add(1), before.last.saturating_add(1), before.link()),
        };
        let mut holds = true;
        let mut wrong = |report: &mut Report, problem: String| {
            holds = false;
            report.problem(place, problem);
        };
        if checkpoint.number != number {
            wrong(report, format!("this is checkpoint {}, and {number} was to come", checkpoint.number));
        }
        if checkpoint.first != first || checkpoint.last < checkpoint.first {
            wrong(
                report,
                format!(
                    "checkpoint {} seals events {} to {}, and {first} was to come",
                    checkpoint.number, checkpoint.first, checkpoint.last
                ),
            );
        }
        if checkpoint.previous != previous {
            wrong(report, format!("checkpoint {} does not follow from the one before", checkpoint.number));
        }
        if self.trust.kept.get(&checkpoint.number).is_some_and(|kept| *kept != checkpoint) {
            report.problem(place, format!("checkpoint {} is not the one that was kept elsewhere", checkpoint.number));
        }
        if !holds {
            self.look_at_signature(report);
        }
        self.before = Some(checkpoint);
        self.looked_at = false;
        if !holds {
            self.look_at_signature(report);
        }
    }

    fn look_at_signature(&mut self, report: &mut Report) {
        if let (Some(checkpoint), false) = (&self.before, self.looked_at) {
            self.looked_at = true;
            if !self.key.is_some_and(|key| checkpoint.is_signed_by(&key)) {
                report.problem(
                    format!("checkpoint {}", checkpoint.number),
                    "its signature is not one of the key over what stands there",
                );
            }
        }
    }

    /// Ends it, and returns the last checkpoint.
    pub(super) fn end(mut self, report: &mut Report) -> Option<Checkpoint> {
        self.look_at_signature(report);
        let last = self.before.as_ref().map_or(0, |last| last.number);
        if let Some((kept, _)) = self.trust.kept.last_key_value().filter(|(kept, _)| **kept > last) {
            report.problem(
                format!("after checkpoint {last}"),
                format!("the end is cut off: checkpoints up to {kept} were kept elsewhere"),
            );
        }
        self.trust.tell(last, report);
        self.before
    }
}

/// The numbers in the companies' own records: 1, 2, 3, …
#[derive(Default)]
pub(super) struct Numbers {
    last: HashMap<Uuid, i64>,
    /// Up to which number there is nothing, where a record begins later than with 1.
    missing: HashMap<Uuid, i64>,
    /// Up to which number events were removed by retention, as an event says.
    removed: HashMap<Uuid, i64>,
    /// The same for positions.
    removed_up_to: i64,
}

impl Numbers {
    pub(super) fn next(&mut self, workspace: Uuid, number: i64, place: fmt::Arguments<'_>, report: &mut Report) {
        match self.last.insert(workspace, number) {
            None if number > 1 => {
                self.missing.insert(workspace, number - 1);
            }
            None if number == 1 => {}
            Some(last) if last.checked_add(1) == Some(number) => {}
            last => {
                let expected = last.unwrap_or(0).saturating_add(1);
                report.problem(place, format!("it is number {number} of its company, and {expected} was to come"));
            }
        }
    }

    /// Of each company how many events were met, and the number of the last.
    fn so_far(&self) -> Vec<PastOfCompany> {
        let companies = self.last.iter().map(|(workspace, through)| {
            let missing = self.missing.get(workspace).copied().unwrap_or_default();
            PastOfCompany { workspace: *workspace, events: through.saturating_sub(missing), through: *through }
        });
        let mut companies: Vec<_> = companies.collect();
        companies.sort_unstable_by_key(|company| company.workspace);
        companies
    }

    /// Only what the sealing key has signed is believed: an event that says so could be written by whoever removes others.
    pub(super) fn removed(&mut self, removal: Removal, key: Option<PublicKey>) {
        let Removal { host, said: Removed { through, position, proof } } = removal;
        if key.is_some_and(|key| key.verifies_removal(host, through, position, &proof)) {
            self.removed_up_to = self.removed_up_to.max(position);
            let known = self.removed.entry(host).or_default();
            *known = through.max(*known);
        }
    }

    pub(super) fn end(self, report: &mut Report) {
        let mut missing: Vec<_> = self.missing.into_iter().collect();
        missing.sort_unstable();
        for (workspace, through) in missing {
            if self.removed.get(&workspace).is_some_and(|removed| *removed >= through) {
                report.note(format!("Events up to number {through} of {workspace} were removed by retention."));
            } else {
                report.problem(
                    "the beginning",
                    format!("events up to number {through} of {workspace} are missing, and no event says why"),
                );
            }
        }
    }
}

/// An event is sealed about a second after it has happened, and one that becomes visible late within this time.
const SEALED_AFTER: TimeDelta = TimeDelta::minutes(ALL_COMMITTED_AFTER.num_minutes() + 2);

/// Events that were sealed long after they had happened: where a program was down, and where a record was made anew.
#[derive(Default)]
pub(super) struct Late {
    count: u64,
    /// The first of them, and the last.
    places: Option<(i64, i64)>,
}

impl Late {
    /// Looks at one at this place, that happened and was sealed at these times, in microseconds since 1970.
    pub(super) fn look(&mut self, place: i64, happened: i64, sealed: i64) {
        if sealed.saturating_sub(happened) > SEALED_AFTER.num_microseconds().unwrap_or(i64::MAX) {
            self.count += 1;
            let first = self.places.map_or(place, |(first, _)| first);
            self.places = Some((first, place));
        }
    }

    pub(super) fn end(self, place: &str, report: &mut Report) {
        if let Some((first, last)) = self.places {
            let (count, minutes) = (self.count, SEALED_AFTER.num_minutes());
            report.note(format!(
                "{count} events, from {place} {first} to {last}, were sealed more than {minutes} minutes after they had \
                 happened: Latchkey was down meanwhile, or their seals were made anew."
            ));
        }
    }
}

/// An event that says that retention has removed events of a company.
pub(super) struct Removal {
    host: Uuid,
    said: Removed,
}

/// What verification reads of its details.
#[derive(Deserialize)]
struct Removed {
    through: i64,
    position: i64,
    proof: Bytes<64>,
}

impl Removal {
    fn of(event: &Shared<'_>) -> Option<Self> {
        let says_so = event.kind == EventKind::ActivityRemoved.word();
        let said = says_so.then(|| serde_json::from_str(&event.details).ok())??;
        Some(Self { host: event.host, said })
    }
}

/// The first line of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// The version of the format.
    pub(super) latchkey_activity: u32,
    pub(super) workspace: Uuid,
    pub(super) key: String,
}

/// A checkpoint, and what is needed beside the company's own events to make its root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchLine {
    pub(super) batch: Checkpoint,
    /// Events of the company that follow.
    pub(super) events: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) rest: Vec<Hash>,
}

/// An event as a company may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine<'a> {
    pub(super) position: i64,
    pub(super) number: i64,
    pub(super) side: Side,
    #[serde(borrow)]
    pub(super) shared: Shared<'a>,
    pub(super) shared_salt: Salt,
    pub(super) number_salt: Salt,
    /// The other side's number.
    pub(super) other: Hash,
    /// Who did it and where from, where the company may know.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) stamp: Option<Stamped<'a>>,
    /// With the stamp its salt, otherwise its hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stamp_salt: Option<Salt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stamp_hash: Option<Hash>,
    pub(super) leaf: Hash,
}

impl EventLine<'_> {
    /// The leaf over what stands here; none when it contradicts itself.
    fn leaf_of(&self, workspace: Uuid) -> Option<Hash> {
        let stamp = match (&self.stamp, self.stamp_salt, self.stamp_hash) {
            (Some(stamp), Some(salt), None) => stamp.hash(salt),
            (None, None, Some(hash)) => hash,
            _ => return None,
        };
        let own = number_hash(self.side, self.number_salt, Some(workspace), Some(self.number));
        let (host, guest) = match self.side {
            Side::Host if self.shared.host != workspace => return None,
            Side::Host => (own, self.other),
            Side::Guest => (self.other, own),
        };
        Some(Parts { shared: self.shared.hash(self.shared_salt), host, guest, stamp }.leaf(self.position))
    }
}

/// Reads a line that stands there exactly as Latchkey writes it: what is not bound by a hash is bound by this.
fn read<'l, T: Deserialize<'l> + Serialize>(line: &'l [u8], written: &mut Vec<u8>) -> Option<T> {
    let read: T = serde_json::from_slice(line).ok()?;
    written.clear();
    serde_json::to_writer(&mut *written, &read).ok()?;
    (written.as_slice() == line).then_some(read)
}

/// A line that was read, as far as that needs nothing of the others.
enum Line {
    Head(Head),
    Batch(Box<BatchLine>),
    Event(EventFound),
    End(Box<End>),
    Unreadable(&'static str),
}

/// What verification needs of an event in an export.
struct EventFound {
    position: i64,
    number: i64,
    /// When it happened, in microseconds since 1970.
    at: i64,
    leaf: Hash,
    /// Whether its leaf is over what stands there.
    whole: bool,
    removal: Option<Removal>,
}

impl Line {
    fn of(line: &[u8], workspace: Option<Uuid>, written: &mut Vec<u8>) -> Self {
        if line.starts_with(b"{\"position\":") {
            let read = read::<EventLine<'_>>(line, written).map(|event| {
                let whole = workspace.and_then(|workspace| event.leaf_of(workspace)) == Some(event.leaf);
                let EventLine { position, number, leaf, shared, .. } = event;
                Self::Event(EventFound { position, number, at: shared.at, leaf, whole, removal: Removal::of(&shared) })
            });
            read.unwrap_or(Self::Unreadable("an event was changed: it cannot be read"))
        } else if line.starts_with(b"{\"batch\":") {
            let read = read::<BatchLine>(line, written).map(|batch| Self::Batch(Box::new(batch)));
            read.unwrap_or(Self::Unreadable("a checkpoint was changed: it cannot be read"))
        } else {
            let head = read::<Head>(line, written).map(Self::Head);
            head.or_else(|| read::<End>(line, written).map(|end| Self::End(Box::new(end))))
                .unwrap_or(Self::Unreadable("the line was changed: it cannot be read"))
        }
    }
}

/// Whole lines of a file, and at its end one that may be cut off.
struct Lines(Vec<u8>);

impl Lines {
    /// The next line, and more up to about so many bytes; none at the end.
    fn next(file: &mut impl BufRead, bytes: u64) -> io::Result<Option<Self>> {
        let mut lines = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default() + 1_024);
        file.by_ref().take(bytes).read_to_end(&mut lines)?;
        file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut lines)?;
        Ok(Some(Self(lines)).filter(|lines| !lines.0.is_empty()))
    }

    fn are_cut_off(&self) -> bool {
        self.0.last() != Some(&b'\n')
    }

    fn read(&self, workspace: Option<Uuid>) -> Vec<Line> {
        let mut written = Vec::new();
        let lines = self.0.strip_suffix(b"\n").unwrap_or(&self.0).split(|byte| *byte == b'\n');
        lines.map(|line| Line::of(line, workspace, &mut written)).collect()
    }
}

/// Verifies a file that a company has downloaded.
///
/// # Errors
///
/// When it cannot be read from.
pub fn verify_export(mut file: impl BufRead, trust: &Trust) -> io::Result<Report> {
    let mut reading = Reading::new(trust);
    // The first line says whose record it is, which the others are read with.
    let Some(first) = Lines::next(&mut file, 0)? else { return Ok(reading.end()) };
    reading.lines(first.read(None), first.are_cut_off());
    let workspace = reading.head.as_ref().map(|head| head.workspace);
    let at_once = std::thread::available_parallelism().map_or(1, usize::from) + 1;
    std::thread::scope(|scope| {
        let mut under_way = VecDeque::new();
        loop {
            let lines = Lines::next(&mut file, AT_ONCE)?;
            let at_end = lines.is_none();
            under_way.extend(lines.map(|lines| scope.spawn(move || (lines.read(workspace), lines.are_cut_off()))));
            if at_end || under_way.len() >= at_once {
                let Some(first) = under_way.pop_front() else { return Ok(()) };
                let read = first.join();
                let (lines, cut_off) =
                    read.map_err(|_| io::Error::other("a thread that was reading has broken off"))?;
                reading.lines(lines, cut_off);
            }
        }
    })
    .map(|()| reading.end())
}

/// An export that is being read.
struct Reading<'t> {
    trust: &'t Trust,
    report: Report,
    line: u64,
    head: Option<Head>,
    chain: Chain<'t>,
    numbers: Numbers,
    late: Late,
    last_number: i64,
    batch: Option<OpenBatch>,
    end: Option<End>,
}

/// A batch whose events are being read.
struct OpenBatch {
    line: u64,
    batch: BatchLine,
    leaves: Vec<(usize, Hash)>,
    /// The last event's position.
    position: i64,
    events: usize,
}

impl<'t> Reading<'t> {
    fn new(trust: &'t Trust) -> Self {
        Self {
            trust,
            report: Report::default(),
            line: 0,
            head: None,
            chain: Chain::new(trust, trust.key),
            numbers: Numbers::default(),
            late: Late::default(),
            last_number: 0,
            batch: None,
            end: None,
        }
    }

    fn problem(&mut self, problem: impl Into<String>) {
        self.report.problem(format_args!("line {}", self.line), problem);
    }

    fn lines(&mut self, lines: Vec<Line>, cut_off: bool) {
        for line in lines {
            self.line(line);
        }
        if cut_off {
            self.problem("the line is cut off");
        }
    }

    fn line(&mut self, line: Line) {
        self.line += 1;
        if self.end.is_some() {
            self.problem("something stands after the end");
        }
        match line {
            Line::Head(head) if self.line == 1 => self.head(head),
            _ if self.line == 1 => self.problem("this is not how a download of activity begins"),
            Line::Head(_) => self.problem("something begins here that does not belong to it"),
            Line::Batch(batch) => self.batch(*batch),
            Line::Event(event) => self.event(event),
            Line::End(end) => self.end = Some(*end),
            Line::Unreadable(problem) => self.problem(problem),
        }
    }

    fn head(&mut self, head: Head) {
        if head.latchkey_activity != 1 {
            self.problem("this version of Latchkey does not know the format");
        }
        match (head.key.parse::<PublicKey>(), self.trust.key) {
            (Ok(key), None) => {
                self.report.note(format!(
                    "Signed with the key in the file itself: make sure that it is the right one ({key})."
                ));
                self.chain.key = Some(key);
            }
            (Ok(key), Some(trusted)) if key == trusted => {}
            (Ok(_), Some(_)) => self.problem("the file names another key than the one it is verified with"),
            (Err(_), _) => self.problem("the key was changed: it cannot be read"),
        }
        self.head = Some(head);
    }

    fn batch(&mut self, batch: BatchLine) {
        self.close();
        let line = self.line;
        self.chain.follow(batch.batch.clone(), format_args!("line {line}"), &mut self.report);
        let position = batch.batch.first.saturating_sub(1);
        self.batch = Some(OpenBatch { line: self.line, batch, leaves: Vec::new(), position, events: 0 });
    }

    fn event(&mut self, event: EventFound) {
        self.report.events += 1;
        let (line, number) = (self.line, event.number);
        let place = format_args!("line {line} (number {number})");
        let Some(workspace) = self.head.as_ref().map(|head| head.workspace) else { return };
        if !event.whole {
            self.report.problem(place, "the event was changed");
        }
        self.numbers.next(workspace, number, place, &mut self.report);
        if let Some(removal) = event.removal {
            self.numbers.removed(removal, self.chain.key);
        }
        self.last_number = number;
        let Some(open) = &mut self.batch else {
            self.report.problem(place, "the event is under no checkpoint");
            return;
        };
        open.events += 1;
        self.late.look(number, event.at, open.batch.batch.at);
        let within = event.position > open.position && event.position <= open.batch.batch.last;
        if !within {
            self.report.problem(place, "the event does not stand where it was sealed");
            return;
        }
        open.position = event.position;
        if let Ok(index) = usize::try_from(event.position.saturating_sub(open.batch.batch.first)) {
            open.leaves.push((index, event.leaf));
        }
    }

    /// Makes the root of the batch that has come to its end.
    fn close(&mut self) {
        let Some(OpenBatch { line, batch, leaves, events, .. }) = self.batch.take() else { return };
        let place = format!("line {line} (checkpoint {})", batch.batch.number);
        if events != batch.events {
            self.report.problem(&place, format!("{} events belong to it, and {events} follow", batch.events));
        } else if batch.events == 0 && batch.rest.is_empty() {
            // Others' events alone, or none that are kept.
        } else if batch.batch.count().and_then(|count| root_with(count, &leaves, &batch.rest)) != Some(batch.batch.root)
        {
            self.report.problem(&place, "what follows is not what was sealed");
        }
    }

    fn end(mut self) -> Report {
        self.close();
        let key = self.chain.key;
        let last = self.chain.end(&mut self.report);
        let report = &mut self.report;
        self.numbers.end(report);
        self.late.end("number", report);
        match (self.end, self.head) {
            (Some(end), Some(head)) => {
                if !key.is_some_and(|key| end.is_signed_by(&key)) {
                    report.problem("the end", "its signature is not one of the key over what stands there");
                }
                if end.workspace != head.workspace {
                    report.problem("line 1", "the file is of another company than its end says");
                }
                if end.end != self.last_number {
                    let problem =
                        format!("events up to number {} belong to it, and {} is the last", end.end, self.last_number);
                    report.problem("the end", problem);
                }
                if end.checkpoint != last.as_ref().map_or(Bytes([0; 32]), Checkpoint::link) {
                    report.problem("the end", "it is not of the last checkpoint");
                }
            }
            _ => report.problem(format!("after line {}", self.line), "the end is cut off"),
        }
        self.report
    }
}
