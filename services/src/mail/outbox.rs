//! The outbox: rows written with a change, leased, sent and marked by a worker.
//!
//! Several workers, in one server or in many, share the table. A lease is a compare-and-set by row, so one of them gets
//! it; the number of attempts is written with the lease and names it. A worker that dies leaves a lease that runs out,
//! and the row is sent again under the same key. "Sent" is written whoever holds the lease by then; a failure is written
//! only by its holder.

use super::{Cause, Mailer, Message, Outcome};
use crate::database::Database;
use crate::entity::outbox_email::{ActiveModel, Column, Entity, Model};
use crate::{Clock, chain};
use chrono::TimeDelta;
use domain::text::one_line;
use domain::{MemberId, Moment, OutboxEmailId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Mails on their way at the same time, per server.
const AT_ONCE: usize = 4;
/// After this long a row belongs to nobody again.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Well within the lease: a mail that is still being sent is never leased to somebody else.
const LONGEST_SEND: Duration = Duration::from_secs(60);
/// How often the outbox is looked at when nobody says that mail waits.
const POLL: Duration = Duration::from_secs(1);
/// How long the program waits at its end for mails on their way.
const LONGEST_FAREWELL: Duration = Duration::from_secs(10);
/// After this long a mail is no news any more.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(3);
/// A mail that was sent is kept this long, for whoever asks what became of it.
const KEPT: TimeDelta = TimeDelta::days(30);
/// A mail that waited while the program was down still gets this many attempts.
const FEWEST_ATTEMPTS: u32 = 5;
const FIRST_BACKOFF: TimeDelta = TimeDelta::seconds(30);
const LONGEST_BACKOFF: TimeDelta = TimeDelta::hours(6);
/// Longer waits than this are not believed.
const LONGEST_NAMED_WAIT: TimeDelta = TimeDelta::hours(24);
const LONGEST_NAME: usize = 100;
const LONGEST_SUBJECT: usize = 200;

const WAITING: &str = "waiting";
const SENT: &str = "sent";
const UNDELIVERABLE: &str = "undeliverable";

/// A mail to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// The member it is for; nobody's for an address that is no member's yet.
    pub(crate) recipient: Option<MemberId>,
    pub(crate) to_name: String,
    pub(crate) to_address: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// Whether it holds a link that lets somebody in.
    pub(crate) confidential: bool,
}

/// Writes mails into the outbox, in the caller's transaction. After its commit, the caller wakes the worker.
pub(crate) async fn enqueue(
    connection: &impl ConnectionTrait,
    now: Moment,
    mails: Vec<Outgoing>,
) -> Result<Vec<OutboxEmailId>, DbErr> {
    let rows: Vec<(OutboxEmailId, ActiveModel)> = mails.into_iter().map(|mail| row(mail, now)).collect();
    let ids = rows.iter().map(|(id, _)| *id).collect();
    let mut rows = rows.into_iter().map(|(_, row)| row);
    // A statement takes some ten thousand values.
    loop {
        let some: Vec<ActiveModel> = rows.by_ref().take(500).collect();
        if some.is_empty() {
            return Ok(ids);
        }
        Entity::insert_many(some).exec_without_returning(connection).await?;
    }
}

/// Deletes mails that were sent long ago. What could not be delivered stays. Returns how many went.
pub(crate) async fn forget_sent(connection: &impl ConnectionTrait, now: Moment) -> Result<u64, DbErr> {
    let gone = Entity::delete_many().filter(Column::State.eq(SENT)).filter(Column::FinishedAt.lt(now - KEPT));
    Ok(gone.exec(connection).await?.rows_affected)
}

fn row(mail: Outgoing, now: Moment) -> (OutboxEmailId, ActiveModel) {
    let id = OutboxEmailId(Uuid::now_v7());
    let row = ActiveModel {
        id: Set(id),
        state: Set(WAITING.to_owned()),
        recipient_id: Set(mail.recipient),
        to_name: Set(header(&mail.to_name, LONGEST_NAME)),
        to_address: Set(mail.to_address),
        subject: Set(header(&mail.subject, LONGEST_SUBJECT)),
        text_body: Set(mail.text),
        html_body: Set(mail.html),
        attempts: Set(0),
        due_at: Set(now),
        leased_until: Set(None),
        last_error: Set(None),
        created_at: Set(now),
        finished_at: Set(None),
        confidential: Set(mail.confidential),
    };
    (id, row)
}

