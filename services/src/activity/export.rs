//! A company's own record as a file, with everything that is needed to verify it: one JSON value on each line.
//!
//! What a company may read of an event stands there with its salts, what it may not as a hash. [`super::verify`] reads it.

use super::record::{Bytes, Checkpoint, End, Hash, Salt, Salts, SealingKey, Side, rest};
use super::seal::{Recorded, SEALED_COLUMNS, Unreadable, last_checkpoint};
use super::verify::{BatchLine, EventLine, Head};
use super::{Details, Event};
use crate::context::Ctx;
use crate::database::statement;
use crate::entity::activity_checkpoint;
use crate::{Error, WorkspaceAdmin};
use domain::activity::EventKind;
use futures::{Stream, stream};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// Checkpoints read at a time.
const CHECKPOINTS_AT_ONCE: i64 = 512;
/// Events that the checkpoints of one piece seal, as long as one has not more.
const EVENTS_AT_ONCE: i64 = 4_096;

impl WorkspaceAdmin {
    /// Everything that concerns the company, with what is needed to verify it, in pieces. That it was downloaded is
    /// recorded, and the last event in it.
    ///
    /// # Errors
    ///
    /// [`Error::Database`], and [`Error::Record`] when it cannot be sealed; at the end of the pieces also when something of the
    /// record is not as it was sealed.
    pub async fn export_record(self) -> Result<impl Stream<Item = Result<Vec<u8>, Error>> + Send + 'static, Error> {
        let admin = self.record_export().await?;
        let ctx = admin.ctx();
        ctx.services.seal_activity().await?;
        let key = ctx.services.sealing_key().await?;
        let until = last_checkpoint(ctx.reader()).await?.map_or(0, |last| last.number);
        let begin = Writing { ctx: ctx.clone(), key, until, last: None, number: 0, stage: Stage::Head };
        Ok(stream::try_unfold(begin, |mut writing| async {
            let piece = writing.piece().await?;
            Ok(piece.map(|piece| (piece, writing)))
        }))
    }

    /// Records that activity is downloaded.
    pub(super) async fn record_export(self) -> Result<Self, Error> {
        let (change, admin) = self.change().await?;
        let ctx = admin.ctx();
        let event =
            Event { actor: Some(ctx.member()), details: ctx.details(), ..ctx.event(EventKind::ActivityExported) };
        change.commit(vec![event]).await?;
        Ok(admin)
    }
}

enum Stage {
    Head,
    Batches,
    End,
}

/// A file that is being written.
struct Writing {
    ctx: Ctx,
    key: SealingKey,
    /// The last checkpoint that it holds.
    until: i64,
    last: Option<Checkpoint>,
    /// Of the company's last event in it.
    number: i64,
    stage: Stage,
}

impl Writing {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut lines = Vec::new();
        let workspace = self.ctx.workspace().0;
        match self.stage {
            Stage::Head => {
                self.stage = if self.until > 0 { Stage::Batches } else { Stage::End };
                let key = self.key.public().to_string();
                line(&mut lines, &Head { latchkey_activity: 1, workspace, key })?;
            }
            Stage::Batches => {
                self.batches(&mut lines).await?;
                if self.last.as_ref().is_none_or(|last| last.number >= self.until) {
                    self.stage = Stage::End;
                }
            }
            Stage::End if self.until < 0 => return Ok(None),
            Stage::End => {
                // Its signature says that nothing is missing. From a record of which somebody has taken numbers away it would
                // vouch for what they have left.
                self.ctx.services.database().vouched_for(self.key.public(), self.ctx.now()).await?;
                let end = End {
                    end: self.number,
                    workspace,
                    checkpoint: self.last.as_ref().map_or(Bytes([0; 32]), Checkpoint::link),
                    at: self.ctx.now().timestamp_micros(),
                    key: Bytes([0; 8]),
                    signature: Bytes([0; 64]),
                };
                line(&mut lines, &end.sign(&self.key))?;
                self.until = -1;
            }
        }
        Ok(Some(lines))
    }

    /// The next checkpoints, each followed by the company's events under it.
    async fn batches(&mut self, lines: &mut Vec<u8>) -> Result<(), Error> {
        let checkpoints = self.checkpoints().await?;
        let (Some(first), Some(last)) = (checkpoints.first(), checkpoints.last()) else { return Ok(()) };
        let (first, last) = (first.first, last.last);
        let mut events = self.events(last).await?.into_iter().peekable();
        let leaves = if events.peek().is_some() { self.leaves(first, last).await? } else { HashMap::new() };
        for checkpoint in checkpoints {
            let own: Vec<_> =
                std::iter::from_fn(|| events.next_if(|event| event.position <= checkpoint.last)).collect();
            let rest = if own.is_empty() { Vec::new() } else { rest_of(&checkpoint, &own, &leaves)? };
            line(lines, &BatchLine { batch: checkpoint.clone(), events: own.len(), rest })?;
            for event in own {
                self.number = event.number;
                line(lines, &event)?;
            }
            self.last = Some(checkpoint);
        }
        Ok(())
    }

    async fn checkpoints(&self) -> Result<Vec<Checkpoint>, Error> {
        let sql = format!(
            "SELECT * FROM activity_checkpoint WHERE number > $1 AND number <= $2
             ORDER BY number LIMIT {CHECKPOINTS_AT_ONCE}"
        );
        let after = self.last.as_ref().map_or(0, |last| last.number);
        let reader = self.ctx.reader();
        let asked = statement(reader, &sql, [after.into(), self.until.into()]);
        let rows = activity_checkpoint::Model::find_by_statement(asked).all(reader).await?;
        let mut checkpoints: Vec<Checkpoint> = Vec::new();
        for row in rows {
            let checkpoint = Checkpoint::try_from(row)?;
            let first = checkpoints.first().map_or(checkpoint.first, |first| first.first);
            if checkpoint.last - first >= EVENTS_AT_ONCE && !checkpoints.is_empty() {
                break;
            }
            checkpoints.push(checkpoint);
        }
        Ok(checkpoints)
    }

    /// The company's next events, up to a position.
    async fn events(&self, last: i64) -> Result<Vec<EventLine<'static>>, Error> {
        let sql = format!(
            "SELECT n.number, n.position, s.salt, s.leaf, {SEALED_COLUMNS}, actor.workspace_id AS actor_workspace,
                    o.number AS other_number
             FROM activity_number n
             JOIN activity_seal s ON s.position = n.position
             JOIN activity_event e ON e.sequence = s.event_sequence
             LEFT JOIN member actor ON actor.id = e.actor_id
             LEFT JOIN activity_number o ON o.position = n.position AND o.workspace_id <> n.workspace_id
             WHERE n.workspace_id = $1 AND n.number > $2 AND n.number <= $2 + {most} AND n.position <= $3
             ORDER BY n.number",
            // In a piece there are no more.
            most = EVENTS_AT_ONCE * 2
        );
        let (reader, workspace) = (self.ctx.reader(), self.ctx.workspace());
        let values = [workspace.into(), self.after().await?.into(), last.into()];
        let rows = reader.query_all_raw(statement(reader, &sql, values)).await?;
        rows.iter().map(|row| event_line(row, workspace.0)).collect()
    }

    /// After which of its numbers the company's next event comes: the beginning may have been removed.
    async fn after(&self) -> Result<i64, Error> {
        if self.number > 0 {
            return Ok(self.number);
        }
        let sql = "SELECT number FROM activity_number WHERE workspace_id = $1 ORDER BY number LIMIT 1";
        let reader = self.ctx.reader();
        let row = reader.query_one_raw(statement(reader, sql, [self.ctx.workspace().into()])).await?;
        Ok(row.map(|row| row.try_get::<i64>("", "number")).transpose()?.map_or(0, |number| number - 1))
    }

    async fn leaves(&self, first: i64, last: i64) -> Result<HashMap<i64, Hash>, Error> {
        let sql = "SELECT position, leaf FROM activity_seal WHERE position BETWEEN $1 AND $2";
        let reader = self.ctx.reader();
        let rows = reader.query_all_raw(statement(reader, sql, [first.into(), last.into()])).await?;
        rows.iter()
            .map(|row| {
                let position = row.try_get("", "position")?;
                let leaf = row.try_get::<String>("", "leaf")?.parse().map_err(|_| unreadable(position))?;
                Ok((position, leaf))
            })
            .collect()
    }
}

