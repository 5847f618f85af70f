//! Sealing: committed events get their place in the record, in batches that are signed.
//!
//! Appending knows nothing of it: an event is one row in the transaction of what happened, and writers never wait for each
//! other. What orders the record is the position that is given here, not the sequence, in which a number may become
//! visible after a higher one.

use super::record::{Bytes, Checkpoint, PublicKey, Sealed, SealingKey, Shared, Stamped, root};
use crate::database::scan::{OtherKind, Row};
use crate::database::statement;
use crate::entity::{activity_checkpoint, activity_number, activity_seal};
use crate::vault::Vault;
use crate::{Error, Services, chain};
use chrono::TimeDelta;
use domain::{Moment, WorkspaceId};
use rand::RngCore;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryResult,
    Value,
};
use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Events in one batch.
const AT_ONCE: i64 = 1_024;
/// How often is looked whether something is to be sealed.
const EVERY: Duration = Duration::from_secs(1);
/// After a failure, which mostly needs somebody to look at it.
const PAUSE: Duration = Duration::from_secs(10);
/// In how many rounds what became visible late is looked for once. In the others a server looks behind the last checkpoint
/// alone: where much happens, what was sealed in ten minutes is much to read each second.
const LOOK_BACK_EVERY: u32 = 60;
/// Events with a lower number than one that was sealed this long ago are all committed: the database ends a transaction
/// that takes longer.
pub(super) const ALL_COMMITTED_AFTER: TimeDelta = TimeDelta::minutes(10);
/// Any number, the same in every server: who holds this advisory lock seals.
const SEALING_LOCK: i64 = 0x6c61_7463_6873_6561;
/// The same for who makes the key.
const KEY_LOCK: i64 = 0x6c61_7463_686b_6e65;
/// What the vault calls the seed of the key.
const SEED: &str = "activity";

/// SQL: the columns of an event `e` that are sealed.
pub(super) const SEALED_COLUMNS: &str = "e.sequence, e.at, e.kind, e.actor_id, e.subject_id, e.account_id, \
    e.host_workspace_id, e.guest_workspace_id, e.access_request_id, e.request_line_id, e.partnership_id, e.details, \
    e.address, e.os, e.device, e.location";

/// An event as it is sealed.
pub(super) struct Recorded<'a> {
    pub(super) shared: Shared<'a>,
    pub(super) stamped: Stamped<'a>,
    pub(super) guest: Option<Uuid>,
}

impl<'a> Recorded<'a> {
    /// From the columns of [`SEALED_COLUMNS`], the first of which is this one of the row, counted from 0. They are read by
    /// their places: looking a million events' columns up by name takes seconds.
    pub(super) fn of(row: &QueryResult, first: usize) -> Result<Self, DbErr> {
        let id = |place: usize| row.try_get_by_index::<Option<Uuid>>(first + place);
        let text = |place: usize| row.try_get_by_index::<String>(first + place).map(Cow::Owned);
        let shared = Shared {
            sequence: row.try_get_by_index(first)?,
            at: row.try_get_by_index::<Moment>(first + 1)?.timestamp_micros(),
            kind: text(2)?,
            subject: id(4)?,
            account: id(5)?,
            host: row.try_get_by_index(first + 6)?,
            request: id(8)?,
            line: id(9)?,
            partnership: id(10)?,
            details: text(11)?,
        };
        let stamped =
            Stamped { actor: id(3)?, address: text(12)?, os: text(13)?, device: text(14)?, location: text(15)? };
        Ok(Self { shared, stamped, guest: id(7)? })
    }

    /// The same of a row that is only lent.
    pub(super) fn lent(row: &'a Row<'_>, first: usize) -> Result<Self, OtherKind> {
        let id = |place: usize| row.id(first + place);
        let text = |place: usize| row.text(first + place).map(Cow::Borrowed);
        let shared = Shared {
            sequence: row.number(first)?.ok_or(OtherKind)?,
            at: row.time(first + 1)?,
            kind: text(2)?,
            subject: id(4)?,
            account: id(5)?,
            host: id(6)?.ok_or(OtherKind)?,
            request: id(8)?,
            line: id(9)?,
            partnership: id(10)?,
            details: text(11)?,
        };
        let stamped =
            Stamped { actor: id(3)?, address: text(12)?, os: text(13)?, device: text(14)?, location: text(15)? };
        Ok(Self { shared, stamped, guest: id(7)? })
    }

    /// The companies in whose records it has a number: the host, and the guest if there is one.
    pub(super) fn companies(&self) -> (Uuid, Option<Uuid>) {
        (self.shared.host, self.guest.filter(|guest| *guest != self.shared.host))
    }

