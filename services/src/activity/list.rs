//! Activity as pages show it: everything of a workspace, or of an account, as far as the reader may see it.
//!
//! However many events there are, a page reads about as many as it shows: each condition that an index knows (the host, the
//! guest, an account, a member) gives its latest few, in the order of the sequence, and the page is made of those.

use super::seal::key_in;
use super::{Details, EventRow};
use crate::account::{GRANT_COUNTS, GRANT_JOINS, VisibleAccount};
use crate::database::statement;
use crate::member_search::{is_named, matching};
use crate::{Ctx, Error, chain};
use chrono::TimeDelta;
use domain::activity::{ActivityFilter, ActivityListView, ActivityRow, Span};
use domain::policy::Act;
use domain::{AccountId, AppError, MemberId, Moment, Problem, WorkspaceId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};

/// Events on one page.
const PER_PAGE: usize = 50;
/// Accounts or members that a typed word may stand for.
const MOST_MEANT: usize = 50;
/// Members whose names are compared with what was typed.
const MOST_LOOKED_AT: usize = 1_000;
/// A writer's time and its number in the sequence may differ in order by this much.
const SLACK: TimeDelta = TimeDelta::minutes(1);

/// SQL: what an [`EventRow`] reads of an event `e`, with its account `a` and its `actor`. Where somebody else comes from is
/// told to the company whose account it is, and to their own, which is `$1`.
const SHOWN: &str = "e.sequence, e.at, e.kind, e.details, a.app, e.address, e.os, e.device, e.location,
    (e.host_workspace_id = $1 OR actor.workspace_id = $1) AS may_know_where";

/// SQL: who did an event `e` is told. Of some only which company it was is told, and a name must not find them.
const ACTOR_IS_TOLD: &str = r#"e.details LIKE '{"actor":%'"#;

/// Values, and their places in a statement.
pub(super) struct Places(pub(super) Vec<Value>);

impl Places {
    fn of(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }
}

/// Whose activity is asked for.
#[derive(Clone, Debug)]
enum Scope {
    /// Everything of the workspace: for its Admins.
    Workspace,
    /// What happened to these accounts, which the reader owns, and what they did or was done to them.
    Owned(Vec<AccountId>),
    /// What happened to an account.
    Account(AccountId, Sees),
}

/// What of an account's activity the reader sees.
#[derive(Clone, Copy, Debug)]
enum Sees {
    Everything,
    /// What concerns people of the company that owns the account, which is their own.
    Hosts,
    /// What concerns people of their own company, which the account is shared with.
    Guests,
    /// What they did, or was done to them.
    Own,
}

/// A filter whose words have become ids and times.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    scope: Scope,
    span: Span,
    kind: Option<domain::activity::EventKind>,
    accounts: Option<Vec<AccountId>>,
    members: Option<Vec<MemberId>>,
    after: i64,
    before: i64,
}

impl Ctx {
    /// A page of what happened in the workspace, newest first: everything for its Admins; for others what happened to
    /// accounts they own, and what they did or was done to them.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `from`, `to`, `account`, `app` or `member`; [`Error::Database`].
    pub async fn activity(&self, filter: &ActivityFilter) -> Result<ActivityListView, Error> {
        let question = self.activity_question(filter).await?;
        let list = self.activity_page(&question).await?;
        let record_key = if list.administers { self.record_key().await } else { None };
        Ok(ActivityListView { record_key, ..list })
    }

    /// The key that verifies the record. One that cannot be read is no reason to show no activity.
    async fn record_key(&self) -> Option<String> {
        match key_in(self.services.vault(), self.reader()).await {
            Ok(key) => key.map(|key| key.to_string()),
            Err(error) => {
                tracing::error!(error = %chain(&error), "the key of the activity cannot be read");
                None
            }
        }
    }

    pub(crate) async fn activity_question(&self, filter: &ActivityFilter) -> Result<Question, Error> {
        let owned = if self.role().administers() { None } else { Some(self.accounts_owned().await?) };
        let question = self.narrowed_question(owned.map_or(Scope::Workspace, Scope::Owned), filter).await?;
        if filter.account.trim().is_empty() && filter.app.trim().is_empty() {
            return Ok(question);
        }
        let found = self.accounts_meant(filter).await?;
        let field = if filter.account.trim().is_empty() { "app" } else { "account" };
        meant(field, found.len(), "accounts")?;
        Ok(Question { accounts: Some(found), ..question })
    }

