//! Grants and lines whose time is over are marked, after the partnerships and shares that have ended.
//!
//! What is honoured depends on the time, never on the mark. The mark tells those concerned, and makes room for the next
//! request: on an account at most one line waits for a member.

use super::MARKED_AT_ONCE;
use crate::access_request::{cancel, held_or_kept_by, names_of, pending_by};
use crate::account::{VisibleAccount, lock};
use crate::activity::{Details, Event, Tell};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{access_grant, request_line};
use crate::{Error, Services};
use domain::access_grant::GrantState;
use domain::access_request::{CancelReason, LineState};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::{AccessGrantId, AccessRequestId, AccountId, MemberId, RequestLineId, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

impl Services {
    /// Marks partnerships, shares, grants and lines whose end has come, and tells those concerned. Nothing depends on it:
    /// what has ended is not honoured from that moment on. Returns how many were marked.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn mark_ended(&self) -> Result<usize, Error> {
        // Partnerships first, then shares: what waits through one that has ended is cancelled, and was not too late.
        let partnerships = self.mark_ended_partnerships().await?;
        let shares = self.mark_ended_shares().await?;
        Ok(partnerships + shares + self.mark_ended_grants().await? + self.mark_ended_lines().await?)
    }

    async fn mark_ended_grants(&self) -> Result<usize, Error> {
        // What waits for an owner's word after its account was restored ends like the rest. Each state has its index.
        let over = |state: &str| {
            format!(
                "SELECT * FROM (SELECT id, account_id, member_id, ends_at FROM access_grant
                                WHERE state = '{state}' AND ends_at IS NOT NULL AND ends_at <= $1
                                ORDER BY ends_at LIMIT {MARKED_AT_ONCE}) {state}"
            )
        };
        let sql = format!(
            r#"SELECT g.id, g.account_id, g.member_id, a.workspace_id AS host, m.workspace_id AS guest, a.label, u.name,
                      CAST(NULL AS {uuid}) AS request
               FROM ({active} UNION ALL {suspended}) g
               JOIN account a ON a.id = g.account_id
               JOIN member m ON m.id = g.member_id
               JOIN "user" u ON u.id = m.user_id
               ORDER BY g.ends_at LIMIT {MARKED_AT_ONCE}"#,
            uuid = self.uuid_type(),
            active = over("active"),
            suspended = over("suspended"),
        );
        let found = self.ended(&sql).await?;
        let mut marked = 0;
        for row in &found {
            let change = self.change().await?;
            lock(&change, row.account_id).await?;
            let now = change.now();
            let expire = |from: GrantState| {
                access_grant::Entity::update_many()
                    .col_expr(access_grant::Column::State, Expr::value(GrantState::Expired))
                    .col_expr(access_grant::Column::EndedAt, Expr::value(now))
                    .filter(access_grant::COLUMN.id.eq(AccessGrantId(row.id)))
                    .filter(access_grant::COLUMN.state.eq(from))
                    .filter(access_grant::COLUMN.ends_at.lte(now))
                    .exec(change.transaction())
            };
            let counted = expire(GrantState::Active).await?.rows_affected > 0;
            // Another server may have been first.
            if !counted && expire(GrantState::Suspended).await?.rows_affected == 0 {
                continue;
            }
            // Access that goes on by another grant has not ended, nor has what a suspended partnership keeps.
            let members = [row.member_id];
            let held = held_or_kept_by(change.transaction(), row.account_id, &members, now).await?;
            let mut events = Vec::new();
            if held.is_empty() {
                let mut event = row.event(EventKind::AccessEnded);
                // Who lost it with the account has not heard that it waits.
                if !counted {
                    event.tell = Some(vec![Tell::Owners]);
                }
                events.push(event);
            }
            // What a manager has asked for falls with the right to ask.
            let highest = held.get(&row.member_id).and_then(|held| held.first()).map(|held| held.role);
            if highest != Some(AccountRole::AccountManager) {
                let lines = pending_by(change.transaction(), row.account_id, row.member_id, highest).await?;
                let event = row.event(EventKind::RequestCancelled);
                events.extend(cancel(&change, lines, CancelReason::RequesterLostRight, &event).await?);
            }
            change.commit(events).await?;
            marked += 1;
        }
        Ok(marked)
    }

    async fn mark_ended_lines(&self) -> Result<usize, Error> {
        let sql = format!(
            r#"SELECT l.id, l.account_id, l.member_id, a.workspace_id AS host, m.workspace_id AS guest, a.label, u.name,
                      l.access_request_id AS request
               FROM request_line l
               JOIN account a ON a.id = l.account_id
               JOIN access_request r ON r.id = l.access_request_id
               JOIN account_share s ON s.id = r.account_share_id
               JOIN partnership p ON p.id = s.partnership_id
               JOIN member m ON m.id = l.member_id
               JOIN "user" u ON u.id = m.user_id
               WHERE l.state = 'pending' AND l.open_until <= $1 AND p.state <> 'suspended'
               ORDER BY l.open_until, l.access_request_id, l.id LIMIT {MARKED_AT_ONCE}"#
        );
        let found = self.ended(&sql).await?;
        let mut marked = 0;
        // A request is told of once, however many people it is for.
        for rows in found.chunk_by(|one, other| one.request == other.request) {
            let Some(first) = rows.first() else { continue };
            let change = self.change().await?;
            lock(&change, first.account_id).await?;
            let lines: Vec<RequestLineId> = rows.iter().map(|row| RequestLineId(row.id)).collect();
            let expired = expire_lines(&change, &lines).await?;
            if expired.is_empty() {
                continue;
            }
            let mut event = first.event(EventKind::RequestExpired);
            let names = rows.iter().filter(|row| expired.contains(&RequestLineId(row.id))).map(|row| row.name.clone());
            event.details.members = names.collect();
            event.subject = Some(first.member_id).filter(|_| expired.len() == 1);
            change.commit(vec![event]).await?;
            marked += expired.len();
        }
        Ok(marked)
    }

    async fn ended(&self, sql: &str) -> Result<Vec<EndedRow>, Error> {
        let statement = statement(self.reader(), sql, [self.now().into()]);
        Ok(EndedRow::find_by_statement(statement).all(self.reader()).await?)
    }

    fn uuid_type(&self) -> &'static str {
        if self.database().backend() == sea_orm::DbBackend::Postgres { "uuid" } else { "blob" }
    }
}

