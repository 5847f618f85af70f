//! Verifying the record where it is stored.

use super::{Chain, Numbers, Report, Trust};
use crate::activity::record::{Checkpoint, Hash, PublicKey, Salt, Sealed, root};
use crate::activity::seal::{ALL_COMMITTED_AFTER, Recorded, SEALED_COLUMNS};
use crate::database::statement;
use crate::entity::activity_checkpoint;
use crate::{Database, Error};
use chrono::TimeDelta;
use domain::Moment;
use futures::{TryStreamExt, stream};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, FromQueryResult, QueryResult};

/// Checkpoints read at a time.
const CHECKPOINTS_AT_ONCE: i64 = 512;
/// Events read at a time, as long as one batch has not more.
const EVENTS_AT_ONCE: i64 = 4_096;
/// Pieces that are read and hashed at the same time.
const PIECES_AT_ONCE: usize = 4;

/// An event that is older than this at a checkpoint is under it, or under an earlier one: what becomes visible late is looked
/// for once a minute.
const SEALED_AFTER: TimeDelta = TimeDelta::minutes(ALL_COMMITTED_AFTER.num_minutes() + 2);

impl Database {
    /// Verifies the whole record, from the first event to the last that is sealed. Writes nothing, and needs no key but the
    /// public one; without `trust.key` the one is taken that stands in the database.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when it cannot be read.
    pub async fn verify_activity(&self, trust: &Trust) -> Result<Report, Error> {
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
        let mut follower =
            Follower { chain: Chain::new(trust, key), numbers: Numbers::default(), removed: Vec::new(), position: 0 };
        let pieces = stream::try_unfold(0, |after| self.checkpoints_after(after)).try_flatten();
        let pieces = pieces.map_ok(|checkpoints| async move {
            // In a task of its own: hashing has a core while the next piece is read.
            let connection = self.read().clone();
            tokio::spawn(async move { Piece::read(&connection, checkpoints).await }).await?
        });
        let mut pieces = std::pin::pin!(pieces.try_buffered(PIECES_AT_ONCE));
        while let Some(piece) = pieces.try_next().await? {
            follower.follow(piece, &mut report);
        }
        follower.end(&mut report);
        self.look_beside(&mut report).await?;
        Ok(report)
    }

