//! Where a use case stands: the services it runs on, the member it runs for, and the transaction it writes in.

use crate::activity::stamp::{Places, Stamp};
use crate::activity::{self, Event};
use crate::database::{Database, statement};
use crate::live::Follower;
use crate::mail::{self, Outgoing};
use crate::refusal::Attempt;
use crate::session::{Browser, SignedIn};
use crate::vault::Vault;
use crate::{Error, credential, notify};
use chrono::{SubsecRound, TimeDelta, Utc};
use domain::AppError;
use domain::member::MemberStatus;
use domain::workspace::{Founding, WorkspaceRole};
use domain::{Denial, MemberId, Moment, UserId, WorkspaceId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, FromQueryResult};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use url::Url;

/// What an operator has set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach this installation: the beginning of every link in a mail.
    pub site_url: Url,
    /// Who can found a further workspace.
    pub founding: Founding,
    /// Where on earth network addresses are; events say so.
    pub places: Option<Arc<Places>>,
    /// How long activity is kept, unless for ever.
    pub keep_activity: Option<Duration>,
}

impl Settings {
    /// Settings with nothing but what each installation needs.
    pub fn new(site_url: Url, founding: Founding) -> Self {
        Self { site_url, founding, places: None, keep_activity: None }
    }
}

/// Everything the use cases run on. Cheap to clone; keeps nothing that another server would miss.
#[derive(Clone, Debug)]
pub struct Services {
    inner: Arc<Inner>,
    /// The browser that asks, when one does: it is stamped on what its reader does.
    browser: Option<Arc<Browser>>,
}

#[derive(Debug)]
struct Inner {
    database: Database,
    settings: Settings,
    clock: Clock,
    mail_waits: Arc<Notify>,
    follower: Follower,
    password_gate: crate::password::Gate,
    vault: Vault,
}

impl Services {
    /// Services on a migrated database, with its keys.
    pub fn new(database: Database, vault: Vault, settings: Settings) -> Self {
        Self::with_clock(database, vault, settings, Clock::system())
    }

    /// Services with a clock of one's own, for tests.
    pub fn with_clock(database: Database, vault: Vault, settings: Settings, clock: Clock) -> Self {
        Self {
            inner: Arc::new(Inner {
                database,
                settings,
                clock,
                mail_waits: Arc::new(Notify::new()),
                follower: Follower::default(),
                password_gate: crate::password::Gate::default(),
                vault,
            }),
            browser: None,
        }
    }

    /// The same services asked by this browser: every event of somebody's doing carries where it came from.
    pub fn asked_by(&self, browser: Browser) -> Self {
        Self { browser: Some(Arc::new(browser)), ..self.clone() }
    }

    /// How long activity is kept, unless for ever.
    pub(crate) fn keeps_activity_for(&self) -> Option<TimeDelta> {
        // Longer than there are dates is for ever.
        self.inner.settings.keep_activity.and_then(|time| TimeDelta::from_std(time).ok())
    }

    /// Where what the reader does comes from.
    fn stamp(&self) -> Stamp {
        let places = self.inner.settings.places.as_deref();
        self.browser.as_deref().map_or_else(Stamp::default, |browser| Stamp::of(browser, places))
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The time.
    pub fn now(&self) -> Moment {
        self.inner.clock.now()
    }

    /// Told after each change that has left mail in the outbox.
    pub fn mail_waits(&self) -> Arc<Notify> {
        Arc::clone(&self.inner.mail_waits)
    }

    /// Reads from the activity which time it was last: a clock that was set back while the program was down does not
    /// bring back what has ended. To be called once, before the first use case.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn catch_up_with_time(&self) -> Result<(), Error> {
        if let Some(latest) = activity::latest_moment(self.reader()).await? {
            self.inner.clock.not_before(latest);
        }
        Ok(())
    }

