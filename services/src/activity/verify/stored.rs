//! The record where it is stored.

mod beside;

use super::{Chain, Late, Numbers, Problem, Removal, Report, Trust};
use crate::activity::record::{Checkpoint, Hash, PublicKey, Salt, root};
use crate::activity::seal::{Recorded, SEALED_COLUMNS};
use crate::database::scan::{OtherKind, Row, Scanner, as_written};
use crate::database::statement;
use crate::entity::activity_checkpoint;
use crate::{Database, Error};
use beside::Looked;
use domain::Moment;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, FromQueryResult, QueryResult};
use std::collections::VecDeque;
use uuid::Uuid;

/// Checkpoints read at a time.
const CHECKPOINTS_AT_ONCE: i64 = 512;
/// Events read at a time, as long as one batch has not more.
const EVENTS_AT_ONCE: i64 = 8_192;
/// Pieces that are read and hashed at the same time.
const PIECES_AT_ONCE: usize = 4;

impl Database {
    /// Verifies the whole record, from the first event to the last that is sealed. Writes nothing, and needs no key but the
    /// public one; without `trust.key` the one is taken that stands in the database.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when it cannot be read.
    pub async fn verify_activity(&self, trust: &Trust) -> Result<Report, Error> {
        Ok(self.followed(trust, None).await?.0)
    }

    /// What the whole record vouches for, before something is signed that goes by it.
    ///
    /// # Errors
    ///
    /// [`Error::Record`] when something of the record is not as it was sealed with this key.
    pub(in crate::activity) async fn vouched_for(&self, key: PublicKey, before: Moment) -> Result<Vouched, Error> {
        let trust = Trust { key: Some(key), ..Trust::default() };
        let (report, vouched) = self.followed(&trust, Some(before.timestamp_micros())).await?;
        match report.problems.first() {
            None => Ok(vouched),
            Some(Problem { place, problem }) => {
                Err(Error::Record(format!("{place}: {problem}; `latchkey verify-activity` tells more")))
            }
        }
    }

    async fn followed(&self, trust: &Trust, before: Option<i64>) -> Result<(Report, Vouched), Error> {
        let mut report = Report::default();
        let key =
            match trust.key {
                Some(key) => Some(key),
                None => {
                    let key = stored_key(self.read()).await?;
                    let said = key.map_or_else(|| "There is no key yet.".to_owned(), |key| {
                    format!("Signed with the key in the database itself: make sure that it is the right one ({key}).")
                });
                    report.note(said);
                    key
                }
            };
        let mut follower = Follower::new(Chain::new(trust, key), before);
        let scanner = self.scanner().await?;
        let mut after = i64::MIN;
        let mut under_way = VecDeque::new();
        loop {
            let pieces = self.checkpoints_after(&mut after).await?;
            if pieces.is_empty() {
                break;
            }
            for checkpoints in pieces {
                let scanner = scanner.clone();
                // In a task of its own: it goes on while others are followed.
                under_way.push_back(tokio::spawn(async move { Piece::read(&scanner, checkpoints).await }));
                if under_way.len() >= PIECES_AT_ONCE
                    && let Some(piece) = under_way.pop_front()
                {
                    follower.follow(piece.await??, &mut report);
                }
            }
        }
        for piece in under_way {
            follower.follow(piece.await??, &mut report);
        }
        let looked = follower.looked;
        let vouched = follower.end(&mut report);
        self.look_beside(looked, &mut report).await?;
        Ok((report, vouched))
    }

    /// The next checkpoints after one, in pieces with about as many events each, and moves on to the last of them.
    async fn checkpoints_after(&self, after: &mut i64) -> Result<Vec<Vec<Stored>>, Error> {
        let is_text = self.backend() == DbBackend::Sqlite;
        // PostgreSQL's infinity is no time that could be read.
        let at = if is_text { "at" } else { "CASE WHEN isfinite(at) THEN at END" };
        let sql = format!(
            "SELECT number, first_position, last_position, {at} AS at, root, previous, key_id, signature, highest_sequence,
                    CAST(at AS text) AS at_as_text
             FROM activity_checkpoint WHERE number > $1 ORDER BY number LIMIT {CHECKPOINTS_AT_ONCE}"
        );
        let rows = self.read().query_all_raw(statement(self.read(), &sql, [(*after).into()])).await?;
        let mut pieces: Vec<Vec<Stored>> = Vec::new();
        let mut events = i64::MAX;
        for row in &rows {
            // One whose number cannot be read is counted afterwards, as one that stands beside the chain.
            let Ok(checkpoint) = Stored::of(row, is_text) else { continue };
            *after = checkpoint.number;
            let count = checkpoint.range.map_or(0, |(first, last)| last.saturating_sub(first));
            events = events.saturating_add(count).saturating_add(1);
            match pieces.last_mut().filter(|_| events <= EVENTS_AT_ONCE) {
                Some(piece) => piece.push(checkpoint),
                None => {
                    events = count.saturating_add(1);
                    pieces.push(vec![checkpoint]);
                }
            }
        }
        Ok(pieces)
    }
}

