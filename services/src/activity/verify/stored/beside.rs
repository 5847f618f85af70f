//! What stands beside the chain: rows that belong to no checkpoint, and events that wait for their seals, or never get one.
//!
//! Following the chain sees what its checkpoints cover. Whoever can write the tables can also put something where no checkpoint
//! looks; so what was looked at is counted, and compared with what is there.

use super::Report;
use crate::activity::verify::SEALED_AFTER;
use crate::database::statement;
use crate::{Database, Error};
use chrono::DateTime;
use domain::Moment;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult, TransactionTrait, Value};

/// What was looked at while the chain was followed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Looked {
    /// Seals, each with its event.
    pub(super) events: u64,
    /// Numbers in companies' records.
    pub(super) numbers: u64,
    pub(super) checkpoints: u64,
    /// The last position.
    pub(super) position: i64,
    /// The last checkpoint's number.
    pub(super) checkpoint: i64,
}

/// The year 9999: no time in a record is later.
const END_OF_TIMES: i64 = 253_370_764_800;

/// Events without a seal.
#[derive(Debug, FromQueryResult)]
struct Unsealed {
    waiting: i64,
    /// Of these: later ones are sealed, by their number or by their time.
    left_out: i64,
    /// Of the others: what happened long before the latest event.
    stuck: i64,
}

impl Database {
    pub(super) async fn look_beside(&self, looked: Looked, report: &mut Report) -> Result<(), Error> {
        let transaction = self.read().begin().await?;
        if transaction.get_database_backend() == DbBackend::Postgres {
            // All counts are of one state, and counting may take a while.
            transaction.execute_unprepared("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
            transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        }
        let beside = "beside the record";
        for (what, table, column, last, looked) in [
            ("seals", "activity_seal", "position", looked.position, looked.events),
            ("numbers of events", "activity_number", "position", looked.position, looked.numbers),
            ("checkpoints", "activity_checkpoint", "number", looked.checkpoint, looked.checkpoints),
        ] {
            let sql = format!("SELECT count(*) AS found FROM {table} WHERE {column} <= $1");
            let found = count(&transaction, &sql, [last.into()]).await?.saturating_sub(looked);
            if found > 0 {
                report.problem(beside, format!("{found} {what} stand where the record has none"));
            }
        }
        for (what, table) in [("events are sealed", "activity_seal"), ("events are numbered", "activity_number")] {
            let sql = format!(
                "SELECT count(*) AS found FROM {table}
                 WHERE position > (SELECT COALESCE(max(last_position), 0) FROM activity_checkpoint)"
            );
            let found = count(&transaction, &sql, []).await?;
            if found > 0 {
                report.problem("the end", format!("{found} {what} under no checkpoint: the end is cut off"));
            }
        }
        // In SQLite a text is larger than any number.
        let sql = "SELECT count(*) AS found FROM activity_checkpoint WHERE number > $1";
        if count(&transaction, sql, [i64::MAX.into()]).await? > 0 {
            report.problem("the end", "a checkpoint has something else for a number");
        }
        let sealed = count(&transaction, "SELECT count(*) AS found FROM activity_seal", []).await?;
        let events = count(&transaction, "SELECT count(*) AS found FROM activity_event", []).await?;
        if events > sealed {
            let Unsealed { waiting, left_out, stuck } = unsealed(&transaction).await?;
            if left_out > 0 {
                let problem = format!("{left_out} events are not sealed, and later ones are: they were inserted");
                report.problem(beside, problem);
            }
            if stuck > 0 {
                // No problem of the record: where no server runs, commands go on recording what they do.
                let minutes = SEALED_AFTER.num_minutes();
                report.note(format!(
                    "{stuck} events wait for their seals for more than {minutes} minutes. If a server is running, its log says why."
                ));
            }
            if waiting > left_out + stuck {
                report.note(format!("{} events are not sealed yet.", waiting - left_out - stuck));
            }
        }
        transaction.commit().await?;
        Ok(())
    }
}

async fn count<const N: usize>(transaction: &DatabaseTransaction, sql: &str, values: [Value; N]) -> Result<u64, Error> {
    let row = transaction.query_one_raw(statement(transaction, sql, values)).await?;
    let found: i64 = row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or(0);
    Ok(u64::try_from(found).unwrap_or_default())
}

async fn unsealed(transaction: &DatabaseTransaction) -> Result<Unsealed, Error> {
    // Neither what is no time, which SQLite sorts behind those of the calendar, nor PostgreSQL's infinity.
    let end = DateTime::from_timestamp_secs(END_OF_TIMES).unwrap_or(Moment::UNIX_EPOCH);
    let latest_in = async |table: &str| -> Result<Moment, Error> {
        let sql = format!("SELECT at FROM {table} WHERE at < $1 ORDER BY at DESC LIMIT 1");
        let row = transaction.query_one_raw(statement(transaction, &sql, [end.into()])).await?;
        Ok(row.and_then(|row| row.try_get("", "at").ok()).unwrap_or(Moment::UNIX_EPOCH))
    };
    let (sealed, latest) = (latest_in("activity_checkpoint").await?, latest_in("activity_event").await?);
    let long_before = |moment: Moment| Value::from(moment - SEALED_AFTER);
    let sql = "SELECT count(*) AS waiting,
                      count(CASE WHEN u.left_out THEN 1 END) AS left_out,
                      count(CASE WHEN NOT u.left_out AND u.at < $2 THEN 1 END) AS stuck
               FROM (SELECT e.at,
                            (e.at < $1 AND e.sequence < COALESCE((SELECT max(event_sequence) FROM activity_seal), 0)
                             OR e.sequence <= COALESCE((SELECT highest_sequence FROM activity_checkpoint
                                                        WHERE at < $1 ORDER BY at DESC LIMIT 1), 0)) AS left_out
                     FROM activity_event e
                     WHERE NOT EXISTS (SELECT 1 FROM activity_seal s WHERE s.event_sequence = e.sequence)) u";
    let asked = statement(transaction, sql, [long_before(sealed), long_before(latest)]);
    let found = Unsealed::find_by_statement(asked).one(transaction).await?;
    Ok(found.unwrap_or(Unsealed { waiting: 0, left_out: 0, stuck: 0 }))
}
