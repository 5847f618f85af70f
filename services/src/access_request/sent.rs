//! What a member has asked for: every request with what became of it, taking it back, reminding, asking again.

use super::cancelling::because;
use super::to_decide::{cursor, read_cursor};
use super::{end_of, names_of};
use crate::access_grant::LINE_WAITS;
use crate::account::{AccountManager, GRANT_COUNTS, GRANT_JOINS, STRENGTH, VisibleAccount, lock};
use crate::activity::{Details, Event, Tell, listed};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{access_request, request_line};
use crate::{Ctx, Error};
use chrono::TimeDelta;
use domain::access_request::{
    AccessEnd, AskedAccount, AskedBefore, CancelReason, LineState, RequestState, SentLineView, SentRequestView,
    SentView,
};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::partnership::PartnershipState;
use domain::{AccessRequestId, AccountId, AppError, Conflict, Denial, MemberId, Moment, RequestLineId, WorkspaceId};
use sea_orm::prelude::Date;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Value};

/// Requests on one page.
const PER_PAGE: usize = 20;
/// Between two reminders of one request.
const REMIND_EVERY: TimeDelta = TimeDelta::days(1);

/// A request that this member has sent.
#[derive(Clone, Debug)]
pub struct SentByMe {
    ctx: Ctx,
    request: access_request::Model,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    request: AccessRequestId,
    asked_at: Moment,
    role: AccountRole,
    access_days: Option<i32>,
    access_last_day: Option<Date>,
    reason: String,
    reminded_at: Option<Moment>,
    account_label: String,
    account_id: AccountId,
    label: String,
    app: String,
    host: String,
    partnership_state: PartnershipState,
    /// Whether the line can still be decided, now or when its partnership goes on.
    waits: bool,
    offered: bool,
    /// Of the role that the reader has on the account now.
    strength: i32,
    line: RequestLineId,
    name: String,
    state: LineState,
    cancel_reason: Option<CancelReason>,
    decided_by: Option<String>,
    decided_at: Option<Moment>,
    accepted_role: Option<AccountRole>,
    accepted_ends_at: Option<Moment>,
    note: String,
    has_access: bool,
}

impl Row {
    /// The line's state at this moment, whether or not it has been marked.
    fn state_now(&self) -> LineState {
        if self.state == LineState::Pending && !self.waits { LineState::Expired } else { self.state }
    }

    fn line(&self) -> SentLineView {
        SentLineView {
            line: self.line,
            name: self.name.clone(),
            state: self.state_now(),
            because: self.cancel_reason.map(|reason| because(reason).to_owned()),
            decided_by: self.decided_by.clone(),
            decided_at: self.decided_at,
            accepted: self.accepted_role.map(|role| (role, self.accepted_ends_at)),
            note: Some(self.note.clone()).filter(|note| !note.is_empty()),
        }
    }

    /// Whether it can be asked for this person once more.
    fn is_missing(&self) -> bool {
        match self.state_now() {
            LineState::Pending => false,
            LineState::Accepted | LineState::Superseded => !self.has_access,
            _ => true,
        }
    }
}