    /// The checkpoints after one, in pieces with about as many events each.
    #[allow(clippy::type_complexity, reason = "a stream of pieces, and where the next begins")]
    async fn checkpoints_after(
        &self,
        after: i64,
    ) -> Result<Option<(impl futures::Stream<Item = Result<Vec<Stored>, Error>> + use<>, i64)>, Error> {
        let sql =
            format!("SELECT * FROM activity_checkpoint WHERE number > $1 ORDER BY number LIMIT {CHECKPOINTS_AT_ONCE}");
        let rows = self.read().query_all_raw(statement(self.read(), &sql, [after.into()])).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        let last: i64 = last.try_get("", "number")?;
        let mut pieces: Vec<Vec<Stored>> = Vec::new();
        let mut events = i64::MAX;
        for row in &rows {
            let checkpoint = Stored::of(row)?;
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
        Ok(Some((stream::iter(pieces.into_iter().map(Ok)), last)))
    }

    /// What stands beside the chain: seals under no checkpoint, and events that wait for theirs.
    async fn look_beside(&self, report: &mut Report) -> Result<(), Error> {
        let count = async |sql: &str| -> Result<i64, Error> {
            let row = self.read().query_one_raw(statement(self.read(), sql, [])).await?;
            Ok(row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or(0))
        };
        let under_none = count(
            "SELECT count(*) AS found FROM activity_seal
             WHERE position > (SELECT COALESCE(max(last_position), 0) FROM activity_checkpoint)",
        );
        match under_none.await? {
            0 => {}
            found => {
                report.problem("the end", format!("{found} events are sealed under no checkpoint: the end is cut off"))
            }
        }
        let sealed = count("SELECT count(*) AS found FROM activity_seal").await?;
        let events = count("SELECT count(*) AS found FROM activity_event").await?;
        if events > sealed {
            let left_out = self.left_out().await?;
            if left_out > 0 {
                let problem = format!("{left_out} events are not sealed, and later ones are: they were inserted");
                report.problem("beside the record", problem);
            }
            if events - sealed > left_out {
                report.note(format!("{} events are not sealed yet.", events - sealed - left_out));
            }
        }
        Ok(())
    }

    /// Events that were to be sealed long before the last checkpoint, by their number or by their time, and are not.
    async fn left_out(&self) -> Result<i64, Error> {
        let read = self.read();
        let sql = "SELECT at FROM activity_checkpoint ORDER BY number DESC LIMIT 1";
        let row = read.query_one_raw(statement(read, sql, [])).await?;
        let Some(last) = row.map(|row| row.try_get::<Moment>("", "at")).transpose()? else { return Ok(0) };
        let sql = "SELECT count(*) AS found FROM activity_event e
                   WHERE NOT EXISTS (SELECT 1 FROM activity_seal s WHERE s.event_sequence = e.sequence)
                     AND (e.at < $1 AND e.sequence < COALESCE((SELECT max(event_sequence) FROM activity_seal), 0)
                         OR e.sequence <= COALESCE((
                         SELECT highest_sequence FROM activity_checkpoint WHERE at < $1 ORDER BY at DESC LIMIT 1), 0))";
        let row = read.query_one_raw(statement(read, sql, [(last - SEALED_AFTER).into()])).await?;
        Ok(row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or(0))
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
    fn of(row: &QueryResult) -> Result<Self, DbErr> {
        let number = row.try_get("", "number")?;
        let range = row.try_get("", "first_position").ok().zip(row.try_get("", "last_position").ok());
        let model = activity_checkpoint::Model::from_query_result(row, "").ok();
        let highest_sequence = row.try_get("", "highest_sequence").ok();
        Ok(Self { number, range, highest_sequence, checkpoint: model.and_then(|model| model.try_into().ok()) })
    }
}

/// A sealed event as it is stored.
struct Entry {
    position: i64,
    /// As the seal says.
    leaf: Option<Hash>,
    /// What is there, and the leaf that it has.
    found: Option<(Sealed, Hash)>,
}

impl Entry {
    fn of(row: &QueryResult) -> Result<Self, DbErr> {
        let position = row.try_get_by_index(0)?;
        let bytes = |place: usize| row.try_get_by_index::<String>(place).ok();
        let salt: Option<Salt> = bytes(1).and_then(|salt| salt.parse().ok());
        let leaf = bytes(2).and_then(|leaf| leaf.parse().ok());
        let number = |place: usize| row.try_get_by_index::<Option<i64>>(place).ok().flatten();
        let found = Recorded::of(row, 5).ok().zip(salt).map(|(event, salt)| {
            let sealed = event.sealed(position, number(3), number(4));
            let leaf = sealed.leaf(salt);
            (sealed, leaf)
        });
        Ok(Self { position, leaf, found })
    }
}

/// Some checkpoints with their events.
struct Piece {
    checkpoints: Vec<Stored>,
    entries: Vec<Entry>,
}

impl Piece {
    async fn read(connection: &DatabaseConnection, checkpoints: Vec<Stored>) -> Result<Self, Error> {
        let ranges = || checkpoints.iter().filter_map(|checkpoint| checkpoint.range);
        let (Some(first), Some(last)) = (ranges().map(|(first, _)| first).min(), ranges().map(|(_, last)| last).max())
        else {
            return Ok(Self { checkpoints, entries: Vec::new() });
        };
        // What a changed checkpoint says may be anything: no more is read than can belong to them.
        let sql = format!(
            "SELECT s.position, s.salt, s.leaf, h.number AS host_number, g.number AS guest_number, {SEALED_COLUMNS}
             FROM activity_seal s
             LEFT JOIN activity_event e ON e.sequence = s.event_sequence
             LEFT JOIN activity_number h ON h.position = s.position AND h.workspace_id = e.host_workspace_id
             LEFT JOIN activity_number g ON g.position = s.position AND g.workspace_id = e.guest_workspace_id
                 AND g.workspace_id <> e.host_workspace_id
             WHERE s.position BETWEEN $1 AND $2 ORDER BY s.position LIMIT {}",
            EVENTS_AT_ONCE * 2
        );
        let rows = connection.query_all_raw(statement(connection, &sql, [first.into(), last.into()])).await?;
        let entries = rows.iter().map(Entry::of).collect::<Result<_, _>>()?;
        Ok(Self { checkpoints, entries })
    }
}

/// Follows the pieces one after the other.
struct Follower<'t> {
    chain: Chain<'t>,
    numbers: Numbers,
    /// Positions of whole batches that are not there any more.
    removed: Vec<(i64, i64)>,
    /// The last position that was looked at.
    position: i64,
}

impl Follower<'_> {
    fn follow(&mut self, piece: Piece, report: &mut Report) {
        let mut entries = piece.entries.into_iter().peekable();
        for Stored { number, range, highest_sequence, checkpoint } in piece.checkpoints {
            let place = format!("checkpoint {number}");
            let Some((first, last)) = range else {
                report.problem(place, "it was changed: it cannot be read");
                continue;
            };
            let mut leaves = Vec::new();
            let mut highest = None;
            while let Some(entry) = entries.next_if(|entry| entry.position <= last) {
                highest = highest.max(entry.found.as_ref().map(|(sealed, _)| sealed.shared.sequence));
                leaves.extend(self.entry(entry, first, report));
            }
            if highest.is_some() && highest != highest_sequence {
                report.problem(&place, "up to which event it seals was changed");
            }
            let whole = last.checked_sub(first).and_then(|less| usize::try_from(less).ok()).map(|less| less + 1);
            let gone = leaves.is_empty();
            if gone {
                self.removed.push((first, last));
            } else if whole != Some(leaves.len()) {
                let problem = format!("{} of its events are there, out of those from {first} to {last}", leaves.len());
                report.problem(&place, problem);
            }
            match checkpoint {
                None => report.problem(&place, "it was changed: it cannot be read"),
                Some(checkpoint) => {
                    if !gone && root(&leaves) != Some(checkpoint.root) {
                        report.problem(&place, "its events are not those that were sealed");
                    }
                    self.chain.follow(checkpoint, &place, report);
                }
            }
        }
        for entry in entries {
            self.entry(entry, i64::MAX, report);
        }
    }

