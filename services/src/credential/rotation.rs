//! Rotation tasks: somebody who has seen an account's password has lost access, so it should be changed.
//!
//! A task is opened in the change that takes the access away, whichever it is: each ends in `Change::commit`, which asks here
//! when one of its events can have ended somebody's access. Who is concerned is worked out each time, from the reveals and from
//! who has stored the password; what is stored is that the task is open.

use super::PASSWORD;
use crate::access_grant::SOURCE_COUNTS_OR_WAITS;
use crate::account::{GRANT_JOINS, VisibleAccount};
use crate::activity::{Details, Event, Tell, listed};
use crate::context::Change;
use crate::database::statement;
use crate::entity::rotation_task;
use crate::{Ctx, Error};
use domain::activity::EventKind;
use domain::credential::{RotationListView, RotationTaskView};
use domain::{AccountId, Moment, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Set, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Tasks on one page.
const PER_PAGE: usize = 50;
/// Names of leavers that a page or an event has.
const MOST_NAMED: usize = 50;

/// SQL: the member `r.member_id` has no access to the account `r.account_id` any more at the time `$1`. What a suspended
/// partnership keeps, and what waits for an owner's word, is not lost.
fn lost() -> String {
    format!(
        r"NOT EXISTS (
            SELECT 1 FROM access_grant g
            JOIN member gm ON gm.id = g.member_id AND gm.status = 'active'
            {GRANT_JOINS}
            WHERE g.account_id = r.account_id AND g.member_id = r.member_id
              AND g.state IN ('active', 'suspended') AND (g.ends_at IS NULL OR g.ends_at > $1)
              AND {SOURCE_COUNTS_OR_WAITS})"
    )
}

/// SQL: a table of who knows the current password of which account: they had it handed out, or have stored it. That one was
/// taken away here changes nothing at the site, so the latest that had a value counts. `scope` makes a condition of the names
/// of an account's and a member's column.
fn who_knows(scope: impl Fn(&str, &str) -> String) -> String {
    let part = |table: &str, member: &str| {
        let account = format!("{table}.account_id");
        format!(
            "SELECT {account}, {member} AS member_id, {table}.version FROM {table}
             WHERE {table}.field = '{PASSWORD}' AND ({scope}) AND {table}.version = (
                 SELECT MAX(c.version) FROM credential c
                 WHERE c.account_id = {account} AND c.field = '{PASSWORD}' AND c.sealed IS NOT NULL)",
            scope = scope(&account, member)
        )
    };
    format!("({} UNION {})", part("reveal", "reveal.member_id"), part("credential", "credential.set_by"))
}

#[derive(Debug, FromQueryResult)]
struct LeaverRow {
    account_id: AccountId,
    workspace_id: WorkspaceId,
    label: String,
    version: i32,
    name: String,
}

/// What an event has taken access to.
#[derive(Clone, Copy)]
enum Scope {
    Account,
    Member,
    Partnership,
}

/// Opens tasks for what these events have taken away. Returns the events of those that were opened.
pub(crate) async fn open_tasks(change: &Change, events: &[Event]) -> Result<Vec<Event>, Error> {
    let mut values: Vec<Value> = vec![change.now().into()];
    let mut place = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let scopes: Vec<(Scope, String)> = events
        .iter()
        .filter(|event| event.kind.may_end_access())
        .filter_map(|event| match (event.account, event.subject, event.partnership) {
            (Some(account), ..) => Some((Scope::Account, place(account.into()))),
            (None, Some(member), _) => Some((Scope::Member, place(member.into()))),
            (None, None, Some(partnership)) => Some((Scope::Partnership, place(partnership.into()))),
            (None, None, None) => None,
        })
        .collect();
    if scopes.is_empty() {
        return Ok(Vec::new());
    }
    let scope = |account: &str, member: &str| {
        let each = scopes.iter().map(|(scope, place)| match scope {
            Scope::Account => format!("{account} = {place}"),
            Scope::Member => format!("{member} = {place}"),
            Scope::Partnership => {
                format!("{account} IN (SELECT account_id FROM account_share WHERE partnership_id = {place})")
            }
        });
        each.collect::<Vec<_>>().join(" OR ")
    };
    let sql = format!(
        r#"SELECT DISTINCT r.account_id, a.workspace_id, a.label, r.version, u.name
           FROM {who_knows} r
           JOIN account a ON a.id = r.account_id AND a.deleted_at IS NULL
           JOIN member m ON m.id = r.member_id
           JOIN "user" u ON u.id = m.user_id
           WHERE {lost}
             AND NOT EXISTS (SELECT 1 FROM rotation_task t WHERE t.account_id = r.account_id AND t.closed_at IS NULL)
           ORDER BY r.account_id, u.name"#,
        who_knows = who_knows(scope),
        lost = lost(),
    );
    let transaction = change.transaction();
    let rows = LeaverRow::find_by_statement(statement(transaction, &sql, values)).all(transaction).await?;
    let mut opened = Vec::new();
    for leavers in rows.chunk_by(|one, other| one.account_id == other.account_id) {
        let Some(first) = leavers.first() else { continue };
        let task = rotation_task::ActiveModel {
            id: Set(Uuid::now_v7()),
            account_id: Set(first.account_id),
            version: Set(first.version),
            opened_at: Set(change.now()),
            closed_at: Set(None),
        };
        // Of two who take access to an account away at once, one opens the task.
        let on_conflict = sea_orm::sea_query::OnConflict::new().do_nothing().to_owned();
        let insert = rotation_task::Entity::insert(task).on_conflict(on_conflict);
        if insert.exec_without_returning(transaction).await? == 0 {
            continue;
        }
        let members = leavers.iter().take(MOST_NAMED).map(|leaver| leaver.name.clone()).collect();
        opened.push(Event {
            account: Some(first.account_id),
            tell: Some(vec![Tell::Owners]),
            details: Details { label: first.label.clone(), members, ..Details::default() },
            ..Event::new(EventKind::RotationTaskOpened, first.workspace_id)
        });
    }
    Ok(opened)
}

