//! All members of the own workspace, by name.

use super::SEEN_AS;
use crate::database::statement;
use crate::member_search::{Narrowed, narrow};
use crate::{Ctx, Error};
use domain::member::{MemberFilter, MemberListView, MemberRowView, MemberStatus};
use domain::policy::{MemberAct, MemberStanding};
use domain::workspace::WorkspaceRole;
use domain::{MemberId, Moment};
use sea_orm::{FromQueryResult, Value};

/// Members on one page.
const PER_PAGE: usize = 50;

#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    pub(super) member: MemberId,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: WorkspaceRole,
    pub(super) status: MemberStatus,
    pub(super) joined_at: Option<Moment>,
    pub(super) invited_until: Option<Moment>,
    pub(super) deactivated_at: Option<Moment>,
    sort_key: String,
}

impl Row {
    pub(super) fn cursor(&self) -> String {
        format!("{}~{}", self.member, self.sort_key)
    }
}

fn read_cursor(cursor: &str) -> Option<(String, MemberId)> {
    // PostgreSQL takes no NUL in a text, and none was written.
    let (id, key) = cursor.split_once('~').filter(|(_, key)| !key.contains('\0'))?;
    Some((key.to_owned(), id.parse().ok()?))
}

impl Ctx {
    /// A page of the members of the own workspace.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn members(&self, filter: &MemberFilter) -> Result<MemberListView, Error> {
        let mut rows = self.member_rows(filter, PER_PAGE + 1).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(Row::cursor);
        let members = rows.into_iter().map(|row| self.member_row_view(row)).collect();
        Ok(MemberListView { members, next, administers: self.role().administers() })
    }

    pub(super) async fn member_rows(&self, filter: &MemberFilter, limit: usize) -> Result<Vec<Row>, Error> {
        let reader = self.reader();
        let Narrowed { mut condition, mut values } = narrow(reader, self.workspace(), &filter.search).await?;
        // The words are ours. Beside the one that is looked for stands what the index of the few says.
        if let Some(status) = filter.status {
            let few = if status == MemberStatus::Active { "" } else { " AND m.status <> 'active'" };
            condition += &format!(" AND m.status = '{status}'{few}");
        }
        if let Some(role) = filter.role {
            let few = if role == WorkspaceRole::User { "" } else { " AND m.role <> 'user'" };
            condition += &format!(" AND m.role = '{role}'{few}");
        }
        if let Some((key, id)) = filter.after.as_deref().and_then(read_cursor) {
            let mut place = |value: Value| {
                values.push(value);
                format!("${}", values.len())
            };
            condition += &format!(" AND (m.sort_key, m.id) > ({}, {})", place(key.into()), place(id.into()));
        }
        let sql = format!(
            r#"SELECT m.id AS member, {SEEN_AS}, m.role, m.status, m.joined_at, m.invited_until, m.deactivated_at,
                      m.sort_key
               FROM member m JOIN "user" u ON u.id = m.user_id
               WHERE {condition}
               ORDER BY m.sort_key, m.id
               LIMIT {limit}"#
        );
        Ok(Row::find_by_statement(statement(reader, &sql, values)).all(reader).await?)
    }

    fn member_row_view(&self, row: Row) -> MemberRowView {
        let standing = MemberStanding {
            actor_role: self.role(),
            oneself: row.member == self.member(),
            role: row.role,
            status: row.status,
        };
        let acts = MemberAct::ALL.iter().copied().filter(|act| standing.may(*act).is_ok()).collect();
        MemberRowView {
            member: row.member,
            name: row.name,
            email: row.email,
            role: row.role,
            status: row.status,
            joined_at: row.joined_at,
            invited_until: row.invited_until,
            oneself: standing.oneself,
            acts,
        }
    }
}