/// One line of at most `longest` characters.
fn header(text: &str, longest: usize) -> String {
    let line = one_line(text);
    if line.chars().count() <= longest {
        return line;
    }
    line.chars().take(longest - 1).chain(['…']).collect()
}

/// What this process has done with mail since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Mails handed over.
    pub sent: u64,
    /// Attempts that failed and are made again.
    pub retried: u64,
    /// Mails given up.
    pub undeliverable: u64,
    /// Mails in the outbox when it was last counted, of all servers.
    pub waiting: u64,
}

static SENT_SO_FAR: AtomicU64 = AtomicU64::new(0);
static RETRIED: AtomicU64 = AtomicU64::new(0);
static GIVEN_UP: AtomicU64 = AtomicU64::new(0);
static STILL_WAITING: AtomicU64 = AtomicU64::new(0);

/// What this process has done with mail since it started.
pub fn counts() -> Counts {
    Counts {
        sent: SENT_SO_FAR.load(Ordering::Relaxed),
        retried: RETRIED.load(Ordering::Relaxed),
        undeliverable: GIVEN_UP.load(Ordering::Relaxed),
        waiting: STILL_WAITING.load(Ordering::Relaxed),
    }
}

/// Sends what is in the outbox.
#[derive(Clone, Debug)]
pub struct Worker {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    database: Database,
    mailer: Mailer,
    clock: Clock,
    wake: Arc<Notify>,
    /// The provider has asked this server to hold back until then.
    hold_until: Mutex<Option<Moment>>,
}

/// What a worker does when nothing is due.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WhenIdle {
    Wait,
    Return,
}

impl Worker {
    /// A worker that looks into the outbox whenever `wake` is told, and every second.
    pub fn new(database: Database, mailer: Mailer, clock: Clock, wake: Arc<Notify>) -> Self {
        Self { inner: Arc::new(Inner { database, mailer, clock, wake, hold_until: Mutex::new(None) }) }
    }

    /// Sends what is due until `stop` is cancelled; then waits some seconds for what is on its way. Goes on whatever
    /// happens to the database or the mail server.
    pub async fn run(self, stop: CancellationToken) {
        let transport = self.inner.mailer.transport().name();
        tracing::info!(transport, "the mail worker has started");
        self.work(&stop, WhenIdle::Wait).await;
        tracing::info!(transport, "the mail worker has ended");
    }

    /// Sends what is due now, and returns how many mails were tried.
    pub async fn send_due(&self) -> usize {
        self.work(&CancellationToken::new(), WhenIdle::Return).await
    }

    async fn work(&self, stop: &CancellationToken, when_idle: WhenIdle) -> usize {
        let mut on_the_way = JoinSet::new();
        let mut tried = 0;
        let mut out_of_reach = false;
        let mut to_count = true;
        loop {
            let mut look_again = false;
            let free = AT_ONCE - on_the_way.len();
            if free > 0 && !self.inner.holds_back() {
                match self.inner.lease(free).await {
                    Ok(leased) => {
                        if std::mem::take(&mut out_of_reach) {
                            tracing::info!("the outbox can be read again");
                        }
                        tried += leased.rows.len();
                        to_count |= !leased.rows.is_empty();
                        look_again = leased.lost_some;
                        for row in leased.rows {
                            let inner = Arc::clone(&self.inner);
                            on_the_way.spawn(async move { inner.deliver(row).await });
                        }
                    }
                    // Told once, not every second of an outage.
                    Err(error) if !out_of_reach => {
                        out_of_reach = true;
                        tracing::error!(error = %chain(&error), "the outbox cannot be read; trying on");
                    }
                    Err(_) => {}
                }
            }
            if on_the_way.is_empty() && !look_again {
                if std::mem::take(&mut to_count) {
                    self.inner.count_waiting().await;
                }
                if when_idle == WhenIdle::Return {
                    return tried;
                }
            }
            let pause = if look_again { Duration::ZERO } else { POLL };
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = on_the_way.join_next() => tell_panic(ended),
                () = self.inner.wake.notified(), if when_idle == WhenIdle::Wait => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        let farewell = async {
            while let Some(ended) = on_the_way.join_next().await {
                tell_panic(ended);
            }
        };
        if tokio::time::timeout(LONGEST_FAREWELL, farewell).await.is_err() {
            tracing::warn!("mails on their way are left to their lease: they are sent again under the same key");
        }
        tried
    }
}

fn tell_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "sending a mail broke off; it is sent again when its lease has run out");
    }
}

