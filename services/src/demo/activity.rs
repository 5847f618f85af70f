//! Activity by the million, for measuring: what the demo's people have done in two years. It is sealed as a server seals it.

use super::bulk::{Cell, Table, Unindexed, settle};
use super::people::Random;
use crate::activity::Details;
use crate::database::statement;
use crate::{Error, Services};
use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::text::thousands;
use domain::{Moment, WorkspaceId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// Events in one transaction.
const AT_ONCE: usize = 50_000;
/// Events between two reports of progress.
const REPORT_EVERY: u64 = 500_000;
/// The first of them was this many days ago.
const DAYS: i64 = 700;
/// At most this many people of a company have done something: its latest members.
const PEOPLE: i64 = 2_000;
/// What is made again when all events are there.
const INDEXES: [&str; 11] = [
    "activity_event_account",
    "activity_event_host",
    "activity_event_guest",
    "activity_event_actor",
    "activity_event_subject",
    "activity_event_host_kind",
    "activity_event_guest_kind",
    "activity_event_at",
    "activity_event_account_kind",
    "activity_event_actor_kind",
    "activity_event_actor_account",
];

/// How often it happens, out of a hundred, and whether to an account. An owner alone shows a password or accepts a request.
const KINDS: [(u32, EventKind); 8] = [
    (34, EventKind::LoggedIn),
    (18, EventKind::PasswordCopied),
    (12, EventKind::UsernameCopied),
    (12, EventKind::OneTimeCodeGiven),
    (14, EventKind::SignedIn),
    (5, EventKind::SignedOut),
    (3, EventKind::PasswordShown),
    (2, EventKind::RequestAccepted),
];
const SYSTEMS: [(&str, &str); 5] =
    [("Windows", "Computer"), ("macOS", "Computer"), ("iOS", "iPhone"), ("Android", "Phone"), ("Linux", "Computer")];
/// Where the people of either company sit: the beginning of their addresses (RFC 5737), and the place.
const HARBOR_AT: (&str, &str) = ("198.51.100", "Hamburg, Germany");
const NORTHLIGHT_AT: (&str, &str) = ("203.0.113", "Lisbon, Portugal");

/// What has happened between two companies.
pub(super) struct Past<'p> {
    pub(super) services: &'p Services,
    pub(super) harbor: WorkspaceId,
    pub(super) northlight: WorkspaceId,
    /// How many events.
    pub(super) events: u32,
    pub(super) now: Moment,
    pub(super) seed: u64,
}

struct Actor {
    member: Uuid,
    name: String,
    address: String,
    system: (&'static str, &'static str),
}

struct Company {
    id: Uuid,
    name: String,
    place: &'static str,
    people: Vec<Actor>,
}

struct Account {
    id: Uuid,
    label: String,
    shared: bool,
}

/// An event as it is written.
struct Made<'m> {
    at: Moment,
    kind: EventKind,
    actor: &'m Actor,
    company: &'m Company,
    account: Option<&'m Account>,
    subject: Option<&'m Actor>,
    host: Uuid,
    guest: Option<Uuid>,
    details: String,
}