    async fn narrowed_question(&self, scope: Scope, filter: &ActivityFilter) -> Result<Question, Error> {
        let span = filter.span().map_err(|problems| AppError::Invalid { problems })?;
        let members = if filter.member.trim().is_empty() {
            None
        } else {
            let found = self.members_meant(&filter.member).await?;
            meant("member", found.len(), "members")?;
            Some(found)
        };
        let before = filter.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(i64::MAX);
        Ok(Question { scope, span, kind: filter.event, accounts: None, members, after: 0, before })
    }

    async fn activity_page(&self, question: &Question) -> Result<ActivityListView, Error> {
        let mut rows = self.activity_rows(question, PER_PAGE + 1).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| row.sequence.to_string());
        let rows = rows.into_iter().map(EventRow::view).collect::<Result<_, _>>()?;
        Ok(ActivityListView { rows, next, administers: self.role().administers(), record_key: None })
    }

    /// The latest event that the question asks for.
    pub(crate) async fn latest_activity(&self, question: &Question) -> Result<Option<i64>, Error> {
        Ok(self.activity_rows(question, 1).await?.pop().map(|row| row.sequence))
    }

    pub(super) async fn activity_rows(&self, question: &Question, limit: usize) -> Result<Vec<EventRow>, Error> {
        let mut places = Places(vec![self.workspace().into()]);
        let sources = self.sources(question, &mut places);
        if sources.is_empty() {
            return Ok(Vec::new());
        }
        let rest = narrowed(question, &mut places);
        let halves = sources.iter().map(|source| {
            format!(
                "SELECT * FROM (SELECT e.sequence FROM activity_event e WHERE {source}{rest}
                                ORDER BY e.sequence DESC LIMIT {limit}) few"
            )
        });
        let halves = halves.collect::<Vec<_>>().join(" UNION ");
        // Cut before anything is joined: PostgreSQL would go through all later events to join so many.
        // The app is the account's of today: who does not see the account any more does not learn it.
        let seen = self.sees_account(&mut places);
        let sql = format!(
            "SELECT {SHOWN} FROM (SELECT sequence FROM ({halves}) several ORDER BY sequence DESC LIMIT {limit}) found
             JOIN activity_event e ON e.sequence = found.sequence
             LEFT JOIN account a ON a.id = e.account_id AND {seen}
             LEFT JOIN member actor ON actor.id = e.actor_id
             ORDER BY e.sequence DESC"
        );
        let reader = self.reader();
        Ok(EventRow::find_by_statement(statement(reader, &sql, places.0)).all(reader).await?)
    }

    /// SQL: conditions on an event `e`, each of which an index gives in the order of the sequence.
    fn sources(&self, question: &Question, places: &mut Places) -> Vec<String> {
        let mut visible = match &question.scope {
            Scope::Workspace => "(e.host_workspace_id = $1 OR e.guest_workspace_id = $1)".to_owned(),
            Scope::Owned(owned) => {
                let me = places.of(self.member());
                let owned = among("e.account_id", owned.iter().copied(), places);
                format!("(e.actor_id = {me} OR e.subject_id = {me} OR {owned})")
            }
            Scope::Account(_, Sees::Everything) => "1 = 1".to_owned(),
            // Found by its id, each time: a search by the company would go through all of its members.
            Scope::Account(_, Sees::Hosts) => "((SELECT om.workspace_id FROM member om WHERE om.id = e.actor_id) = $1
                  OR (SELECT om.workspace_id FROM member om WHERE om.id = e.subject_id) = $1)"
                .to_owned(),
            Scope::Account(_, Sees::Guests) => {
                let me = places.of(self.member());
                format!("(e.guest_workspace_id = $1 OR e.actor_id = {me} OR e.subject_id = {me})")
            }
            Scope::Account(_, Sees::Own) => {
                let me = places.of(self.member());
                format!("(e.actor_id = {me} OR e.subject_id = {me})")
            }
        };
        if question.members.is_some() {
            visible = format!("{ACTOR_IS_TOLD} AND {visible}");
        }
        let by = |column: &str, id: Value, places: &mut Places| format!("{column} = {} AND {visible}", places.of(id));
        let accounts = match &question.scope {
            Scope::Account(account, _) => Some(vec![*account]),
            Scope::Workspace | Scope::Owned(_) => question.accounts.clone(),
        };
        match (&accounts, &question.members) {
            // Of each account what each member did: an index knows both.
            (Some(accounts), Some(members)) if accounts.len() * members.len() <= MOST_MEANT => {
                let pairs = accounts.iter().flat_map(|account| members.iter().map(move |member| (account, member)));
                let each = pairs.map(|(account, member)| {
                    let account = format!("e.account_id = {}", places.of(*account));
                    format!("{account} AND {}", by("e.actor_id", (*member).into(), places))
                });
                each.collect()
            }
            (Some(accounts), members) => {
                let acted = members.as_ref().map(|members| among("e.actor_id", members.iter().copied(), places));
                let acted = acted.map_or_else(String::new, |acted| format!(" AND {acted}"));
                // However much others did, an index gives what the reader did, another what was done to them, and a third
                // what concerns their company. Each is all that they see: said once more, it would keep PostgreSQL off that index.
                let company: &[&str] = match question.scope {
                    Scope::Account(_, Sees::Own) => &[],
                    Scope::Account(_, Sees::Guests) => &["e.guest_workspace_id = $1"],
                    _ => {
                        let each =
                            accounts.iter().map(|account| by("e.account_id", (*account).into(), places) + &acted);
                        return each.collect();
                    }
                };
                let me = places.of(self.member());
                let own = [format!("e.actor_id = {me}"), format!("e.subject_id = {me}")];
                let own: Vec<String> =
                    own.into_iter().chain(company.iter().map(|company| (*company).to_owned())).collect();
                let told = if members.is_some() { format!(" AND {ACTOR_IS_TOLD}") } else { String::new() };
                let each =
                    accounts.iter().map(|account| format!("e.account_id = {}{told}{acted}", places.of(*account)));
                let each: Vec<String> = each.collect();
                each.iter().flat_map(|source| own.iter().map(move |own| format!("{source} AND {own}"))).collect()
            }
            (None, Some(members)) => members.iter().map(|member| by("e.actor_id", (*member).into(), places)).collect(),
            (None, None) => match &question.scope {
                Scope::Workspace => vec!["e.host_workspace_id = $1".to_owned(), "e.guest_workspace_id = $1".to_owned()],
                Scope::Owned(owned) => {
                    let me = places.of(self.member());
                    let own = [format!("e.actor_id = {me}"), format!("e.subject_id = {me}")];
                    let accounts = if owned.len() > MOST_MEANT {
                        // So many are most of what happens in the company: its own order finds them soon.
                        let owned = among("e.account_id", owned.iter().copied(), places);
                        vec![format!("e.host_workspace_id = $1 AND {owned}")]
                    } else {
                        owned.iter().map(|account| format!("e.account_id = {}", places.of(*account))).collect()
                    };
                    own.into_iter().chain(accounts).collect()
                }
                // Always of an account.
                Scope::Account(..) => Vec::new(),
            },
        }
    }

    /// SQL: the reader sees an account `a`: their company's, and what is shared with it, for its Admins; for others those on
    /// which they have access, or had until a partnership was suspended.
    fn sees_account(&self, places: &mut Places) -> String {
        if self.role().administers() {
            "(a.workspace_id = $1 OR EXISTS (
                SELECT 1 FROM account_share s JOIN partnership p ON p.id = s.partnership_id
                WHERE s.account_id = a.id AND s.state = 'active' AND p.state IN ('active', 'suspended')
                  AND p.guest_workspace_id = $1))"
                .to_owned()
        } else {
            let me = places.of(self.member());
            format!(
                "EXISTS (SELECT 1 FROM access_grant g
                         WHERE g.account_id = a.id AND g.member_id = {me} AND g.state IN ('active', 'suspended'))"
            )
        }
    }

    /// Accounts that the reader sees, by parts of words of their label and their app.
    async fn accounts_meant(&self, filter: &ActivityFilter) -> Result<Vec<AccountId>, Error> {
        let mut places = Places(vec![self.workspace().into()]);
        let mut words = String::new();
        for (column, typed) in [("a.label", &filter.account), ("a.app", &filter.app)] {
            for word in typed.split_whitespace().take(8) {
                let word: String = word.chars().filter(|c| *c != '\0').take(100).collect();
                let word = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
                let place = places.of(format!("%{word}%"));
                words += &format!(" AND lower({column}) LIKE lower({place}) ESCAPE '!'");
            }
        }
        let whole = places.of(filter.account.trim().replace('\0', ""));
        let seen = self.sees_account(&mut places);
        let sql = format!(
            "SELECT a.id, lower(a.label) = lower({whole}) AS exact FROM account a
             WHERE {seen}{words}
             ORDER BY lower(a.label) = lower({whole}) DESC, a.id LIMIT {}",
            MOST_MEANT + 1
        );
        let rows = self.reader().query_all_raw(statement(self.reader(), &sql, places.0)).await?;
        let exact = rows.iter().map(|row| row.try_get("", "exact")).collect::<Result<Vec<bool>, _>>()?;
        let exact = exact.into_iter().take_while(|exact| *exact).count();
        // Whoever has typed a whole label means the accounts of that name, where many others have it in theirs.
        let meant = if rows.len() > MOST_MEANT && exact > 0 { exact } else { rows.len() };
        Ok(rows.iter().take(meant).map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
    }

    /// Members of the own workspace, and of its partners, by beginnings of words of their names. The own ones are found by
    /// their addresses, too; those of partners' members are not theirs to know.
    async fn members_meant(&self, typed: &str) -> Result<Vec<MemberId>, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            id: MemberId,
            workspace_id: WorkspaceId,
            name: String,
        }
        let reader = self.reader();
        let own = if reader.get_database_backend() == DbBackend::Postgres { "CAST($1 AS uuid)" } else { "$1" };
        let mut places = Places(vec![self.workspace().into()]);
        let words = matching(typed, |value| places.of(value));
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            r#"SELECT m.id, m.workspace_id, u.name FROM member m JOIN "user" u ON u.id = m.user_id
               WHERE m.workspace_id IN (
                   SELECT {own} UNION SELECT p.guest_workspace_id FROM partnership p
                   WHERE p.host_workspace_id = $1 AND p.accepted_at IS NOT NULL
                   UNION SELECT p.host_workspace_id FROM partnership p
                   WHERE p.guest_workspace_id = $1 AND p.accepted_at IS NOT NULL){words}
               ORDER BY m.id LIMIT {MOST_LOOKED_AT}"#
        );
        let rows = Row::find_by_statement(statement(reader, &sql, places.0)).all(reader).await?;
        let meant = |row: &Row| row.workspace_id == self.workspace() || is_named(&row.name, typed);
        Ok(rows.into_iter().filter(meant).take(MOST_MEANT + 1).map(|row| row.id).collect())
    }

    async fn accounts_owned(&self) -> Result<Vec<AccountId>, Error> {
        let sql = format!(
            "SELECT DISTINCT g.account_id AS id FROM access_grant g {GRANT_JOINS}
             WHERE g.member_id = $2 AND g.role = 'owner' AND {GRANT_COUNTS}"
        );
        self.ids(&sql, vec![self.now().into(), self.member().into()]).await
    }

    async fn ids<T: sea_orm::TryGetable>(&self, sql: &str, values: Vec<Value>) -> Result<Vec<T>, Error> {
        let rows = self.reader().query_all_raw(statement(self.reader(), sql, values)).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
    }
}