async fn stored_key(connection: &DatabaseConnection) -> Result<Option<PublicKey>, Error> {
    let sql = "SELECT public_key FROM activity_key WHERE id = 'current'";
    let row = connection.query_one_raw(statement(connection, sql, [])).await?;
    Ok(row.and_then(|row| row.try_get::<String>("", "public_key").ok()?.parse().ok()))
}

/// A checkpoint as it is stored; what cannot be read of it is none.
struct Stored {
    number: i64,
    range: Option<(i64, i64)>,
    /// Not signed: it has to be what its events say.
    highest_sequence: Option<i64>,
    checkpoint: Option<Checkpoint>,
}

impl Stored {
    /// Where its time is a text, it has to be spelled as it was.
    fn of(row: &QueryResult, is_text: bool) -> Result<Self, DbErr> {
        let number = row.try_get("", "number")?;
        let at = row.try_get::<String>("", "at_as_text").unwrap_or_default();
        let range = row.try_get("", "first_position").ok().zip(row.try_get("", "last_position").ok());
        let model = activity_checkpoint::Model::from_query_result(row, "").ok();
        let model = model.filter(|_| !is_text || as_written(&at).is_some());
        let highest_sequence = row.try_get("", "highest_sequence").ok();
        Ok(Self { number, range, highest_sequence, checkpoint: model.and_then(|model| model.try_into().ok()) })
    }
}

/// A sealed event as it is stored.
struct Entry {
    position: i64,
    /// As the seal says.
    leaf: Option<Hash>,
    /// None when the event is not there, or cannot be read.
    found: Option<Found>,
}

/// What verification needs of an event that is there.
struct Found {
    /// The leaf that it has.
    leaf: Hash,
    sequence: i64,
    /// When it happened, in microseconds since 1970.
    at: i64,
    /// The companies that it concerns, with its number in the record of each.
    companies: [Option<(Uuid, Option<i64>)>; 2],
    /// A company that it does not concern has a number for it.
    numbered_elsewhere: bool,
    removal: Option<Removal>,
}

/// A number of an event in a company's record.
struct Numbered {
    position: i64,
    workspace: Uuid,
    number: i64,
}

impl Numbered {
    const QUESTION: &str = "SELECT n.position, n.workspace_id, n.number FROM activity_number n";

    fn of(row: &Row<'_>) -> Result<Self, OtherKind> {
        Ok(Self {
            position: row.number(0)?.ok_or(OtherKind)?,
            workspace: row.id(1)?.ok_or(OtherKind)?,
            number: row.number(2)?.ok_or(OtherKind)?,
        })
    }
}

impl Entry {
    /// With the numbers that are there for its position.
    fn of(row: &Row<'_>, position: i64, numbers: &[Numbered]) -> Self {
        let salt = row.text(1).ok().and_then(|salt| salt.parse().ok());
        let leaf = row.text(2).ok().and_then(|leaf| leaf.parse().ok());
        let found = salt.and_then(|salt| Found::of(row, position, salt, numbers).ok());
        Self { position, leaf, found }
    }
}

impl Found {
    /// The first three columns are the seal's; [`SEALED_COLUMNS`] follow.
    fn of(row: &Row<'_>, position: i64, salt: Salt, numbers: &[Numbered]) -> Result<Self, OtherKind> {
        let event = Recorded::lent(row, 3)?;
        let (host, guest) = event.companies();
        let number_of = |workspace: Uuid| {
            numbers.iter().find(|numbered| numbered.workspace == workspace).map(|numbered| numbered.number)
        };
        let companies = [Some(host), guest].map(|company| company.map(|company| (company, number_of(company))));
        let [host_number, guest_number] = companies.map(|company| company.and_then(|(_, number)| number));
        let numbered_elsewhere =
            numbers.iter().any(|numbered| numbered.workspace != host && Some(numbered.workspace) != guest);
        let sealed = event.sealed(position, host_number, guest_number);
        Ok(Self {
            leaf: sealed.leaf(salt),
            sequence: sealed.shared.sequence,
            at: sealed.shared.at,
            companies,
            numbered_elsewhere,
            removal: Removal::of(&sealed.shared),
        })
    }
}