impl Ctx {
    /// A page of the requests this member has sent, newest first, each with all its lines.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn sent_requests(&self, after: Option<&str>) -> Result<SentView, Error> {
        let mut values: Vec<Value> = vec![self.now().into(), self.member().into()];
        let mut beyond = "";
        if let Some((asked_at, request)) = after.and_then(read_cursor::<AccessRequestId>) {
            values.extend([asked_at.into(), request.into()]);
            beyond = "AND (r.created_at, r.id) < ($3, $4)";
        }
        let sql = format!(
            r#"SELECT r.id AS request, r.created_at AS asked_at, r.role, r.access_days, r.access_last_day, r.reason,
                      r.reminded_at, r.account_label, r.account_id, a.label, a.app, h.name AS host,
                      p.state AS partnership_state, ({LINE_WAITS}) AS waits,
                      (s.state = 'active' AND (s.ends_at IS NULL OR s.ends_at > $1) AND p.state = 'active'
                       AND (p.ends_at IS NULL OR p.ends_at > $1) AND a.deleted_at IS NULL) AS offered,
                      COALESCE((SELECT MAX({STRENGTH}) FROM access_grant g {GRANT_JOINS}
                                WHERE g.account_id = r.account_id AND g.member_id = $2 AND {GRANT_COUNTS}), 0) AS strength,
                      l.id AS line, u.name, l.state, l.cancel_reason, du.name AS decided_by,
                      l.decided_at, l.accepted_role, l.accepted_ends_at, l.note,
                      EXISTS (SELECT 1 FROM access_grant g {GRANT_JOINS}
                              WHERE g.account_id = l.account_id AND g.member_id = l.member_id
                                AND {GRANT_COUNTS}) AS has_access
               FROM (SELECT r.* FROM access_request r WHERE r.requester_id = $2 {beyond}
                     ORDER BY r.created_at DESC, r.id DESC LIMIT {limit}) r
               JOIN account a ON a.id = r.account_id
               JOIN workspace h ON h.id = a.workspace_id
               JOIN account_share s ON s.id = r.account_share_id
               JOIN partnership p ON p.id = s.partnership_id
               JOIN request_line l ON l.access_request_id = r.id
               JOIN member m ON m.id = l.member_id
               JOIN "user" u ON u.id = m.user_id
               LEFT JOIN member dm ON dm.id = l.decided_by
               LEFT JOIN "user" du ON du.id = dm.user_id
               ORDER BY r.created_at DESC, r.id DESC, u.name, l.id"#,
            limit = PER_PAGE + 1
        );
        let reader = self.reader();
        let rows = Row::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let mut requests: Vec<&[Row]> = rows.chunk_by(|one, other| one.request == other.request).collect();
        let more = requests.len() > PER_PAGE;
        requests.truncate(PER_PAGE);
        let last = requests.last().and_then(|rows| rows.first()).filter(|_| more);
        let next = last.map(|row| cursor(row.asked_at, row.request));
        let requests = requests.into_iter().filter_map(|rows| self.sent_view(rows)).collect();
        Ok(SentView { requests, next })
    }

    fn sent_view(&self, rows: &[Row]) -> Option<SentRequestView> {
        let now = self.now();
        let first = rows.first()?;
        let lines: Vec<SentLineView> = rows.iter().map(Row::line).collect();
        let waits = lines.iter().any(|line| line.state == LineState::Pending);
        let suspended = first.partnership_state == PartnershipState::Suspended;
        let sees_account = first.strength > 0;
        let manages = crate::account::role_of(first.strength) == Some(AccountRole::AccountManager);
        Some(SentRequestView {
            request: first.request,
            account: AskedAccount {
                account: first.account_id,
                label: if sees_account { first.label.clone() } else { first.account_label.clone() },
                app: if sees_account { first.app.clone() } else { String::new() },
                workspace: first.host.clone(),
            },
            sees_account,
            asked_at: first.asked_at,
            role: first.role,
            end: end_of(first.access_days, first.access_last_day).told(),
            reason: first.reason.clone(),
            state: RequestState::of(lines.iter().map(|line| line.state)),
            suspended: waits && suspended,
            reminded_at: first.reminded_at.filter(|_| waits),
            can_remind: waits && !suspended && reminder_is_due(first.reminded_at, now),
            can_ask_again: manages && first.offered && rows.iter().any(Row::is_missing),
            lines,
        })
    }

    /// A request that this member has sent.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] alike for an id that was never given out and for a request of somebody else.
    pub async fn sent_request(&self, id: AccessRequestId) -> Result<SentByMe, Error> {
        let request = sent_by(self.reader(), id, self.member()).await?;
        Ok(SentByMe { ctx: self.clone(), request })
    }
}

async fn sent_by(
    connection: &impl ConnectionTrait,
    id: AccessRequestId,
    member: MemberId,
) -> Result<access_request::Model, Error> {
    let request = access_request::Entity::find_by_id(id)
        .filter(access_request::COLUMN.requester_id.eq(member))
        .one(connection)
        .await?;
    Ok(request.ok_or(AppError::NotFound)?)
}

fn reminder_is_due(reminded_at: Option<Moment>, now: Moment) -> bool {
    reminded_at.is_none_or(|at| at + REMIND_EVERY <= now)
}

/// A request that is taken back or reminded of: nobody else is at its account.
struct Ongoing {
    change: Change,
    ctx: Ctx,
    request: access_request::Model,
    lines: Vec<request_line::Model>,
    place: Place,
}

/// Where a request happens.
#[derive(Debug, FromQueryResult)]
struct Place {
    host: WorkspaceId,
    label: String,
    partnership_state: PartnershipState,
    suspended_at: Option<Moment>,
    partnership_ends_at: Option<Moment>,
}

