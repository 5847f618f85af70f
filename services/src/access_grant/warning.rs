//! Ends of access that come: their holders and the accounts' owners are told a week and a day before.

use super::MARKED_AT_ONCE;
use crate::account::{GRANT_COUNTS, GRANT_JOINS, lock};
use crate::activity::{Details, Event, Tell};
use crate::database::statement;
use crate::entity::access_grant;
use crate::{Error, Services};
use chrono::TimeDelta;
use domain::access_grant::{GrantState, WARNED_DAYS, warning_due};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::{AccessGrantId, AccountId, MemberId, Moment, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, Value};

#[derive(Debug, FromQueryResult)]
struct Ending {
    id: AccessGrantId,
    account_id: AccountId,
    member_id: MemberId,
    role: AccountRole,
    ends_at: Moment,
    warned_days: Option<i32>,
    label: String,
    host: WorkspaceId,
    workspace: WorkspaceId,
    name: String,
}

/// SQL: grants `w` that count at `$1`, that nobody was warned of in time, and that are the last of their member on their
/// account to end: access that goes on by another grant does not end.
fn ending(which: &str) -> String {
    let [_, day] = WARNED_DAYS;
    format!(
        r#"SELECT w.id, w.account_id, w.member_id, w.role, w.ends_at, w.warned_days, a.label, a.workspace_id AS host,
                  m.workspace_id AS workspace, u.name
           FROM access_grant w
           JOIN account a ON a.id = w.account_id AND a.deleted_at IS NULL
           JOIN member m ON m.id = w.member_id AND m.status = 'active'
           JOIN "user" u ON u.id = m.user_id
           WHERE w.state = 'active' AND w.ends_at IS NOT NULL AND w.ends_at > $1 AND w.ends_at <= $2
             AND (w.warned_days IS NULL OR (w.warned_days > {day} AND w.ends_at <= $3))
             AND EXISTS (SELECT 1 FROM access_grant g {GRANT_JOINS} WHERE g.id = w.id AND {GRANT_COUNTS})
             AND NOT EXISTS (
                 SELECT 1 FROM access_grant g {GRANT_JOINS}
                 WHERE g.account_id = w.account_id AND g.member_id = w.member_id AND {GRANT_COUNTS}
                   AND (g.ends_at IS NULL OR g.ends_at > w.ends_at OR (g.ends_at = w.ends_at AND g.id > w.id)))
             {which}
           ORDER BY w.ends_at LIMIT {MARKED_AT_ONCE}"#
    )
}

/// `$1` to `$3` of [`ending`].
fn times(now: Moment) -> Vec<Value> {
    let [week, day] = WARNED_DAYS.map(|days| now + TimeDelta::days(i64::from(days)));
    vec![now.into(), week.into(), day.into()]
}

impl Services {
    /// Tells of ends of access that come, each once a week and once a day before. Returns how many were told.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn warn_of_ends(&self) -> Result<usize, Error> {
        let found = statement(self.reader(), &ending(""), times(self.now()));
        let found = Ending::find_by_statement(found).all(self.reader()).await?;
        let mut warned = 0;
        for ending in found {
            warned += usize::from(self.warn_of_end(&ending).await?);
        }
        Ok(warned)
    }

    /// Tells of one, unless it is no longer so, or another server was first.
    async fn warn_of_end(&self, found: &Ending) -> Result<bool, Error> {
        let mut change = self.change().await?;
        lock(&change, found.account_id).await?;
        change.take_time();
        let (transaction, now) = (change.transaction(), change.now());
        let mut values = times(now);
        values.push(found.id.into());
        let still = statement(transaction, &ending("AND w.id = $4"), values);
        let Some(ending) = Ending::find_by_statement(still).one(transaction).await? else { return Ok(false) };
        let Some(days) = warning_due(ending.ends_at, ending.warned_days, now) else { return Ok(false) };
        access_grant::Entity::update_many()
            .col_expr(access_grant::Column::WarnedDays, Expr::value(days))
            .filter(access_grant::COLUMN.id.eq(ending.id))
            .filter(access_grant::COLUMN.state.eq(GrantState::Active))
            .exec(transaction)
            .await?;
        change.commit(vec![ending.event()]).await?;
        Ok(true)
    }
}

impl Ending {
    fn event(&self) -> Event {
        Event {
            subject: Some(self.member_id),
            account: Some(self.account_id),
            guest: (self.workspace != self.host).then_some(self.workspace),
            tell: Some(vec![Tell::Member(self.member_id), Tell::Owners]),
            details: Details {
                members: vec![self.name.clone()],
                label: self.label.clone(),
                role: Some(self.role),
                ends_at: Some(self.ends_at),
                ..Details::default()
            },
            ..Event::new(EventKind::AccessEndsSoon, self.host)
        }
    }
}