    pub(crate) fn follower(&self) -> &Follower {
        &self.inner.follower
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    pub(crate) fn password_gate(&self) -> &crate::password::Gate {
        &self.inner.password_gate
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        self.inner.database.read()
    }

    /// Who can found a further workspace.
    pub fn founding(&self) -> Founding {
        self.inner.settings.founding
    }

    /// An address of a page of this installation.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.inner.settings.site_url.as_str().trim_end_matches('/'))
    }

    /// Where people reach this installation.
    pub(crate) fn site_url(&self) -> &Url {
        &self.inner.settings.site_url
    }

    /// Begins a change.
    pub(crate) async fn change(&self) -> Result<Change, Error> {
        let transaction = self.inner.database.begin().await?;
        Ok(Change { now: self.now(), transaction, services: self.clone(), mails: Vec::new() })
    }
}

/// A transaction under way. It ends in [`Change::commit`] with the events of what was changed; dropped before that, it
/// leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Change {
    transaction: DatabaseTransaction,
    now: Moment,
    services: Services,
    /// Mails beside those that the events bring about.
    mails: Vec<Outgoing>,
}

impl Change {
    /// The one time of this change.
    pub(crate) fn now(&self) -> Moment {
        self.now
    }

    /// Takes the time again, after having waited for a lock.
    pub(crate) fn take_time(&mut self) {
        self.now = self.services.now();
    }

    pub(crate) fn transaction(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Adds a mail that follows from no event, such as to somebody who is no member yet.
    pub(crate) fn send(&mut self, mail: Outgoing) {
        self.mails.push(mail);
    }

    /// Whether rows have to be locked one by one. SQLite has one writer at a time anyway.
    pub(crate) fn locks_rows(&self) -> bool {
        self.transaction.get_database_backend() == DbBackend::Postgres
    }

    /// Writes the events, the notifications and the mail that follow from them, and makes everything durable.
    pub(crate) async fn commit(mut self, mut events: Vec<Event>) -> Result<(), Error> {
        let to_change = credential::open_tasks(&self, &events).await?;
        events.extend(to_change);
        let mut mails = self.mails.len();
        mail::enqueue(&self.transaction, self.now, std::mem::take(&mut self.mails)).await?;
        activity::name_companies(&self.transaction, &mut events).await?;
        let (stamp, by_itself) = (self.services.stamp(), Stamp::default());
        for event in &events {
            // Where it is not told who it was, it is not told from where either.
            let told = event.actor.is_some() && !event.details.actor.is_empty();
            let stamp = if told { &stamp } else { &by_itself };
            let sequence = activity::append(&self.transaction, event, stamp, self.now).await?;
            mails += notify::tell(&self, event, sequence).await?;
        }
        self.transaction.commit().await?;
        if mails > 0 {
            self.services.inner.mail_waits.notify_one();
        }
        self.services.inner.follower.wake();
        Ok(())
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }
}

/// One member in one operation. Made from a session, or by the demo for one of its people.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub(crate) services: Services,
    pub(crate) who: Arc<SignedIn>,
    now: Moment,
    /// What becomes of this operation where it is refused.
    attempt: Attempt,
}

impl Ctx {
    pub(crate) fn new(services: Services, who: SignedIn, now: Moment) -> Self {
        Self::of(services, Arc::new(who), now)
    }

    pub(crate) fn of(services: Services, who: Arc<SignedIn>, now: Moment) -> Self {
        Self { services, who, now, attempt: Attempt::default() }
    }

    /// When the operation began.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// The member.
    pub fn member(&self) -> MemberId {
        self.who.member
    }

    /// The member's user.
    pub fn user(&self) -> UserId {
        self.who.user
    }

    /// The member's workspace.
    pub fn workspace(&self) -> WorkspaceId {
        self.who.workspace
    }

    /// The member's role in the workspace.
    pub fn role(&self) -> WorkspaceRole {
        self.who.role
    }

    /// The right to look after the workspace's people and partnerships.
    ///
    /// # Errors
    ///
    /// [`Denial::AdminsOnly`].
    pub fn admin(&self) -> Result<WorkspaceAdmin, Denial> {
        if self.who.role.administers() { Ok(WorkspaceAdmin(self.clone())) } else { Err(Denial::AdminsOnly) }
    }