    pub(super) fn sealed(self, position: i64, host_number: Option<i64>, guest_number: Option<i64>) -> Sealed<'a> {
        let Self { shared, stamped, guest } = self;
        Sealed { position, shared, stamped, guest, host_number, guest_number }
    }
}

/// A stored checkpoint that cannot even be read.
#[derive(Debug, thiserror::Error)]
#[error("checkpoint {0} cannot be read: `latchkey verify-activity` tells more")]
pub struct Unreadable(pub(super) i64);

impl TryFrom<activity_checkpoint::Model> for Checkpoint {
    type Error = Unreadable;

    fn try_from(row: activity_checkpoint::Model) -> Result<Self, Unreadable> {
        let unreadable = |_| Unreadable(row.number);
        Ok(Self {
            number: row.number,
            first: row.first_position,
            last: row.last_position,
            at: row.at.timestamp_micros(),
            root: row.root.parse().map_err(unreadable)?,
            previous: row.previous.parse().map_err(unreadable)?,
            key: row.key_id.parse().map_err(unreadable)?,
            signature: row.signature.parse().map_err(unreadable)?,
        })
    }
}

impl From<Unreadable> for Error {
    fn from(error: Unreadable) -> Self {
        Self::Record(error.to_string())
    }
}

/// The last checkpoint, if there is one.
pub(super) async fn last_checkpoint(connection: &impl ConnectionTrait) -> Result<Option<Checkpoint>, Error> {
    let sql = "SELECT * FROM activity_checkpoint ORDER BY number DESC LIMIT 1";
    let row = activity_checkpoint::Model::find_by_statement(statement(connection, sql, [])).one(connection).await?;
    Ok(row.map(Checkpoint::try_from).transpose()?)
}

/// The key that verifies the record of a database that this vault opens; none before the first event is sealed.
pub(crate) async fn key_in(vault: &Vault, connection: &impl ConnectionTrait) -> Result<Option<PublicKey>, Error> {
    let seed = vault.of_installation(connection, SEED).await?;
    seed.map(|seed| Ok(key_of(&seed)?.public())).transpose()
}

fn key_of(seed: &[u8]) -> Result<SealingKey, Error> {
    let seed = seed.try_into().map_err(|_| Error::Record("its key cannot be read".to_owned()))?;
    Ok(SealingKey::of(seed))
}

impl Services {
    /// The key that verifies the record; made at the first time.
    ///
    /// # Errors
    ///
    /// [`Error::Database`], and [`Error::Vault`] or [`Error::Record`] when the key cannot be read, or is not there any more.
    pub async fn activity_key(&self) -> Result<PublicKey, Error> {
        Ok(self.sealing_key().await?.public())
    }