/// What a look into the outbox brought.
struct Leased {
    rows: Vec<Model>,
    /// Another worker was faster with some: there may be more.
    lost_some: bool,
}

impl Inner {
    fn holds_back(&self) -> bool {
        let now = self.clock.now();
        self.hold_until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| now < until)
    }

    async fn lease(&self, most: usize) -> Result<Leased, DbErr> {
        let now = self.clock.now();
        let free = || {
            Condition::all()
                .add(Column::State.eq(WAITING))
                .add(Column::DueAt.lte(now))
                .add(Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(now)))
        };
        // Looked for before anything is written: an idle worker never takes SQLite's only writer.
        let due: Vec<OutboxEmailId> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(free())
            .order_by_asc(Column::DueAt)
            .limit(u64::try_from(most).unwrap_or(u64::MAX))
            .into_tuple()
            .all(self.database.read())
            .await?;
        if due.is_empty() {
            return Ok(Leased { rows: Vec::new(), lost_some: false });
        }
        let found = due.len();
        let rows = Entity::update_many()
            .col_expr(Column::LeasedUntil, Expr::value(now + LEASE))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::Id.is_in(due))
            .filter(free())
            .exec_with_returning(self.database.write())
            .await?;
        Ok(Leased { lost_some: rows.len() < found, rows })
    }

    async fn deliver(&self, row: Model) {
        let lease =
            Lease { id: row.id, attempt: row.attempts, created_at: row.created_at, confidential: row.confidential };
        let message = Message {
            id: row.id,
            to_name: row.to_name,
            to_address: row.to_address,
            subject: row.subject,
            text: row.text_body,
            html: row.html_body,
            written_at: row.created_at,
        };
        let sending = self.mailer.send(&message, self.clock.now());
        let outcome = tokio::time::timeout(LONGEST_SEND, sending).await.unwrap_or_else(|_| Outcome::Later {
            after: None,
            cause: Cause::new(format!("no answer within {} seconds", LONGEST_SEND.as_secs())),
        });
        match outcome {
            Outcome::Sent => self.mark_sent(&lease).await,
            Outcome::Never { cause } => self.give_up(&lease, &cause).await,
            Outcome::Later { after, cause } => {
                let now = self.clock.now();
                let after = after
                    .and_then(|after| TimeDelta::from_std(after).ok())
                    .map(|after| Ord::min(after, LONGEST_NAMED_WAIT));
                if let Some(after) = after {
                    let mut hold = self.hold_until.lock().unwrap_or_else(PoisonError::into_inner);
                    let until = now + after;
                    if hold.is_none_or(|before| before < until) {
                        *hold = Some(until);
                    }
                }
                match next_attempt(now, &lease, after, rand::random_range(0.0..=1.0)) {
                    Some(due) => self.put_off(&lease, due, &cause).await,
                    None => self.give_up(&lease, &cause).await,
                }
            }
        }
    }

    async fn mark_sent(&self, lease: &Lease) {
        let mark = lease
            .last_mark()
            .col_expr(Column::State, Expr::value(SENT))
            .col_expr(Column::FinishedAt, Expr::value(self.clock.now()))
            .col_expr(Column::LeasedUntil, Expr::value(None::<Moment>))
            .col_expr(Column::LastError, Expr::value(None::<String>))
            .filter(Column::Id.eq(lease.id))
            .filter(Column::State.eq(WAITING));
        if self.mark(lease, mark).await {
            SENT_SO_FAR.fetch_add(1, Ordering::Relaxed);
            tracing::info!(outbox_id = %lease.id, attempt = lease.attempt, transport = self.transport(), "mail sent");
        }
    }

    async fn put_off(&self, lease: &Lease, due: Moment, cause: &Cause) {
        let mark = Entity::update_many()
            .col_expr(Column::DueAt, Expr::value(due))
            .col_expr(Column::LeasedUntil, Expr::value(None::<Moment>))
            .col_expr(Column::LastError, Expr::value(for_admin(cause)))
            .filter(Column::Id.eq(lease.id))
            .filter(Column::State.eq(WAITING))
            .filter(Column::Attempts.eq(lease.attempt));
        if !self.mark(lease, mark).await {
            return;
        }
        RETRIED.fetch_add(1, Ordering::Relaxed);
        self.count_waiting().await;
        let Counts { sent, retried, undeliverable, waiting } = counts();
        if cause.for_operator {
            tracing::error!(
                outbox_id = %lease.id, attempt = lease.attempt, transport = self.transport(), cause = %cause.told,
                due = %due, sent, retried, undeliverable, waiting,
                "no mail gets through until the mail settings are mended; it is tried again"
            );
        } else {
            tracing::warn!(
                outbox_id = %lease.id, attempt = lease.attempt, transport = self.transport(), cause = %cause.told,
                due = %due, sent, retried, undeliverable, waiting,
                "mail not sent yet; it is tried again"
            );
        }
    }

    async fn give_up(&self, lease: &Lease, cause: &Cause) {
        let mark = lease
            .last_mark()
            .col_expr(Column::State, Expr::value(UNDELIVERABLE))
            .col_expr(Column::FinishedAt, Expr::value(self.clock.now()))
            .col_expr(Column::LeasedUntil, Expr::value(None::<Moment>))
            .col_expr(Column::LastError, Expr::value(for_admin(cause)))
            .filter(Column::Id.eq(lease.id))
            .filter(Column::State.eq(WAITING))
            .filter(Column::Attempts.eq(lease.attempt));
        if !self.mark(lease, mark).await {
            return;
        }
        GIVEN_UP.fetch_add(1, Ordering::Relaxed);
        self.count_waiting().await;
        let Counts { sent, retried, undeliverable, waiting } = counts();
        tracing::error!(
            outbox_id = %lease.id, attempt = lease.attempt, transport = self.transport(), cause = %cause.told,
            sent, retried, undeliverable, waiting,
            "mail undeliverable"
        );
    }

    /// Writes a mark, patiently: a mail whose sending cannot be marked is sent twice. Whether this row was marked now.
    async fn mark(&self, lease: &Lease, mark: sea_orm::UpdateMany<Entity>) -> bool {
        let mut patience = [250, 500, 1_000, 2_000, 4_000].into_iter().map(Duration::from_millis);
        loop {
            match mark.clone().exec(self.database.write()).await {
                Ok(marked) => return marked.rows_affected > 0,
                Err(error) => match patience.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => {
                        tracing::error!(
                            outbox_id = %lease.id, attempt = lease.attempt, error = %chain(&error),
                            "what came of a mail cannot be written down; it is sent again under the same key"
                        );
                        return false;
                    }
                },
            }
        }
    }

    async fn count_waiting(&self) {
        if let Ok(waiting) = Entity::find().filter(Column::State.eq(WAITING)).count(self.database.read()).await {
            STILL_WAITING.store(waiting, Ordering::Relaxed);
        }
    }

    fn transport(&self) -> &'static str {
        self.mailer.transport().name()
    }
}