impl VisibleAccount {
    /// A page of what happened to the account, newest first, as far as this member sees it: everything, what concerns their own
    /// company's people (account managers, and Admins of a guest), or their own. The account and the app of the filter are not
    /// looked at.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `from`, `to` or `member`; [`Error::Database`].
    pub async fn activity(&self, filter: &ActivityFilter) -> Result<ActivityListView, Error> {
        let question = self.activity_question(filter).await?;
        self.ctx().activity_page(&question).await
    }

    pub(crate) async fn activity_question(&self, filter: &ActivityFilter) -> Result<Question, Error> {
        let standing = self.standing();
        let of_company =
            || standing.may(Act::Request).is_ok() || (self.is_guest() && standing.workspace_role.administers());
        let sees = if standing.may(Act::SeeAllActivity).is_ok() {
            Sees::Everything
        } else if of_company() {
            if self.is_guest() { Sees::Guests } else { Sees::Hosts }
        } else {
            Sees::Own
        };
        self.ctx().narrowed_question(Scope::Account(self.id(), sees), filter).await
    }
}

impl Question {
    /// The same, before this event: the page that follows it.
    pub(super) fn before(self, sequence: i64) -> Self {
        Self { before: sequence, ..self }
    }

    /// The same, of what came later than this event.
    pub(crate) fn after(&self, sequence: i64) -> Self {
        Self { after: sequence, ..self.clone() }
    }