/// Some checkpoints with their events.
struct Piece {
    checkpoints: Vec<Stored>,
    entries: Vec<Entry>,
    /// How many numbers they have in companies' records.
    numbers: usize,
}

impl Piece {
    async fn read(scanner: &Scanner, checkpoints: Vec<Stored>) -> Result<Self, Error> {
        let ranges = || checkpoints.iter().filter_map(|checkpoint| checkpoint.range);
        let (Some(first), Some(last)) = (ranges().map(|(first, _)| first).min(), ranges().map(|(_, last)| last).max())
        else {
            return Ok(Self { checkpoints, entries: Vec::new(), numbers: 0 });
        };
        // What a changed checkpoint says may be anything: no more is read than can belong to them.
        let most = EVENTS_AT_ONCE * 2;
        let within = |table: &str| format!("{table}.position BETWEEN {first} AND {last} ORDER BY {table}.position");
        let numbers = format!("{} WHERE {} LIMIT {}", Numbered::QUESTION, within("n"), 2 * most);
        let events = format!(
            "SELECT s.position, s.salt, s.leaf, {SEALED_COLUMNS}
             FROM activity_seal s LEFT JOIN activity_event e ON e.sequence = s.event_sequence
             WHERE {} LIMIT {most}",
            within("s")
        );
        let reading = scanner.scan([numbers, events], Reading::default(), Reading::row).await?;
        Ok(Self { checkpoints, entries: reading.entries, numbers: reading.matched })
    }
}

/// A piece that is being read: first the numbers, then the events, both by position.
#[derive(Default)]
struct Reading {
    numbers: Vec<Numbered>,
    /// How many of them belong to events that were read.
    used: usize,
    entries: Vec<Entry>,
    /// How many numbers the events have together.
    matched: usize,
}

impl Reading {
    fn row(&mut self, question: usize, row: &Row<'_>) {
        if question == 0 {
            self.numbers.extend(Numbered::of(row));
        } else if let Ok(Some(position)) = row.number(0) {
            let left = &self.numbers[self.used..];
            let before = left.iter().take_while(|numbered| numbered.position < position).count();
            let own = left[before..].iter().take_while(|numbered| numbered.position == position).count();
            self.entries.push(Entry::of(row, position, &left[before..before + own]));
            self.used += before + own;
            self.matched += own;
        }
    }
}

/// What a record without problems vouches for.
pub(in crate::activity) struct Vouched {
    /// What was sealed before the time that was asked for; none when nothing was.
    pub(in crate::activity) past: Option<Past>,
    /// Up to which position an event in it says that events were removed; 0 when none does.
    pub(in crate::activity) removed_up_to: i64,
}

/// The record up to a checkpoint.
pub(in crate::activity) struct Past {
    /// The checkpoint's number.
    pub(in crate::activity) checkpoint: i64,
    /// The last event's position.
    pub(in crate::activity) position: i64,
    pub(in crate::activity) companies: Vec<PastOfCompany>,
}

/// What is in a company's record up to there.
pub(in crate::activity) struct PastOfCompany {
    pub(in crate::activity) workspace: Uuid,
    /// How many events are there still.
    pub(in crate::activity) events: i64,
    /// The number of the last.
    pub(in crate::activity) through: i64,
}

/// Follows the pieces one after the other.
struct Follower<'t> {
    chain: Chain<'t>,
    numbers: Numbers,
    late: Late,
    /// Positions of whole batches that are not there any more.
    removed: Vec<(i64, i64)>,
    looked: Looked,
    /// Wanted is what was sealed before this time.
    before: Option<i64>,
    past: Option<Past>,
}

impl<'t> Follower<'t> {
    fn new(chain: Chain<'t>, before: Option<i64>) -> Self {
        let (numbers, late) = (Numbers::default(), Late::default());
        Self { chain, numbers, late, removed: Vec::new(), looked: Looked::default(), before, past: None }
    }

    /// Everything up to where it is.
    fn past(&self) -> Option<Past> {
        let last = self.chain.before.as_ref()?;
        Some(Past { checkpoint: last.number, position: last.last, companies: self.numbers.so_far() })
    }