impl Ongoing {
    /// Whether the line can still be decided, now or when its partnership goes on.
    fn waits(&self, line: &request_line::Model) -> bool {
        let now = self.change.now();
        let Place { partnership_state, suspended_at, partnership_ends_at, .. } = &self.place;
        // While it is suspended, time stands still.
        let stands_still = *partnership_state == PartnershipState::Suspended
            && suspended_at.is_some_and(|suspended_at| line.open_until > suspended_at);
        line.state == LineState::Pending
            && partnership_ends_at.is_none_or(|end| end > now)
            && (line.open_until > now || stands_still)
    }

    /// How the line has ended.
    fn ended(&self, line: &request_line::Model) -> LineState {
        if line.state == LineState::Pending && !self.waits(line) { LineState::Expired } else { line.state }
    }

    async fn event(&self, kind: EventKind, lines: &[request_line::Model]) -> Result<Event, Error> {
        let members: Vec<MemberId> = lines.iter().map(|line| line.member_id).collect();
        let names = names_of(self.change.transaction(), &members).await?;
        Ok(Event {
            actor: Some(self.ctx.member()),
            account: Some(self.request.account_id),
            guest: Some(self.ctx.workspace()),
            request: Some(self.request.id),
            line: lines.first().map(|line| line.id),
            subject: lines.first().filter(|_| lines.len() == 1).map(|line| line.member_id),
            tell: Some(vec![Tell::Owners]),
            details: Details {
                label: self.place.label.clone(),
                members: members.iter().filter_map(|member| names.get(member).cloned()).collect(),
                ..self.ctx.details()
            },
            ..Event::new(kind, self.place.host)
        })
    }
}

impl SentByMe {
    /// Takes back what waits: one line, or all of the request. What was taken back before is a success without a second
    /// event. Returns what to tell the requester.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a line of another request; [`Conflict`] when there is nothing left to take back.
    pub async fn withdraw(self, line: Option<RequestLineId>) -> Result<String, Error> {
        let ongoing = self.begin().await?;
        let chosen: Vec<request_line::Model> =
            ongoing.lines.iter().filter(|each| line.is_none_or(|line| each.id == line)).cloned().collect();
        let Some(first) = chosen.first() else { return Err(AppError::NotFound.into()) };
        let waiting: Vec<request_line::Model> = chosen.iter().filter(|line| ongoing.waits(line)).cloned().collect();
        if waiting.is_empty() {
            let before: Vec<request_line::Model> =
                chosen.iter().filter(|line| line.state == LineState::Withdrawn).cloned().collect();
            if !before.is_empty() {
                return Ok(withdrawn(&ongoing.event(EventKind::RequestWithdrawn, &before).await?));
            }
            return Err(too_late(&ongoing, first).await?.into());
        }
        let transaction = ongoing.change.transaction();
        request_line::Entity::update_many()
            .col_expr(request_line::Column::State, Expr::value(LineState::Withdrawn))
            .col_expr(request_line::Column::DecidedAt, Expr::value(ongoing.change.now()))
            .filter(request_line::COLUMN.id.is_in(waiting.iter().map(|line| line.id)))
            .exec(transaction)
            .await?;
        let event = ongoing.event(EventKind::RequestWithdrawn, &waiting).await?;
        let told = withdrawn(&event);
        ongoing.change.commit(vec![event]).await?;
        Ok(told)
    }

    /// Tells those who decide once more, at most once a day. Returns what to tell the requester.
    ///
    /// # Errors
    ///
    /// [`Conflict::RemindedAlready`]; [`Conflict::NoLongerPending`] when nothing waits any more;
    /// [`Denial::PartnershipSuspended`].
    pub async fn remind(self) -> Result<String, Error> {
        let ongoing = self.begin().await?;
        let now = ongoing.change.now();
        let waiting: Vec<request_line::Model> =
            ongoing.lines.iter().filter(|line| ongoing.waits(line)).cloned().collect();
        if waiting.is_empty() {
            let state = ongoing.lines.first().map_or(LineState::Withdrawn, |line| ongoing.ended(line));
            return Err(Conflict::NoLongerPending { state }.into());
        }
        if ongoing.place.partnership_state == PartnershipState::Suspended {
            return Err(Denial::PartnershipSuspended.into());
        }
        if let Some(at) = ongoing.request.reminded_at.filter(|at| !reminder_is_due(Some(*at), now)) {
            return Err(Conflict::RemindedAlready { at }.into());
        }
        access_request::Entity::update_many()
            .col_expr(access_request::Column::RemindedAt, Expr::value(now))
            .filter(access_request::COLUMN.id.eq(ongoing.request.id))
            .exec(ongoing.change.transaction())
            .await?;
        let mut event = ongoing.event(EventKind::RequestReminded, &waiting).await?;
        event.details.role = Some(ongoing.request.role);
        event.details.end = end_of(ongoing.request.access_days, ongoing.request.access_last_day).told();
        event.details.reason = ongoing.request.reason.clone();
        let told = format!("The owners of {} have been reminded.", ongoing.place.label);
        ongoing.change.commit(vec![event]).await?;
        Ok(told)
    }