    pub(super) async fn sealing_key(&self) -> Result<SealingKey, Error> {
        if let Some(seed) = self.vault().of_installation(self.reader(), SEED).await? {
            return key_of(&seed);
        }
        let change = self.change().await?;
        if change.locks_rows() {
            // Of two servers that start at once, one makes it.
            let lock = statement(change.transaction(), "SELECT pg_advisory_xact_lock($1)", [KEY_LOCK.into()]);
            change.transaction().query_one_raw(lock).await?;
        }
        if let Some(seed) = self.vault().of_installation(change.transaction(), SEED).await? {
            return key_of(&seed);
        }
        if last_checkpoint(change.transaction()).await?.is_some() {
            let missing = "its key is missing, and no other is made while there are checkpoints signed with it";
            return Err(Error::Record(missing.to_owned()));
        }
        let mut seed = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut *seed);
        let key = SealingKey::of(&seed);
        self.vault().keep_for_installation(&change, SEED, seed.as_slice()).await?;
        let sql = "INSERT INTO activity_key (id, public_key, created_at) VALUES ('current', $1, $2)";
        let values = [key.public().to_string().into(), change.now().into()];
        change.transaction().execute_raw(statement(change.transaction(), sql, values)).await?;
        change.commit(Vec::new()).await?;
        Ok(key)
    }

    /// Seals what is committed and not sealed yet, unless another server is at it. Returns how many events were sealed.
    ///
    /// # Errors
    ///
    /// [`Error::Database`], and [`Error::Record`] when the last checkpoint is not one of the key, or either cannot be read.
    pub async fn seal_activity(&self) -> Result<u64, Error> {
        self.seal_activity_telling(&|_| ()).await
    }

    /// The same, telling after each batch how many events were sealed.
    pub(crate) async fn seal_activity_telling(&self, told: &(dyn Fn(u64) + Sync)) -> Result<u64, Error> {
        self.seal_after(self.all_sealed_up_to().await?, told).await
    }

    async fn seal_after(&self, after: i64, told: &(dyn Fn(u64) + Sync)) -> Result<u64, Error> {
        // Looked for outside of the transaction: among the events of ten minutes that takes a while.
        let Some(first) = self.first_waiting(after).await? else { return Ok(0) };
        let mut after = first - 1;
        let key = self.sealing_key().await?;
        let mut sealed = 0;
        while let Some(batch) = self.seal_batch(&key, after).await? {
            sealed += u64::try_from(batch.count).unwrap_or_default();
            told(sealed);
            after = batch.highest;
            if batch.count < AT_ONCE {
                break;
            }
        }
        Ok(sealed)
    }

    /// Seals until the future is dropped. Every server may: one at a time does.
    pub async fn keep_sealing(&self) {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for round in (0..LOOK_BACK_EVERY).cycle() {
            every.tick().await;
            let after = if round == 0 { self.all_sealed_up_to().await } else { self.latest_sealed().await };
            let sealed = async { self.seal_after(after?, &|_| ()).await };
            if let Err(error) = sealed.await {
                tracing::error!(error = %chain(&error), "the activity could not be sealed");
                every.reset_after(PAUSE);
            }
        }
    }

    /// Below this sequence nothing can wait. What was committed late before the last checkpoint was looked for since, or is now:
    /// the program may have been down in between.
    pub(super) async fn all_sealed_up_to(&self) -> Result<i64, Error> {
        let sql = "SELECT at FROM activity_checkpoint ORDER BY number DESC LIMIT 1";
        let row = self.reader().query_one_raw(statement(self.reader(), sql, [])).await?;
        let last: Option<Moment> = row.map(|row| row.try_get("", "at")).transpose()?;
        let now = self.now();
        let before = last.map_or(now, |last| last.min(now)) - ALL_COMMITTED_AFTER * 2;
        let sql = "SELECT highest_sequence FROM activity_checkpoint WHERE at < $1 ORDER BY at DESC LIMIT 1";
        self.sealed_up_to(sql, [before.into()]).await
    }

    /// The highest sequence under the last checkpoint.
    async fn latest_sealed(&self) -> Result<i64, Error> {
        self.sealed_up_to("SELECT highest_sequence FROM activity_checkpoint ORDER BY number DESC LIMIT 1", []).await
    }

    /// The sequence that this question has for an answer, as far as there is a seal so high: nobody may stop the sealing by
    /// what they write beside a checkpoint, which is not signed.
    async fn sealed_up_to<const N: usize>(&self, sql: &str, values: [Value; N]) -> Result<i64, Error> {
        let reader = self.reader();
        let row = reader.query_one_raw(statement(reader, sql, values)).await?;
        let said: i64 = row.map(|row| row.try_get("", "highest_sequence")).transpose()?.unwrap_or(0);
        let sql = "SELECT event_sequence FROM activity_seal ORDER BY event_sequence DESC LIMIT 1";
        let row = reader.query_one_raw(statement(reader, sql, [])).await?;
        let sealed: i64 = row.map(|row| row.try_get("", "event_sequence")).transpose()?.unwrap_or(0);
        Ok(said.min(sealed))
    }

    /// The first event after this sequence that waits for its seal.
    async fn first_waiting(&self, after: i64) -> Result<Option<i64>, Error> {
        let sql = "SELECT e.sequence FROM activity_event e WHERE e.sequence > $1 AND NOT EXISTS (
                       SELECT 1 FROM activity_seal s WHERE s.event_sequence = e.sequence AND s.event_sequence > $1)
                   ORDER BY e.sequence LIMIT 1";
        let row = self.reader().query_one_raw(statement(self.reader(), sql, [after.into()])).await?;
        Ok(row.map(|row| row.try_get("", "sequence")).transpose()?)
    }

    async fn seal_batch(&self, key: &SealingKey, after: i64) -> Result<Option<Batch>, Error> {
        let transaction = self.database().begin().await?;
        if transaction.get_database_backend() == DbBackend::Postgres {
            let lock = statement(&transaction, "SELECT pg_try_advisory_xact_lock($1) AS got", [SEALING_LOCK.into()]);
            let row = transaction.query_one_raw(lock).await?;
            if !row.map(|row| row.try_get("", "got")).transpose()?.unwrap_or(false) {
                return Ok(None);
            }
        }
        let last = last_checkpoint(&transaction).await?;
        // A signature vouches for all before it. Going on after one that is not ours would vouch for whatever was put there.
        if let Some(other) = last.as_ref().filter(|last| !last.is_signed_by(&key.public())) {
            let refused =
                "is not as it was signed, so nothing is sealed after it: `latchkey verify-activity` tells more";
            return Err(Error::Record(format!("checkpoint {} {refused}", other.number)));
        }
        let sql = format!(
            "SELECT {SEALED_COLUMNS} FROM activity_event e
             WHERE e.sequence > $1 AND NOT EXISTS (
                 SELECT 1 FROM activity_seal s WHERE s.event_sequence = e.sequence AND s.event_sequence > $1)
             ORDER BY e.sequence LIMIT {AT_ONCE}"
        );
        let rows = transaction.query_all_raw(statement(&transaction, &sql, [after.into()])).await?;
        let events = rows.iter().map(|row| Recorded::of(row, 0)).collect::<Result<Vec<_>, _>>()?;
        let Some(highest) = events.last().map(|event| event.shared.sequence) else { return Ok(None) };
        let mut numbers = last_numbers(&transaction, &events).await?;
        let first = last.as_ref().map_or(0, |last| last.last) + 1;
        let (mut seals, mut own, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
        for (position, event) in (first..).zip(events) {
            let mut next = |workspace: Uuid| {
                let number = numbers.entry(workspace).or_default();
                *number += 1;
                own.push(activity_number::ActiveModel {
                    workspace_id: Set(WorkspaceId(workspace)),
                    number: Set(*number),
                    position: Set(position),
                });
                *number
            };
            let (host, guest) = event.companies();
            let (host_number, guest_number) = (next(host), guest.map(&mut next));
            let mut salt = [0; 16];
            rand::rng().fill_bytes(&mut salt);
            let salt = Bytes(salt);
            let sequence = event.shared.sequence;
            let leaf = event.sealed(position, Some(host_number), guest_number).leaf(salt);
            leaves.push(leaf);
            seals.push(activity_seal::ActiveModel {
                position: Set(position),
                event_sequence: Set(sequence),
                salt: Set(salt.to_string()),
                leaf: Set(leaf.to_string()),
            });
        }
        let (Some(root), Ok(count)) = (root(&leaves), i64::try_from(leaves.len())) else { return Ok(None) };
        let now = self.now();
        let checkpoint = Checkpoint {
            number: last.as_ref().map_or(0, |last| last.number) + 1,
            first,
            last: first + count - 1,
            at: now.timestamp_micros(),
            root,
            previous: last.as_ref().map_or(Bytes([0; 32]), Checkpoint::link),
            key: Bytes([0; 8]),
            signature: Bytes([0; 64]),
        };
        activity_seal::Entity::insert_many(seals).exec_without_returning(&transaction).await?;
        activity_number::Entity::insert_many(own).exec_without_returning(&transaction).await?;
        stored(checkpoint.sign(key), now, highest).insert(&transaction).await?;
        transaction.commit().await?;
        Ok(Some(Batch { count, highest }))
    }
}