    /// Looks at an event, and returns the leaf that it has.
    fn entry(&mut self, entry: Entry, first: i64, report: &mut Report) -> Option<Hash> {
        report.events += 1;
        let place = format!("event {}", entry.position);
        if entry.position < first || entry.position <= self.position {
            report.problem(&place, "it is under no checkpoint");
            return None;
        }
        self.position = entry.position;
        let Some((sealed, leaf)) = entry.found else {
            report.problem(&place, "it is missing, or was changed so that it cannot be read");
            return entry.leaf;
        };
        if entry.leaf != Some(leaf) {
            report.problem(&place, "it was changed");
        }
        let companies = [
            (Some(sealed.shared.host), sealed.host_number),
            (sealed.guest.filter(|guest| *guest != sealed.shared.host), sealed.guest_number),
        ];
        for (company, number) in companies {
            match (company, number) {
                (Some(company), Some(number)) => self.numbers.next(company, number, &place, report),
                (Some(company), None) => report.problem(&place, format!("it has no number in the record of {company}")),
                _ => {}
            }
        }
        self.numbers.removed(&sealed.shared, self.chain.key);
        Some(leaf)
    }

    fn end(self, report: &mut Report) {
        let Self { chain, numbers, removed, position } = self;
        chain.end(report);
        // What retention takes away is the beginning, and an event in each record says so.
        let beginning = removed.iter().take_while(|(first, _)| *first <= position).count();
        let mut next = 1;
        for (place, (first, last)) in removed.iter().enumerate() {
            if *first != next || place >= beginning {
                report.problem(format!("event {first}"), format!("events {first} to {last} are missing"));
            } else {
                next = last + 1;
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
    }
}