    /// Begins a change: the request and its lines as they stand, with nobody else at its account.
    async fn begin(&self) -> Result<Ongoing, Error> {
        let mut change = self.ctx.services.change().await?;
        lock(&change, self.request.account_id).await?;
        let ctx = self.ctx.inside(&change).await?;
        change.take_time();
        let transaction = change.transaction();
        let request = sent_by(transaction, self.request.id, ctx.member()).await?;
        let lines = request_line::Entity::find()
            .filter(request_line::COLUMN.access_request_id.eq(request.id))
            .order_by_asc(request_line::COLUMN.id)
            .all(transaction)
            .await?;
        let sql = r"SELECT a.workspace_id AS host, a.label, p.state AS partnership_state, p.suspended_at,
                           p.ends_at AS partnership_ends_at
                    FROM account a
                    JOIN account_share s ON s.id = $1
                    JOIN partnership p ON p.id = s.partnership_id
                    WHERE a.id = $2";
        let values = [request.account_share_id.into(), request.account_id.into()];
        let place = Place::find_by_statement(statement(transaction, sql, values)).one(transaction).await?;
        let place = place.ok_or(AppError::NotFound)?;
        Ok(Ongoing { change, ctx, request, lines, place })
    }
}

fn withdrawn(event: &Event) -> String {
    let (members, label) = (listed(&event.details.members), &event.details.label);
    format!("The request for {members} to have access to {label} was withdrawn. Its owners have been told.")
}

/// The answer to taking back what was decided, or has ended.
async fn too_late(ongoing: &Ongoing, line: &request_line::Model) -> Result<Conflict, Error> {
    let state = ongoing.ended(line);
    if let (LineState::Accepted | LineState::Declined, Some(by), Some(at)) = (state, line.decided_by, line.decided_at) {
        let by = names_of(ongoing.change.transaction(), &[by]).await?.remove(&by);
        return Ok(Conflict::AlreadyDecided { state, by: by.unwrap_or_else(|| "an owner".to_owned()), at });
    }
    Ok(Conflict::NoLongerPending { state })
}

impl AccountManager {
    /// An own request on this account, to be asked again for those who did not get access, or have it no longer.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a request of somebody else, or on another account.
    pub async fn asked_before(&self, request: AccessRequestId) -> Result<AskedBefore, Error> {
        #[derive(FromQueryResult)]
        struct Missing {
            member_id: MemberId,
        }
        let account: &VisibleAccount = self.account();
        let ctx = account.ctx();
        let reader = ctx.reader();
        let request = sent_by(reader, request, ctx.member()).await?;
        if request.account_id != account.id() {
            return Err(AppError::NotFound.into());
        }
        let sql = format!(
            r#"SELECT l.member_id
               FROM request_line l
               JOIN member m ON m.id = l.member_id AND m.status = 'active'
               JOIN "user" u ON u.id = m.user_id
               WHERE l.access_request_id = $2 AND NOT (l.state = 'pending' AND l.open_until > $1)
                 AND NOT (l.state IN ('accepted', 'superseded') AND EXISTS (
                     SELECT 1 FROM access_grant g {GRANT_JOINS}
                     WHERE g.account_id = l.account_id AND g.member_id = l.member_id AND {GRANT_COUNTS}))
               ORDER BY u.name, l.id"#
        );
        let values = [ctx.now().into(), request.id.into()];
        let missing = Missing::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let end = end_of(request.access_days, request.access_last_day);
        let day = match end {
            AccessEnd::On(day) if day >= ctx.now().date_naive() => day.to_string(),
            _ => String::new(),
        };
        Ok(AskedBefore {
            members: missing.into_iter().map(|row| row.member_id).collect(),
            role: request.role.word().to_owned(),
            access_end: end.choice(),
            access_end_date: day,
            reason: request.reason,
        })
    }
}