/// A new password is stored: what was seen opens nothing any more. Returns whether a task was open.
pub(super) async fn close_task(change: &Change, account: &VisibleAccount) -> Result<bool, Error> {
    let closed = rotation_task::Entity::update_many()
        .col_expr(rotation_task::Column::ClosedAt, Expr::value(change.now()))
        .filter(rotation_task::COLUMN.account_id.eq(account.id()))
        .filter(rotation_task::COLUMN.closed_at.is_null())
        .exec(change.transaction())
        .await?;
    Ok(closed.rows_affected > 0)
}

#[derive(Debug, FromQueryResult)]
struct TaskRow {
    id: Uuid,
    account_id: AccountId,
    label: String,
    app: String,
    opened_at: Moment,
}

/// The open task of an account.
pub(super) async fn task_of(
    connection: &impl ConnectionTrait,
    account: &VisibleAccount,
) -> Result<Option<RotationTaskView>, Error> {
    let sql = "SELECT t.id, t.account_id, a.label, a.app, t.opened_at
               FROM rotation_task t JOIN account a ON a.id = t.account_id
               WHERE t.account_id = $1 AND t.closed_at IS NULL";
    let rows = TaskRow::find_by_statement(statement(connection, sql, [account.id().into()])).all(connection).await?;
    Ok(with_leavers(connection, rows, account.ctx().now()).await?.pop())
}

async fn with_leavers(
    connection: &impl ConnectionTrait,
    rows: Vec<TaskRow>,
    now: Moment,
) -> Result<Vec<RotationTaskView>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        account_id: AccountId,
        name: String,
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let places = (0..rows.len()).map(|index| format!("${}", index + 2)).collect::<Vec<_>>().join(", ");
    let sql = format!(
        r#"SELECT DISTINCT r.account_id, u.name
           FROM {who_knows} r
           JOIN member m ON m.id = r.member_id
           JOIN "user" u ON u.id = m.user_id
           WHERE {lost}
           ORDER BY u.name"#,
        who_knows = who_knows(|account, _| format!("{account} IN ({places})")),
        lost = lost(),
    );
    let values = std::iter::once(Value::from(now)).chain(rows.iter().map(|row| row.account_id.into()));
    let found = Row::find_by_statement(statement(connection, &sql, values)).all(connection).await?;
    let mut leavers: BTreeMap<AccountId, Vec<String>> = BTreeMap::new();
    for Row { account_id, name } in found {
        leavers.entry(account_id).or_default().push(name);
    }
    let view = |row: TaskRow| RotationTaskView {
        leavers: leavers.remove(&row.account_id).unwrap_or_default(),
        account: row.account_id,
        label: row.label,
        app: row.app,
        opened_at: row.opened_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// SQL: open tasks `t` on accounts `a` that the member `$2` owns at the time `$1`.
const OF_OWN: &str = "rotation_task t
    JOIN account a ON a.id = t.account_id AND a.deleted_at IS NULL
    WHERE t.closed_at IS NULL AND EXISTS (
        SELECT 1 FROM access_grant g
        WHERE g.account_id = t.account_id AND g.member_id = $2 AND g.role = 'owner' AND g.state = 'active'
          AND (g.ends_at IS NULL OR g.ends_at > $1))";

impl Ctx {
    /// The passwords that this member has to change, a page at a time, the longest open first.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn rotation_tasks(&self, after: Option<&str>) -> Result<RotationListView, Error> {
        let reader = self.reader();
        let after = after.and_then(|after| after.parse::<Uuid>().ok()).unwrap_or(Uuid::nil());
        let sql = format!(
            "SELECT t.id, t.account_id, a.label, a.app, t.opened_at FROM {OF_OWN} AND t.id > $3
             ORDER BY t.id LIMIT {limit}",
            limit = PER_PAGE + 1
        );
        let values = [self.now().into(), self.member().into(), after.into()];
        let mut rows = TaskRow::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        Ok(RotationListView { tasks: with_leavers(reader, rows, self.now()).await?, next })
    }

    /// How many passwords this member has to change.
    pub(crate) async fn count_rotation_tasks(&self) -> Result<u32, Error> {
        #[derive(FromQueryResult)]
        struct Count {
            tasks: i64,
        }
        let sql = format!("SELECT count(*) AS tasks FROM {OF_OWN}");
        let values = [self.now().into(), self.member().into()];
        let count = Count::find_by_statement(statement(self.reader(), &sql, values)).one(self.reader()).await?;
        Ok(count.map_or(0, |count| u32::try_from(count.tasks).unwrap_or(u32::MAX)))
    }
}

/// "Ben has seen the password of Our shop and has lost access."
pub(crate) fn sentence(details: &Details) -> String {
    let (members, label) = (listed(&details.members), &details.label);
    match details.members.len() {
        1 => format!("{members} has seen the password of {label} and has lost access: it should be changed."),
        _ => format!("{members} have seen the password of {label} and have lost access: it should be changed."),
    }
}