    /// The right to decide about the workspace itself.
    ///
    /// # Errors
    ///
    /// [`Denial::WorkspaceOwnerOnly`].
    pub fn workspace_owner(&self) -> Result<WorkspaceOwner, Denial> {
        let owner = self.who.role == WorkspaceRole::Owner;
        if owner { Ok(WorkspaceOwner(self.clone())) } else { Err(Denial::WorkspaceOwnerOnly) }
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        self.services.reader()
    }

    pub(crate) fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// The same member as they stand inside a change, which nobody alters until it ends: active, with the role they have
    /// now. Asked after the locks of what the change is about, which always come first.
    ///
    /// # Errors
    ///
    /// [`AppError::SignInRequired`] when the member has been deactivated meanwhile.
    pub(crate) async fn inside(&self, change: &Change) -> Result<Self, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            role: WorkspaceRole,
            status: MemberStatus,
        }
        let lock = if change.locks_rows() { "FOR SHARE" } else { "" };
        let sql = format!("SELECT role, status FROM member WHERE id = $1 {lock}");
        let transaction = change.transaction();
        let row = Row::find_by_statement(statement(transaction, &sql, [self.member().into()])).one(transaction).await?;
        let row = row.filter(|row| row.status == MemberStatus::Active).ok_or(AppError::SignInRequired)?;
        if row.role == self.who.role {
            return Ok(self.clone());
        }
        Ok(Self { who: Arc::new(SignedIn { role: row.role, ..(*self.who).clone() }), ..self.clone() })
    }
}

/// Looks after the people and partnerships of a workspace.
#[derive(Clone, Debug)]
pub struct WorkspaceAdmin(Ctx);

/// Decides about a workspace.
#[derive(Clone, Debug)]
pub struct WorkspaceOwner(Ctx);

impl WorkspaceAdmin {
    pub(crate) fn ctx(&self) -> &Ctx {
        &self.0
    }

    /// Begins a change. The Admin comes back as they stand inside it.
    pub(crate) async fn change(&self) -> Result<(Change, Self), Error> {
        let change = self.0.services.change().await?;
        let admin = self.0.inside(&change).await?.admin()?;
        Ok((change, admin))
    }
}

impl WorkspaceOwner {
    pub(crate) fn ctx(&self) -> &Ctx {
        &self.0
    }
}

/// Tells the time: UTC, whole microseconds, never earlier than what it has told before.
#[derive(Clone, Debug)]
pub struct Clock {
    latest: Arc<AtomicI64>,
    manual: bool,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { latest: Arc::new(AtomicI64::new(i64::MIN)), manual: false }
    }

    /// A clock that moves only when it is told to, for tests.
    pub fn manual(start: Moment) -> Self {
        Self { latest: Arc::new(AtomicI64::new(start.timestamp_micros())), manual: true }
    }

    /// The time.
    pub fn now(&self) -> Moment {
        let latest = if self.manual {
            self.latest.load(Ordering::SeqCst)
        } else {
            let system = Utc::now().trunc_subsecs(6).timestamp_micros();
            self.latest.fetch_max(system, Ordering::SeqCst).max(system)
        };
        Moment::from_timestamp_micros(latest).expect("a time that was a time stays one")
    }

    /// Moves a manual clock on.
    pub fn advance(&self, by: TimeDelta) {
        let micros = by.num_microseconds().unwrap_or(i64::MAX);
        self.latest.fetch_add(micros, Ordering::SeqCst);
    }

    /// From now on it is at least `moment`.
    pub fn not_before(&self, moment: Moment) {
        self.latest.fetch_max(moment.timestamp_micros(), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_never_goes_back() {
        let clock = Clock::system();
        let ahead = clock.now() + TimeDelta::days(1);
        clock.not_before(ahead);
        assert!(clock.now() >= ahead);
        clock.not_before(ahead - TimeDelta::days(2));
        assert!(clock.now() >= ahead);
    }

    #[test]
    fn times_are_whole_microseconds() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000, 0);
    }
}