impl Past<'_> {
    /// Writes the events and seals them.
    pub(super) async fn happen(&self, progress: &(dyn Fn(&str) + Sync)) -> Result<(), Error> {
        let total = thousands(usize::try_from(self.events).unwrap_or(usize::MAX));
        progress(&format!("Making up {total} events …"));
        let connection = self.services.database().write();
        let sqlite = connection.get_database_backend() == DbBackend::Sqlite;
        if sqlite {
            // The database is new: there is nothing yet that a power cut could take.
            connection.execute_unprepared("PRAGMA cache_size = -128000; PRAGMA synchronous = OFF").await?;
        }
        let mut indexes = Vec::new();
        for index in INDEXES {
            indexes.push(Unindexed::drop(connection, index).await?);
        }
        self.fill(connection, &total, progress).await?;
        progress("Finishing the indexes …");
        for index in indexes {
            index.restore(connection).await?;
        }
        settle(connection).await?;
        let before = AtomicU64::new(0);
        let told = |sealed: u64| {
            if sealed / REPORT_EVERY > before.swap(sealed, Ordering::Relaxed) / REPORT_EVERY {
                progress(&format!("{sealed} of {total} events are sealed"));
            }
        };
        self.services.seal_activity_telling(&told).await?;
        settle(connection).await?;
        if sqlite {
            connection.execute_unprepared("PRAGMA cache_size = -16000; PRAGMA synchronous = FULL").await?;
        }
        Ok(())
    }

    async fn fill(
        &self,
        connection: &DatabaseConnection,
        total: &str,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<(), Error> {
        let companies = [
            self.company(self.harbor, HARBOR_AT, connection).await?,
            self.company(self.northlight, NORTHLIGHT_AT, connection).await?,
        ];
        let accounts = self.accounts(connection).await?;
        let mut random = Random(self.seed);
        let count = i64::from(self.events);
        let apart = TimeDelta::days(DAYS).num_microseconds().unwrap_or(0) / count;
        let mut made = (0..count).map(|place| {
            let at = self.now - TimeDelta::microseconds(apart * (count - place));
            made(at, &companies, &accounts, &mut random)
        });
        let table = Table {
            name: "activity_event",
            alike: [],
            columns: [
                "at",
                "kind",
                "actor_id",
                "subject_id",
                "account_id",
                "host_workspace_id",
                "guest_workspace_id",
                "details",
                "address",
                "os",
                "device",
                "location",
            ],
        };
        let mut written = 0;
        loop {
            let some = made.by_ref().take(AT_ONCE).collect::<Result<Vec<_>, serde_json::Error>>()?;
            let Ok(length @ 1..) = u64::try_from(some.len()) else { return Ok(()) };
            table.fill(connection, some.iter().map(Made::cells)).await?;
            let before = written;
            written += length;
            if written / REPORT_EVERY > before / REPORT_EVERY {
                progress(&format!("{written} of {total} events"));
            }
        }
    }

    /// A company with its latest members, those of the story first. Who has no access yet has done nothing.
    async fn company(
        &self,
        id: WorkspaceId,
        (network, place): (&str, &'static str),
        connection: &DatabaseConnection,
    ) -> Result<Company, Error> {
        let sql = r#"SELECT m.id, u.name, w.name AS company FROM member m
                     JOIN "user" u ON u.id = m.user_id JOIN workspace w ON w.id = m.workspace_id
                     WHERE m.workspace_id = $1 AND u.email NOT LIKE 'teammate@%' AND u.email NOT LIKE 'newcomer@%'
                     ORDER BY m.id DESC LIMIT $2"#;
        let rows = connection.query_all_raw(statement(connection, sql, [id.into(), PEOPLE.into()])).await?;
        let mut company = Company { id: id.0, name: String::new(), place, people: Vec::new() };
        for (row, number) in rows.iter().zip(0_usize..) {
            company.name = row.try_get("", "company")?;
            company.people.push(Actor {
                member: row.try_get("", "id")?,
                name: row.try_get("", "name")?,
                address: format!("{network}.{}", number % 254 + 1),
                system: SYSTEMS[number % SYSTEMS.len()],
            });
        }
        Ok(company)
    }

    async fn accounts(&self, connection: &DatabaseConnection) -> Result<Vec<Account>, Error> {
        let sql = "SELECT a.id, a.label, EXISTS (SELECT 1 FROM account_share s WHERE s.account_id = a.id) AS shared
                   FROM account a WHERE a.workspace_id = $1 ORDER BY a.id";
        let rows = connection.query_all_raw(statement(connection, sql, [self.harbor.into()])).await?;
        let accounts = rows.iter().map(|row| {
            Ok(Account {
                id: row.try_get("", "id")?,
                label: row.try_get("", "label")?,
                shared: row.try_get("", "shared")?,
            })
        });
        accounts.collect()
    }
}

/// The next event.
fn made<'m>(
    at: Moment,
    [harbor, northlight]: &'m [Company; 2],
    accounts: &'m [Account],
    random: &mut Random,
) -> Result<Made<'m>, serde_json::Error> {
    let (_, kind) = *random.weighed(&KINDS, |(weight, _)| *weight);
    let account = random.skewed(accounts);
    let guest_acts = random.below(3) > 0 && account.shared;
    let by_owner = matches!(kind, EventKind::PasswordShown | EventKind::RequestAccepted);
    let company = if guest_acts && !by_owner { northlight } else { harbor };
    let actor = random.skewed(&company.people);
    let mut details = Details { actor: actor.name.clone(), company: company.name.clone(), ..Details::default() };
    if matches!(kind, EventKind::SignedIn | EventKind::SignedOut) {
        let details = serde_json::to_string(&details)?;
        return Ok(Made {
            at,
            kind,
            actor,
            company,
            account: None,
            subject: None,
            host: company.id,
            guest: None,
            details,
        });
    }
    details.label.clone_from(&account.label);
    let subject = (kind == EventKind::RequestAccepted && account.shared).then(|| random.skewed(&northlight.people));
    if kind == EventKind::RequestAccepted {
        details.members.extend(subject.map(|subject| subject.name.clone()));
        details.role = Some(AccountRole::Collaborator);
    }
    let guest = (company.id == northlight.id || subject.is_some()).then_some(northlight.id);
    let details = serde_json::to_string(&details)?;
    Ok(Made { at, kind, actor, company, account: Some(account), subject, host: harbor.id, guest, details })
}

impl Made<'_> {
    fn cells(&self) -> [Cell<'_>; 12] {
        let (os, device) = self.actor.system;
        [
            Cell::Time(self.at),
            Cell::Text(self.kind.word()),
            Cell::Id(self.actor.member),
            Cell::Perhaps(self.subject.map(|subject| subject.member)),
            Cell::Perhaps(self.account.map(|account| account.id)),
            Cell::Id(self.host),
            Cell::Perhaps(self.guest),
            Cell::Text(&self.details),
            Cell::Text(&self.actor.address),
            Cell::Text(os),
            Cell::Text(device),
            Cell::Text(self.company.place),
        ]
    }
}