/// A row that is ours for some minutes.
struct Lease {
    id: OutboxEmailId,
    /// From 1. No other lease of this row has the same.
    attempt: i32,
    created_at: Moment,
    confidential: bool,
}

impl Lease {
    /// The beginning of a mark after which the mail is not sent again: the words of a confidential mail go, so that the
    /// link in it is not kept.
    fn last_mark(&self) -> sea_orm::UpdateMany<Entity> {
        let mark = Entity::update_many();
        if self.confidential {
            mark.col_expr(Column::TextBody, Expr::value("")).col_expr(Column::HtmlBody, Expr::value(""))
        } else {
            mark
        }
    }
}

fn for_admin(cause: &Cause) -> String {
    if cause.answer.is_empty() { cause.told.clone() } else { format!("{}: {}", cause.told, cause.answer) }
}

/// When to try again after a failure, or never: 30 seconds doubling to 6 hours, give or take a quarter, for 3 days. A
/// wait that the other side has named is kept to in full. `dice` is from 0 to 1.
fn next_attempt(now: Moment, lease: &Lease, named: Option<TimeDelta>, dice: f64) -> Option<Moment> {
    let attempt = u32::try_from(lease.attempt).map_or(1, |attempt| Ord::max(attempt, 1));
    let last = lease.created_at + LONGEST_WAIT;
    if now >= last && attempt >= FEWEST_ATTEMPTS {
        return None;
    }
    let scaled = |wait: TimeDelta, factor: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "at most a day, in milliseconds"
        )]
        TimeDelta::milliseconds((wait.num_milliseconds() as f64 * factor) as i64)
    };
    if let Some(named) = named {
        // Later than asked, never earlier, and not all at the same moment.
        return Some(now + scaled(named, 1.0 + 0.25 * dice));
    }
    let doubled = FIRST_BACKOFF * 2_i32.pow(Ord::min(attempt - 1, 15));
    let due = now + scaled(Ord::min(doubled, LONGEST_BACKOFF), 0.75 + 0.5 * dice);
    // The last attempt is made when the three days are over, not hours later.
    Some(if now < last { Ord::min(due, last) } else { due })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(attempt: i32) -> Lease {
        Lease {
            id: OutboxEmailId(Uuid::nil()),
            attempt,
            created_at: "2026-11-23T10:00:00Z".parse().expect("a time"),
            confidential: false,
        }
    }

    #[test]
    fn waits_double_up_to_six_hours_give_or_take_a_quarter() {
        for (attempt, seconds) in [(1, 30), (2, 60), (3, 120), (5, 480), (10, 15_360), (11, 21_600), (40, 21_600)] {
            let lease = lease(attempt);
            let wait = |dice| {
                (next_attempt(lease.created_at, &lease, None, dice).expect("again") - lease.created_at)
                    .num_milliseconds()
            };
            assert_eq!(wait(0.5), seconds * 1_000, "attempt {attempt}");
            assert_eq!(wait(0.0), seconds * 750, "attempt {attempt}");
            assert_eq!(wait(1.0), seconds * 1_250, "attempt {attempt}");
        }
    }

    #[test]
    fn a_named_wait_is_kept_to_in_full() {
        let lease = lease(9);
        for dice in [0.0, 0.3, 1.0] {
            let due = next_attempt(lease.created_at, &lease, Some(TimeDelta::seconds(7)), dice).expect("again");
            let wait = (due - lease.created_at).num_milliseconds();
            assert!((7_000..=8_750).contains(&wait), "{wait}");
        }
    }

    #[test]
    fn after_three_days_it_ends_with_a_last_attempt() {
        let lease = lease(20);
        let created = lease.created_at;
        let just_before = created + LONGEST_WAIT - TimeDelta::minutes(1);
        assert_eq!(next_attempt(just_before, &lease, None, 0.5), Some(created + LONGEST_WAIT));
        assert_eq!(next_attempt(created + LONGEST_WAIT, &lease, None, 0.5), None);
        assert_eq!(next_attempt(created + LONGEST_WAIT, &lease, Some(TimeDelta::seconds(1)), 0.5), None);
    }

    #[test]
    fn a_mail_that_waited_while_the_program_was_down_gets_its_attempts() {
        let late = lease(1).created_at + TimeDelta::days(10);
        assert!(next_attempt(late, &lease(1), None, 0.5).is_some());
        assert!(next_attempt(late, &lease(4), None, 0.5).is_some());
        assert!(next_attempt(late, &lease(5), None, 0.5).is_none());
    }

    #[test]
    fn headers_are_one_line_and_not_endless() {
        assert_eq!(header("Ann\r\nBcc: x", 100), "Ann Bcc: x");
        assert_eq!(header(&"ö".repeat(100), 100).chars().count(), 100);
        let cut = header(&"ö".repeat(10_000), 100);
        assert_eq!(cut.chars().count(), 100);
        assert!(cut.ends_with('…'));
    }
}
