//! Members by the million, for measuring. They are written table by table, each in the order of its keys.

use super::bulk::{Cell, Table, Unindexed, settle};
use super::people::{People, Person, Random};
use crate::member_search::{Entries, fold};
use chrono::TimeDelta;
use domain::member::MemberStatus;
use domain::text::thousands;
use domain::workspace::WorkspaceRole;
use domain::{Moment, WorkspaceId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// Members between two reports of progress.
const REPORT_EVERY: usize = 100_000;
/// The first members have joined this many days ago.
const DAYS: i64 = 700;

/// Who joins which workspace.
pub(super) struct Crowd<'c> {
    pub(super) workspace: WorkspaceId,
    pub(super) domain: &'static str,
    pub(super) members: usize,
    pub(super) password_hash: &'c str,
    pub(super) now: Moment,
    pub(super) seed: u64,
}

struct Joined {
    person: Person,
    /// The name as it sorts.
    sort_key: String,
    user: Uuid,
    member: Uuid,
    at: Moment,
}

impl Crowd<'_> {
    /// Adds active members with the workspace role User.
    pub(super) async fn join(
        &self,
        connection: &DatabaseConnection,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<(), DbErr> {
        if self.members == 0 {
            return Ok(());
        }
        progress(&format!("Making up {} members …", thousands(self.members)));
        let people = self.people();
        // A larger cache keeps the pages that are filled at random: of the index of addresses, above all.
        let sqlite = connection.get_database_backend() == DbBackend::Sqlite;
        if sqlite {
            connection.execute_unprepared("PRAGMA cache_size = -128000").await?;
        }
        let index = Unindexed::drop(connection, "member_search_member").await?;
        let filled = self.fill(connection, &people, progress).await;
        progress("Finishing the index …");
        index.restore(connection).await?;
        if sqlite {
            connection.execute_unprepared("PRAGMA cache_size = -16000").await?;
        }
        settle(connection).await?;
        filled
    }

    async fn fill(
        &self,
        connection: &DatabaseConnection,
        people: &[Joined],
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<(), DbErr> {
        let users = people.iter().map(|Joined { person, user, at, .. }| {
            let email = Cell::Text(&person.email);
            [Cell::Id(*user), email, email, Cell::Text(&person.name), Cell::Time(*at)]
        });
        let table = Table {
            name: "\"user\"",
            alike: [("password_hash", Cell::Text(self.password_hash))],
            columns: ["id", "email", "email_folded", "name", "created_at"],
        };
        table.fill(connection, self.reported("users", users, progress)).await?;

        let members = people.iter().map(|Joined { user, member, at, sort_key, .. }| {
            [Cell::Id(*member), Cell::Id(*user), Cell::Time(*at), Cell::Time(*at), Cell::Text(sort_key)]
        });
        let table = Table {
            name: "member",
            alike: [
                ("workspace_id", Cell::Id(self.workspace.0)),
                ("role", Cell::Text(WorkspaceRole::User.word())),
                ("status", Cell::Text(MemberStatus::Active.word())),
            ],
            columns: ["id", "user_id", "created_at", "joined_at", "sort_key"],
        };
        table.fill(connection, self.reported("members", members, progress)).await?;

        for (name, column) in [("member_search", "token"), ("member_search_pair", "pair")] {
            let texts = Sorted::of(people, |person| {
                let entries = Entries::of(&person.name, &person.email);
                if column == "token" { entries.tokens } else { entries.pairs }
            });
            progress(&format!("Indexing {} {column}s of names and addresses …", thousands(texts.entries.len())));
            let rows = texts.iter().map(|(text, person)| [Cell::Text(text), Cell::Id(people[person].member)]);
            let alike = [("workspace_id", Cell::Id(self.workspace.0))];
            Table { name, alike, columns: [column, "member_id"] }.fill(connection, rows).await?;
        }
        Ok(())
    }

    /// In the order in which they joined, which is that of their ids.
    fn people(&self) -> Vec<Joined> {
        let mut random = Random(self.seed);
        let count = i64::try_from(self.members).unwrap_or(i64::MAX);
        let apart = TimeDelta::days(DAYS).num_microseconds().unwrap_or(0) / count;
        let joined = People::of(self.domain, self.seed).take(self.members).zip(1_i64..).map(|(person, place)| {
            let at = self.now - TimeDelta::microseconds(apart * (count - place + 1));
            let mut id = || {
                let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
                uuid::Builder::from_unix_timestamp_millis(millis, &random.bytes()).into_uuid()
            };
            Joined { sort_key: fold(&person.name), person, user: id(), member: id(), at }
        });
        joined.collect()
    }

    fn reported<T>(
        &self,
        what: &str,
        rows: impl Iterator<Item = T>,
        progress: &(dyn Fn(&str) + Sync),
    ) -> impl Iterator<Item = T> {
        let done = AtomicUsize::new(0);
        rows.inspect(move |_| {
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(REPORT_EVERY) {
                progress(&format!("{} of {} {what}", thousands(done), thousands(self.members)));
            }
        })
    }
}

/// Texts with the persons they belong to, sorted; millions of them in little memory.
struct Sorted {
    letters: String,
    entries: Vec<(u32, u16, u32)>,
}

impl Sorted {
    fn of(people: &[Joined], texts: impl Fn(&Person) -> std::collections::BTreeSet<String>) -> Self {
        let (mut letters, mut entries) = (String::new(), Vec::new());
        for (joined, place) in people.iter().zip(0..) {
            for text in texts(&joined.person) {
                let start = u32::try_from(letters.len()).expect("the texts of four million members fit");
                let length = u16::try_from(text.len()).expect("a token has at most 64 letters");
                letters.push_str(&text);
                entries.push((start, length, place));
            }
        }
        let text = |(start, length, _): &(u32, u16, u32)| &letters[*start as usize..][..usize::from(*length)];
        entries.sort_unstable_by(|one, other| {
            text(one).cmp(text(other)).then_with(|| people[one.2 as usize].member.cmp(&people[other.2 as usize].member))
        });
        Self { letters, entries }
    }

    fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        self.entries
            .iter()
            .map(|(start, length, person)| (&self.letters[*start as usize..][..usize::from(*length)], *person as usize))
    }
}
