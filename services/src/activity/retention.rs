//! Retention: events older than the operator keeps are removed, whole sealed batches at a time.
//!
//! First an event in each company's record says what is going to be removed, and is sealed; then it is. So the record
//! verifies at every moment, also when the program is killed in between: checkpoints stay, and what is missing is what an
//! event says.

use super::verify::PastOfCompany;
use super::{Details, Event};
use crate::database::statement;
use crate::{Error, Services};
use chrono::TimeDelta;
use domain::WorkspaceId;
use domain::activity::EventKind;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

/// What is removed is told at most this often.
const TOLD_EVERY: TimeDelta = TimeDelta::days(1);
/// Where is kept up to which checkpoint events are removed.
const WAY: &str = "retention";

impl Services {
    /// Removes events that are older than they are kept, unless they are kept for ever. Returns how many went.
    ///
    /// # Errors
    ///
    /// [`Error::Database`], and [`Error::Record`] when something of the record is not as it was sealed, or what is to be removed
    /// cannot be sealed first.
    pub async fn remove_old_activity(&self) -> Result<u64, Error> {
        let Some(keep) = self.keeps_activity_for() else { return Ok(0) };
        self.announce_removal(keep).await?;
        self.seal_activity().await?;
        if !self.has_announced_events(self.announced().await?).await? || self.announcement_waits().await? {
            return Ok(0);
        }
        // Not what the table says, but what the key has signed.
        let key = self.sealing_key().await?.public();
        let until = self.database().vouched_for(key, self.now()).await?.removed_up_to;
        let mut removed = 0;
        while let Some(count) = self.remove_batch(until).await? {
            removed += count;
        }
        Ok(removed)
    }

    /// The last checkpoint whose events are removed.
    async fn announced(&self) -> Result<i64, Error> {
        let sql = "SELECT checkpoint FROM activity_delivery WHERE way = $1";
        let row = self.reader().query_one_raw(statement(self.reader(), sql, [WAY.into()])).await?;
        Ok(row.map(|row| row.try_get("", "checkpoint")).transpose()?.unwrap_or(0))
    }

    /// Whether there is something to remove, up to this checkpoint.
    async fn has_announced_events(&self, until: i64) -> Result<bool, Error> {
        let sql = "SELECT 1 AS one FROM activity_checkpoint c WHERE c.number <= $1
                     AND c.last_position >= (SELECT s.position FROM activity_seal s ORDER BY s.position LIMIT 1) LIMIT 1";
        Ok(self.reader().query_one_raw(statement(self.reader(), sql, [until.into()])).await?.is_some())
    }

    /// Says in each company's record what will be removed from it.
    async fn announce_removal(&self, keep: TimeDelta) -> Result<(), Error> {
        let now = self.now();
        let oldest = "SELECT c.at FROM activity_checkpoint c WHERE c.number > $1 ORDER BY c.number LIMIT 1";
        let announced = self.announced().await?;
        let reader = self.reader();
        let row = reader.query_one_raw(statement(reader, oldest, [announced.into()])).await?;
        let oldest: Option<domain::Moment> = row.map(|row| row.try_get("", "at")).transpose()?;
        if oldest.is_none_or(|oldest| oldest > now - keep - TOLD_EVERY) {
            return Ok(());
        }
        // A batch is sealed after the last of its events has happened. What is signed here is what the record vouches for: whoever
        // can write the tables would have anything removed otherwise.
        let key = self.sealing_key().await?;
        let past = self.database().vouched_for(key.public(), now - keep).await?.past;
        let Some(past) = past.filter(|past| past.checkpoint > announced) else { return Ok(()) };
        let change = self.change().await?;
        let sql = "INSERT INTO activity_delivery (way, checkpoint) VALUES ($1, $2) ON CONFLICT (way) DO UPDATE
                   SET checkpoint = excluded.checkpoint WHERE activity_delivery.checkpoint < excluded.checkpoint";
        let transaction = change.transaction();
        let told = transaction.execute_raw(statement(transaction, sql, [WAY.into(), past.checkpoint.into()])).await?;
        if told.rows_affected() == 0 {
            // Another server was first.
            return Ok(());
        }
        let events = past.companies.into_iter().map(|PastOfCompany { workspace, events, through }| Event {
            details: Details {
                count: Some(u32::try_from(events).unwrap_or(u32::MAX)),
                through: Some(through),
                position: Some(past.position),
                proof: Some(key.sign_removal(workspace, through, past.position)),
                ..Details::default()
            },
            ..Event::new(EventKind::ActivityRemoved, WorkspaceId(workspace))
        });
        change.commit(events.collect()).await
    }

    /// Whether what says what is removed is not sealed yet.
    async fn announcement_waits(&self) -> Result<bool, Error> {
        let sql = "SELECT 1 AS one FROM activity_event e WHERE e.sequence > $1 AND e.kind = $2
                     AND NOT EXISTS (SELECT 1 FROM activity_seal s WHERE s.event_sequence = e.sequence) LIMIT 1";
        let values = [self.all_sealed_up_to().await?.into(), EventKind::ActivityRemoved.word().into()];
        Ok(self.reader().query_one_raw(statement(self.reader(), sql, values)).await?.is_some())
    }

    /// Removes the events of the oldest batch that has any, up to a position.
    async fn remove_batch(&self, until: i64) -> Result<Option<u64>, Error> {
        #[derive(FromQueryResult)]
        struct Range {
            first_position: i64,
            last_position: i64,
        }
        let sql = "SELECT c.first_position, c.last_position FROM activity_checkpoint c
                   WHERE c.last_position >= (SELECT s.position FROM activity_seal s ORDER BY s.position LIMIT 1)
                   ORDER BY c.last_position LIMIT 1";
        let reader = self.reader();
        let range = Range::find_by_statement(statement(reader, sql, [])).one(reader).await?;
        let Some(range) = range.filter(|range| range.last_position <= until) else { return Ok(None) };
        let transaction = self.database().begin().await?;
        let within = || -> [Value; 2] { [range.first_position.into(), range.last_position.into()] };
        let sql = "SELECT event_sequence FROM activity_seal WHERE position BETWEEN $1 AND $2";
        let rows = transaction.query_all_raw(statement(&transaction, sql, within())).await?;
        let sequences =
            rows.iter().map(|row| row.try_get::<i64>("", "event_sequence")).collect::<Result<Vec<_>, _>>()?;
        if sequences.is_empty() {
            // Another server was first.
            return Ok(None);
        }
        let places: Vec<String> = (1..=sequences.len()).map(|place| format!("${place}")).collect();
        let places = places.join(", ");
        let these = || sequences.iter().map(|sequence| Value::from(*sequence));
        for (sql, values) in [
            (format!("DELETE FROM notification WHERE event_sequence IN ({places})"), these().collect::<Vec<_>>()),
            ("DELETE FROM activity_number WHERE position BETWEEN $1 AND $2".to_owned(), within().to_vec()),
            ("DELETE FROM activity_seal WHERE position BETWEEN $1 AND $2".to_owned(), within().to_vec()),
            (format!("DELETE FROM activity_event WHERE sequence IN ({places})"), these().collect()),
        ] {
            transaction.execute_raw(statement(&transaction, &sql, values)).await?;
        }
        transaction.commit().await?;
        Ok(Some(u64::try_from(sequences.len()).unwrap_or_default()))
    }
}
