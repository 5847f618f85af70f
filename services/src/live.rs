//! Live updates: every server process follows the activity by its sequence, and tells its own streams what concerns
//! their member, and a page that shows activity what it would show.
//!
//! The table is read outside business transactions. A number in the sequence may become visible after a higher one (it
//! is given before its transaction commits), so numbers that were skipped are looked for again for a while.

use crate::activity::Question;
use crate::database::statement;
use crate::{Ctx, Error, Services};
use domain::activity::{ActivityFilter, EventKind};
use domain::{AccountId, AppError, MemberId, WorkspaceId};
use sea_orm::{FromQueryResult, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, broadcast};

/// How often the activity is looked at when nothing wakes the follower: changes by other servers are seen this late.
const EVERY: Duration = Duration::from_millis(500);
/// How long a skipped number is looked for. A transaction that takes longer is ended by the database.
const GAPS_FOR: Duration = Duration::from_secs(30);
/// Skipped numbers looked for at a time.
const MOST_GAPS: usize = 200;
/// Changes a slow stream may lag behind before it is told to look at everything again.
const BACKLOG: usize = 1_024;
/// A page that stands further behind is told to look, unasked: asking would read all of the activity since.
const FARTHEST_BEHIND: i64 = 1_000;
/// Events read at a time.
const AT_ONCE: i64 = 500;
/// How often a stream makes sure that its session goes on.
const CHECK_EVERY: Duration = Duration::from_secs(15);

/// Wakes the follower of this process, and spreads what it has seen.
#[derive(Debug)]
pub(crate) struct Follower {
    wake: Notify,
    seen: broadcast::Sender<Arc<Seen>>,
    /// What became visible after something with a higher number, and when. A page made in between carries the higher
    /// number, and does not show it.
    late: Mutex<Vec<(Instant, Arc<Seen>)>>,
}

impl Default for Follower {
    fn default() -> Self {
        Self { wake: Notify::new(), seen: broadcast::channel(BACKLOG).0, late: Mutex::default() }
    }
}

impl Follower {
    /// Something was committed by this process.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    fn tell(&self, seen: Seen, late: bool) {
        let seen = Arc::new(seen);
        if late {
            let mut known = self.late.lock().unwrap_or_else(PoisonError::into_inner);
            known.retain(|(at, _)| at.elapsed() < GAPS_FOR);
            known.push((Instant::now(), Arc::clone(&seen)));
        }
        // Nobody listening is no error.
        let _ = self.seen.send(seen);
    }

    /// The events up to `since` that came to be seen late, the latest first.
    fn late(&self, since: i64) -> Vec<Arc<Seen>> {
        let known = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = known.iter().filter(|(at, _)| at.elapsed() < GAPS_FOR).map(|(_, seen)| seen);
        let mut late: Vec<_> = recent.filter(|seen| seen.sequence <= since).map(Arc::clone).collect();
        late.sort_by_key(|seen| std::cmp::Reverse(seen.sequence));
        late
    }
}

/// An event, the members it concerns, and where it happened.
#[derive(Debug)]
struct Seen {
    sequence: i64,
    concerns: Concerns,
    workspaces: Vec<WorkspaceId>,
    account: Option<AccountId>,
}

impl Seen {
    fn of(row: &ConcernRow) -> Self {
        let workspaces = [Some(row.host_workspace_id), row.guest_workspace_id].into_iter().flatten().collect();
        Self { sequence: row.sequence, concerns: Concerns::These(Vec::new()), workspaces, account: row.account_id }
    }

    fn add(&mut self, row: &ConcernRow) {
        let Concerns::These(concerned) = &mut self.concerns else { return };
        let members = [row.actor_id, row.subject_id, row.member_id].into_iter().flatten();
        concerned.extend(members.map(Concerned::Member));
        if row.kind.is_for_whole_workspaces() {
            concerned.extend(self.workspaces.iter().copied().map(Concerned::Workspace));
        }
    }
}

#[derive(Debug)]
enum Concerns {
    /// Perhaps anyone.
    Everyone,
    These(Vec<Concerned>),
}

/// A member, or everyone of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Concerned {
    Member(MemberId),
    Workspace(WorkspaceId),
}

impl Concerns {
    fn includes(&self, member: MemberId, workspace: WorkspaceId) -> bool {
        match self {
            Self::Everyone => true,
            Self::These(concerned) => {
                concerned.contains(&Concerned::Member(member)) || concerned.contains(&Concerned::Workspace(workspace))
            }
        }
    }
}

/// The activity that an open page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Of the workspace, as [`Ctx::activity`] gives it.
    Workspace,
    /// Of an account, as [`crate::account::VisibleAccount::activity`] gives it.
    Account(AccountId),
}

/// Something that concerns the member has happened, or something that their open page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The event's place in the sequence.
    pub sequence: i64,
}

/// What a member's open page listens to.
#[derive(Debug)]
pub struct Subscription {
    ctx: Ctx,
    seen: broadcast::Receiver<Arc<Seen>>,
    missed: Option<i64>,
    watch: Option<Watch>,
}