    /// The same, of this event alone.
    pub(crate) fn of_event(&self, sequence: i64) -> Self {
        Self { after: sequence.saturating_sub(1), before: sequence.saturating_add(1), ..self.clone() }
    }
}

/// So many accounts or members were found for a word that was typed in this field.
fn meant(field: &'static str, found: usize, what: &str) -> Result<(), Error> {
    if found <= MOST_MEANT {
        return Ok(());
    }
    Err(vec![Problem::new(field, format!("More than {MOST_MEANT} {what} match. Type more of the name."))].into())
}

/// SQL: the column is one of these.
fn among(column: &str, ids: impl Iterator<Item = impl Into<Value>>, places: &mut Places) -> String {
    let ids: Vec<String> = ids.map(|id| places.of(id)).collect();
    if ids.is_empty() { "1 = 0".to_owned() } else { format!("{column} IN ({})", ids.join(", ")) }
}

/// SQL: what else is asked of an event `e`.
fn narrowed(question: &Question, places: &mut Places) -> String {
    let before = places.of(question.before);
    let mut rest = String::new();
    if question.after > 0 {
        rest += &format!(" AND e.sequence > {}", places.of(question.after));
    }
    if let Some(kind) = question.kind {
        rest += &format!(" AND e.kind = '{kind}'");
    }
    // The sequence and the time go together but for a moment, so the index of the sequence is used for both.
    if let Some(from) = question.span.from {
        let (at, earlier) = (places.of(from), places.of(from - SLACK));
        rest += &format!(
            " AND e.at >= {at} AND e.sequence >= COALESCE((SELECT x.sequence FROM activity_event x WHERE x.at < {earlier}
                                                           ORDER BY x.at DESC, x.sequence DESC LIMIT 1), 0)"
        );
    }
    match question.span.to {
        None => rest += &format!(" AND e.sequence < {before}"),
        // One bound: of two, an index would use either.
        Some(to) => {
            let (at, later) = (places.of(to), places.of(to + SLACK));
            rest += &format!(
                " AND e.at < {at} AND e.sequence < (
                     SELECT CASE WHEN y.later < {before} THEN y.later ELSE {before} END
                     FROM (SELECT COALESCE((SELECT x.sequence FROM activity_event x WHERE x.at > {later}
                                            ORDER BY x.at, x.sequence LIMIT 1), {last}) AS later) y)",
                last = i64::MAX
            );
        }
    }
    rest
}

impl EventRow {
    pub(super) fn view(self) -> Result<ActivityRow, Error> {
        let details: Details = serde_json::from_str(&self.details)?;
        // Where it is not told who it was, it is not told from where either.
        let where_from = self.may_know_where.unwrap_or(false) && !details.actor.is_empty();
        let told = |text: String| if where_from { text } else { String::new() };
        Ok(ActivityRow {
            at: self.at,
            event: self.kind.label().to_owned(),
            sentence: details.sentence(self.kind),
            account: details.label.clone(),
            app: self.app.unwrap_or_default(),
            member: Some(details.actor).filter(|name| !name.is_empty()),
            company: Some(details.company).filter(|name| !name.is_empty()),
            address: told(self.address),
            location: told(self.location),
            os: told(self.os),
            device: told(self.device),
        })
    }
}

/// A moment as the machine reads it.
pub(super) fn written(at: Moment) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