    fn follow(&mut self, piece: Piece, report: &mut Report) {
        self.looked.numbers += u64::try_from(piece.numbers).unwrap_or_default();
        let mut entries = piece.entries.into_iter().peekable();
        for Stored { number, range, highest_sequence, checkpoint } in piece.checkpoints {
            let place = format_args!("checkpoint {number}");
            self.looked.checkpoints += 1;
            self.looked.checkpoint = number;
            let sealed = checkpoint.as_ref().map(|checkpoint| checkpoint.at);
            if let Some(sealed) = sealed
                && self.before.is_some_and(|before| sealed >= before)
            {
                self.past = self.past();
                self.before = None;
            }
            let Some((first, last)) = range else {
                report.problem(place, "it was changed: it cannot be read");
                continue;
            };
            let mut leaves = Vec::new();
            let mut highest = None;
            while let Some(entry) = entries.next_if(|entry| entry.position <= last) {
                highest = highest.max(entry.found.as_ref().map(|found| found.sequence));
                leaves.extend(self.entry(entry, first, sealed, report));
            }
            if highest.is_some() && highest != highest_sequence {
                report.problem(place, "up to which event it seals was changed");
            }
            let whole = last.checked_sub(first).and_then(|less| usize::try_from(less).ok()).map(|less| less + 1);
            let gone = leaves.is_empty();
            if gone {
                self.removed.push((first, last));
            } else if whole != Some(leaves.len()) {
                let problem = format!("{} of its events are there, out of those from {first} to {last}", leaves.len());
                report.problem(place, problem);
            }
            match checkpoint {
                None => report.problem(place, "it was changed: it cannot be read"),
                Some(checkpoint) => {
                    if !gone && root(&leaves) != Some(checkpoint.root) {
                        report.problem(place, "its events are not those that were sealed");
                    }
                    self.chain.follow(checkpoint, place, report);
                }
            }
        }
        for entry in entries {
            self.entry(entry, i64::MAX, None, report);
        }
    }

    /// Looks at an event that was sealed at a time, and returns the leaf that it has.
    fn entry(&mut self, entry: Entry, first: i64, sealed: Option<i64>, report: &mut Report) -> Option<Hash> {
        report.events += 1;
        self.looked.events += 1;
        let position = entry.position;
        let place = format_args!("event {position}");
        if position < first || position <= self.looked.position {
            report.problem(place, "it is under no checkpoint");
            return None;
        }
        self.looked.position = position;
        let Some(found) = entry.found else {
            report.problem(place, "it is missing, or was changed so that it cannot be read");
            return entry.leaf;
        };
        if entry.leaf != Some(found.leaf) {
            report.problem(place, "it was changed");
        }
        for (company, number) in found.companies.into_iter().flatten() {
            match number {
                Some(number) => self.numbers.next(company, number, place, report),
                None => report.problem(place, format!("it has no number in the record of {company}")),
            }
        }
        if found.numbered_elsewhere {
            report.problem(place, "it has a number in the record of a company that it does not concern");
        }
        if let Some(sealed) = sealed {
            self.late.look(position, found.at, sealed);
        }
        if let Some(removal) = found.removal {
            self.numbers.removed(removal, self.chain.key);
        }
        Some(found.leaf)
    }

    fn end(self, report: &mut Report) -> Vouched {
        let removed_up_to = self.numbers.removed_up_to;
        let past = if self.before.is_some() { self.past() } else { self.past };
        let Self { chain, numbers, late, removed, looked: Looked { position, .. }, .. } = self;
        chain.end(report);
        late.end("event", report);
        // What retention takes away is the beginning, and an event in each record says so.
        let beginning = removed.iter().take_while(|(first, _)| *first <= position).count();
        let mut next = 1;
        for (place, (first, last)) in removed.iter().enumerate() {
            if *first != next || place >= beginning {
                report.problem(format!("event {first}"), format!("events {first} to {last} are missing"));
            } else {
                next = last.saturating_add(1);
            }
        }
        if next > 1 {
            let gone = next - 1;
            if numbers.removed_up_to >= gone {
                report.note(format!("Events up to {gone} were removed by retention."));
            } else {
                report.problem("event 1", format!("events up to {gone} are missing, and no event says why"));
            }
        }
        numbers.end(report);
        Vouched { past, removed_up_to }
    }
}