/// Activity that is watched, and what its reader sees of it.
#[derive(Debug)]
struct Watch {
    watched: Watched,
    question: Question,
}

impl Watch {
    async fn of(ctx: &Ctx, watched: Watched) -> Result<Self, Error> {
        let filter = ActivityFilter::default();
        let question = match watched {
            Watched::Workspace => ctx.activity_question(&filter).await?,
            Watched::Account(account) => ctx.account(account).await?.activity_question(&filter).await?,
        };
        Ok(Self { watched, question })
    }

    /// Whether the event happened there. That the reader sees it is another question.
    fn is_of(&self, ctx: &Ctx, seen: &Seen) -> bool {
        match self.watched {
            Watched::Workspace => seen.workspaces.contains(&ctx.workspace()),
            Watched::Account(account) => seen.account == Some(account),
        }
    }

    async fn shows(&self, ctx: &Ctx, seen: &Seen) -> Result<bool, Error> {
        if !self.is_of(ctx, seen) {
            return Ok(false);
        }
        let event = self.question.of_event(seen.sequence);
        Ok(ctx.latest_activity(&event).await?.is_some())
    }
}

impl Services {
    /// Listens for what concerns a member, and for what the activity they watch would show. What has happened since
    /// `since`, which a page carries from when it was made, is told at once.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when they watch an account that does not exist for them; [`Error::Database`].
    pub async fn subscribe(&self, ctx: &Ctx, since: i64, watched: Option<Watched>) -> Result<Subscription, Error> {
        let seen = self.follower().seen.subscribe();
        let watch = match watched {
            Some(watched) => Some(Watch::of(ctx, watched).await?),
            None => None,
        };
        let mut missed = self.latest_concerning(ctx, since).await?;
        if let (None, Some(watch)) = (missed, &watch) {
            missed = ctx.latest_activity(&watch.question.after(since)).await?;
        }
        if missed.is_none() {
            let tells = |seen: &&Arc<Seen>| {
                seen.concerns.includes(ctx.member(), ctx.workspace())
                    || watch.as_ref().is_some_and(|watch| watch.is_of(ctx, seen))
            };
            missed = self.follower().late(since).iter().find(tells).map(|seen| seen.sequence);
        }
        Ok(Subscription { ctx: ctx.clone(), seen, missed, watch })
    }

    /// Follows the activity until the future is dropped. One per process.
    pub async fn follow(&self) {
        let mut position: Option<i64> = None;
        let mut gaps: BTreeMap<i64, Instant> = BTreeMap::new();
        loop {
            match self.look(&mut position, &mut gaps).await {
                Ok(full) if full => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(error = %crate::chain(&error), "the activity cannot be followed for now"),
            }
            let _ = tokio::time::timeout(EVERY, self.follower().wake.notified()).await;
        }
    }

    /// Reads what is new and tells the streams. Returns whether there may be more.
    async fn look(&self, position: &mut Option<i64>, gaps: &mut BTreeMap<i64, Instant>) -> Result<bool, Error> {
        let Some(after) = *position else {
            let sequence = self.latest_sequence().await?;
            *position = Some(sequence);
            // Streams that were there before the follower may have missed something.
            let seen = Seen { sequence, concerns: Concerns::Everyone, workspaces: Vec::new(), account: None };
            self.follower().tell(seen, false);
            return Ok(false);
        };
        gaps.retain(|_, since| since.elapsed() < GAPS_FOR);
        let late = self.events(&Which::Among(gaps.keys().copied().collect())).await?;
        for sequence in late.keys() {
            gaps.remove(sequence);
        }
        let new = self.events(&Which::After(after)).await?;
        let full = i64::try_from(new.len()).unwrap_or(AT_ONCE) >= AT_ONCE;
        let mut expected = after + 1;
        for sequence in new.keys().copied() {
            gaps.extend(
                (expected..sequence).take(MOST_GAPS.saturating_sub(gaps.len())).map(|gap| (gap, Instant::now())),
            );
            expected = sequence + 1;
            *position = Some(sequence);
        }
        for seen in late.into_values() {
            self.follower().tell(seen, true);
        }
        for seen in new.into_values() {
            self.follower().tell(seen, false);
        }
        Ok(full)
    }

    async fn latest_sequence(&self) -> Result<i64, Error> {
        let sql = "SELECT COALESCE(max(sequence), 0) AS sequence FROM activity_event";
        let row = SequenceRow::find_by_statement(statement(self.reader(), sql, [])).one(self.reader()).await?;
        Ok(row.map_or(0, |row| row.sequence))
    }