fn unreadable(position: i64) -> Error {
    Error::Record(format!("event {position} cannot be read: `latchkey verify-activity` tells more"))
}

/// What has to be known beside the company's own leaves.
fn rest_of(checkpoint: &Checkpoint, own: &[EventLine<'_>], leaves: &HashMap<i64, Hash>) -> Result<Vec<Hash>, Error> {
    let all: Option<Vec<Hash>> =
        (checkpoint.first..=checkpoint.last).map(|position| leaves.get(&position).copied()).collect();
    let all = all.ok_or(Unreadable(checkpoint.number))?;
    let mut known = vec![false; all.len()];
    for event in own {
        let place = usize::try_from(event.position - checkpoint.first).ok();
        *place.and_then(|place| known.get_mut(place)).ok_or_else(|| unreadable(event.position))? = true;
    }
    Ok(rest(&all, &known))
}

/// An event as the company may read it.
fn event_line(row: &QueryResult, workspace: Uuid) -> Result<EventLine<'static>, Error> {
    let (position, number) = (row.try_get("", "position")?, row.try_get("", "number")?);
    let salt: Salt = row.try_get::<String>("", "salt")?.parse().map_err(|_| unreadable(position))?;
    let leaf = row.try_get::<String>("", "leaf")?.parse().map_err(|_| unreadable(position))?;
    let by_own_people = row.try_get::<Option<Uuid>>("", "actor_workspace")? == Some(workspace);
    let other_number: Option<i64> = row.try_get("", "other_number")?;
    let event = Recorded::of(row, 4)?;
    let side = if event.shared.host == workspace { Side::Host } else { Side::Guest };
    let (host_number, guest_number) = match side {
        Side::Host => (Some(number), other_number),
        Side::Guest => (other_number, Some(number)),
    };
    let salts = Salts::of(salt);
    let sealed = event.sealed(position, host_number, guest_number);
    let (number_salt, other) = match side {
        Side::Host => (salts.host, sealed.guest_hash(&salts)),
        Side::Guest => (salts.guest, sealed.host_hash(&salts)),
    };
    // The company that owns the account sees where others come from who use it; a guest sees that of its own people.
    // Where it is not told who it was, the host does not learn it here.
    let told = sealed.stamped.actor.is_none()
        || serde_json::from_str::<Details>(&sealed.shared.details).is_ok_and(|details| !details.actor.is_empty());
    let may_know = by_own_people || (side == Side::Host && told);
    Ok(EventLine {
        position,
        number,
        side,
        shared_salt: salts.shared,
        number_salt,
        other,
        stamp_salt: may_know.then_some(salts.stamp),
        stamp_hash: (!may_know).then(|| sealed.stamped.hash(salts.stamp)),
        stamp: may_know.then_some(sealed.stamped),
        shared: sealed.shared,
        leaf,
    })
}

fn line(lines: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(&mut *lines, value)?;
    lines.push(b'\n');
    Ok(())
}