/// Something whose time has come, with what its event says.
#[derive(Debug, FromQueryResult)]
struct EndedRow {
    id: Uuid,
    account_id: AccountId,
    member_id: MemberId,
    host: WorkspaceId,
    guest: WorkspaceId,
    label: String,
    name: String,
    request: Option<Uuid>,
}

impl EndedRow {
    fn event(&self, kind: EventKind) -> Event {
        Event {
            subject: Some(self.member_id),
            account: Some(self.account_id),
            guest: (self.guest != self.host).then_some(self.guest),
            request: self.request.map(AccessRequestId),
            details: Details { members: vec![self.name.clone()], label: self.label.clone(), ..Details::default() },
            ..Event::new(kind, self.host)
        }
    }
}

/// Marks what has waited too long for these members on an account, so that a new request can take its place. Returns
/// an event for each request.
pub(crate) async fn expire_lines_of(
    change: &Change,
    account: &VisibleAccount,
    members: &[MemberId],
) -> Result<Vec<Event>, Error> {
    let late = request_line::Entity::find()
        .filter(request_line::COLUMN.account_id.eq(account.id()))
        .filter(request_line::COLUMN.member_id.is_in(members.iter().copied()))
        .filter(request_line::COLUMN.state.eq(LineState::Pending))
        .filter(request_line::COLUMN.open_until.lte(change.now()))
        .order_by_asc(request_line::COLUMN.access_request_id)
        .order_by_asc(request_line::COLUMN.id)
        .all(change.transaction())
        .await?;
    let ids: Vec<RequestLineId> = late.iter().map(|line| line.id).collect();
    expire_lines(change, &ids).await?;
    let whom: Vec<MemberId> = late.iter().map(|line| line.member_id).collect();
    let mut names = names_of(change.transaction(), &whom).await?;
    let events = late.chunk_by(|one, other| one.access_request_id == other.access_request_id).map(|lines| {
        let mut event = account.event(EventKind::RequestExpired);
        event.actor = None;
        event.subject = lines.first().filter(|_| lines.len() == 1).map(|line| line.member_id);
        event.request = lines.first().map(|line| line.access_request_id);
        let members = lines.iter().filter_map(|line| names.remove(&line.member_id)).collect();
        event.details = Details { members, label: account.label().to_owned(), ..Details::default() };
        event
    });
    Ok(events.collect())
}

/// Marks those of these lines whose time to be decided is over, and returns them. Nobody else is at their account.
async fn expire_lines(change: &Change, lines: &[RequestLineId]) -> Result<Vec<RequestLineId>, Error> {
    let late: Vec<RequestLineId> = request_line::Entity::find()
        .select_only()
        .column(request_line::Column::Id)
        .filter(request_line::COLUMN.id.is_in(lines.iter().copied()))
        .filter(request_line::COLUMN.state.eq(LineState::Pending))
        .filter(request_line::COLUMN.open_until.lte(change.now()))
        .into_tuple()
        .all(change.transaction())
        .await?;
    request_line::Entity::update_many()
        .col_expr(request_line::Column::State, Expr::value(LineState::Expired))
        .col_expr(request_line::Column::DecidedAt, Expr::value(change.now()))
        .filter(request_line::COLUMN.id.is_in(late.iter().copied()))
        .exec(change.transaction())
        .await?;
    Ok(late)
}