    /// Events with those they concern, in order. A sign-in concerns nobody: only activity shows it, and the page after it
    /// is just being loaded.
    async fn events(&self, which: &Which) -> Result<BTreeMap<i64, Seen>, Error> {
        let (which, values): (String, Vec<Value>) = match which {
            Which::Among(sequences) if sequences.is_empty() => return Ok(BTreeMap::new()),
            Which::Among(sequences) => {
                let places: Vec<String> = (1..=sequences.len()).map(|place| format!("${place}")).collect();
                let values = sequences.iter().map(|sequence| (*sequence).into()).collect();
                (format!("sequence IN ({})", places.join(", ")), values)
            }
            Which::After(sequence) => ("sequence > $1".to_owned(), vec![(*sequence).into()]),
        };
        let sql = format!(
            r"SELECT e.sequence, e.kind, e.host_workspace_id, e.guest_workspace_id, e.account_id,
                     CASE WHEN e.kind <> 'signed_in' THEN e.actor_id END AS actor_id, e.subject_id, n.member_id
              FROM (SELECT * FROM activity_event WHERE {which} ORDER BY sequence LIMIT {AT_ONCE}) e
              LEFT JOIN notification n ON n.event_sequence = e.sequence"
        );
        let rows = ConcernRow::find_by_statement(statement(self.reader(), &sql, values)).all(self.reader()).await?;
        let mut events: BTreeMap<i64, Seen> = BTreeMap::new();
        for row in rows {
            events.entry(row.sequence).or_insert_with(|| Seen::of(&row)).add(&row);
        }
        Ok(events)
    }

    async fn latest_concerning(&self, ctx: &Ctx, since: i64) -> Result<Option<i64>, Error> {
        let latest = ctx.who.frame.sequence;
        if latest.saturating_sub(since) > FARTHEST_BEHIND {
            return Ok(Some(latest));
        }
        let kinds = EventKind::ALL.iter().filter(|kind| kind.is_for_whole_workspaces());
        let kinds = kinds.map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            r"
            SELECT COALESCE(max(e.sequence), 0) AS sequence
            FROM activity_event e
            WHERE e.sequence > $2 AND e.kind <> 'signed_in' AND (
                e.actor_id = $1 OR e.subject_id = $1
                OR (e.kind IN ({kinds}) AND (e.host_workspace_id = $3 OR e.guest_workspace_id = $3))
                OR EXISTS (SELECT 1 FROM notification n WHERE n.event_sequence = e.sequence AND n.member_id = $1))"
        );
        let values = [ctx.member().into(), since.into(), ctx.workspace().into()];
        let row = SequenceRow::find_by_statement(statement(self.reader(), &sql, values)).one(self.reader()).await?;
        Ok(row.map(|row| row.sequence).filter(|sequence| *sequence > since))
    }
}

/// Which events.
enum Which {
    /// Those that come after this one.
    After(i64),
    /// These, as far as they are there.
    Among(Vec<i64>),
}

#[derive(Debug, FromQueryResult)]
struct SequenceRow {
    sequence: i64,
}

#[derive(Debug, FromQueryResult)]
struct ConcernRow {
    sequence: i64,
    kind: EventKind,
    host_workspace_id: WorkspaceId,
    guest_workspace_id: Option<WorkspaceId>,
    account_id: Option<AccountId>,
    actor_id: Option<MemberId>,
    subject_id: Option<MemberId>,
    member_id: Option<MemberId>,
}

impl Subscription {
    /// Whether the member is told of the event. While the database cannot say whether their page shows it, they are: it may.
    async fn tells(&mut self, seen: &Seen) -> bool {
        if !seen.concerns.includes(self.ctx.member(), self.ctx.workspace()) {
            let Some(watch) = &self.watch else { return false };
            return watch.shows(&self.ctx, seen).await.unwrap_or(true);
        }
        // It may have changed what the member sees.
        if let Some(watched) = self.watch.as_ref().map(|watch| watch.watched) {
            match Watch::of(&self.ctx, watched).await {
                Ok(watch) => self.watch = Some(watch),
                Err(Error::App(AppError::NotFound)) => self.watch = None,
                // What they saw before is still the best that is known.
                Err(_) => {}
            }
        }
        true
    }

    /// Waits for the next thing that concerns the member; `None` when the session has ended, and with it the stream.
    pub async fn next(&mut self) -> Option<Changed> {
        if let Some(sequence) = self.missed.take() {
            return Some(Changed { sequence });
        }
        let mut untold = None;
        let mut check = tokio::time::interval_at(tokio::time::Instant::now() + CHECK_EVERY, CHECK_EVERY);
        loop {
            let found = tokio::select! {
                seen = self.seen.recv() => match seen {
                    Ok(seen) => match self.tells(&seen).await {
                        true => Some(seen.sequence),
                        false => continue,
                    },
                    // Too slow: what was missed may concern the member.
                    Err(broadcast::error::RecvError::Lagged(_)) => Some(0),
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
                _ = check.tick() => None,
            };
            untold = found.or(untold);
            // While the database cannot say, the stream stays, and tells nothing yet.
            let Ok(goes_on) = self.ctx.goes_on().await else { continue };
            if !goes_on {
                return None;
            }
            if let Some(sequence) = untold {
                return Some(Changed { sequence });
            }
        }
    }
}