fn stored(checkpoint: Checkpoint, at: Moment, highest: i64) -> activity_checkpoint::ActiveModel {
    activity_checkpoint::ActiveModel {
        number: Set(checkpoint.number),
        first_position: Set(checkpoint.first),
        last_position: Set(checkpoint.last),
        at: Set(at),
        root: Set(checkpoint.root.to_string()),
        previous: Set(checkpoint.previous.to_string()),
        key_id: Set(checkpoint.key.to_string()),
        signature: Set(checkpoint.signature.to_string()),
        highest_sequence: Set(highest),
    }
}

/// What was sealed at once.
struct Batch {
    count: i64,
    highest: i64,
}

/// The last number in the record of each company that the events concern.
async fn last_numbers(connection: &impl ConnectionTrait, events: &[Recorded<'_>]) -> Result<HashMap<Uuid, i64>, Error> {
    let companies = events.iter().flat_map(|event| {
        let (host, guest) = event.companies();
        [Some(host), guest].into_iter().flatten()
    });
    let mut companies: Vec<Uuid> = companies.collect();
    companies.sort_unstable();
    companies.dedup();
    let places: Vec<String> = (1..=companies.len()).map(|place| format!("${place}")).collect();
    // A workspace at a time, each the end of an index: max() over a group would read all of its numbers.
    let sql = format!(
        "SELECT w.id, COALESCE((SELECT n.number FROM activity_number n WHERE n.workspace_id = w.id
                                ORDER BY n.number DESC LIMIT 1), 0) AS number
         FROM workspace w WHERE w.id IN ({})",
        places.join(", ")
    );
    let values = companies.iter().map(|company| WorkspaceId(*company).into());
    let rows = connection.query_all_raw(statement(connection, &sql, values)).await?;
    Ok(rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "number")?))).collect::<Result<_, DbErr>>()?)
}
