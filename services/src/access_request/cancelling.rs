//! Lines that wait are cancelled when what they stand on is gone: the right to ask, the member, the share, the
//! partnership or the account.
//!
//! The locks of their accounts are taken before. There is one event for each request, however many of its lines end.

use super::names_of;
use crate::Error;
use crate::activity::{Details, Event};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{access_request, request_line};
use domain::access_request::{CancelReason, LineState, may_ask};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::{AccessRequestId, AccountId, AccountShareId, MemberId, PartnershipId, RequestLineId, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Value};

/// Ids in one statement.
const MOST_AT_ONCE: usize = 1_000;

/// Cancels lines of members of one guest: one event per request they belong to, each made of `event`, which says where
/// it happens and who does it.
pub(crate) async fn cancel(
    change: &Change,
    lines: Vec<(request_line::Model, String)>,
    reason: CancelReason,
    event: &Event,
) -> Result<Vec<Event>, Error> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    request_line::Entity::update_many()
        .col_expr(request_line::Column::State, Expr::value(LineState::Cancelled))
        .col_expr(request_line::Column::CancelReason, Expr::value(reason))
        .col_expr(request_line::Column::DecidedAt, Expr::value(change.now()))
        .filter(request_line::COLUMN.id.is_in(lines.iter().map(|(line, _)| line.id)))
        .filter(request_line::COLUMN.state.eq(LineState::Pending))
        .exec(change.transaction())
        .await?;
    let mut names: Vec<(AccessRequestId, Vec<String>)> = Vec::new();
    for (line, name) in lines {
        match names.iter_mut().find(|(request, _)| *request == line.access_request_id) {
            Some((_, names)) => names.push(name),
            None => names.push((line.access_request_id, vec![name])),
        }
    }
    let events = names.into_iter().map(|(request, members)| {
        let mut event = event.clone();
        event.subject = None;
        event.request = Some(request);
        event.details = Details { members, because: because(reason).to_owned(), ..event.details };
        event
    });
    Ok(events.collect())
}

/// The lines that wait on an account because of requests by this member, with the names of those they are for: as far as
/// nobody who goes on with this role, or with none, may ask for them.
pub(crate) async fn pending_by(
    connection: &impl ConnectionTrait,
    account: AccountId,
    requester: MemberId,
    goes_on_with: Option<AccountRole>,
) -> Result<Vec<(request_line::Model, String)>, Error> {
    let lines = request_line::Entity::find()
        .find_also_related(access_request::Entity)
        .filter(access_request::COLUMN.requester_id.eq(requester))
        .filter(request_line::COLUMN.account_id.eq(account))
        .filter(request_line::COLUMN.state.eq(LineState::Pending))
        .order_by_asc(request_line::COLUMN.id)
        .all(connection)
        .await?;
    let falls = |(line, request): &(request_line::Model, Option<access_request::Model>)| {
        request.as_ref().is_none_or(|request| !may_ask(goes_on_with, request.role, line.member_id == requester))
    };
    let lines: Vec<_> = lines.into_iter().filter(falls).collect();
    let members: Vec<MemberId> = lines.iter().map(|(line, _)| line.member_id).collect();
    let names = names_of(connection, &members).await?;
    let named = |line: request_line::Model| {
        let name = names.get(&line.member_id).cloned().unwrap_or_default();
        (line, name)
    };
    Ok(lines.into_iter().map(|(line, _)| named(line)).collect())
}

/// Lines that end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    /// All on an account.
    On(AccountId),
    /// All that were asked for on a share.
    OnShare(AccountShareId),
    /// All that were asked for through a partnership.
    Through(PartnershipId),
    /// All for a member, on whatever account.
    For(MemberId),
    /// All that a member has asked for, on whatever account.
    By(MemberId),
    /// All that a member has asked for through a partnership.
    ByThrough(MemberId, PartnershipId),
}

/// A pending line that was cancelled with others.
#[derive(Clone, Debug, FromQueryResult)]
struct Cancelled {
    id: RequestLineId,
    access_request_id: AccessRequestId,
    account_id: AccountId,
    label: String,
    host: WorkspaceId,
    guest: WorkspaceId,
    name: String,
}

/// Cancels the pending ones among these lines, whose accounts are locked. One event per request, in the words of who did
/// it; those who asked and those who would decide are told.
pub(crate) async fn cancel_all(
    change: &Change,
    which: Lines,
    reason: CancelReason,
    actor: Option<MemberId>,
    details: &Details,
) -> Result<Vec<Event>, Error> {
    let (condition, ids): (&str, Vec<Value>) = match which {
        Lines::On(account) => ("l.account_id = $1", vec![account.into()]),
        Lines::OnShare(share) => ("r.account_share_id = $1", vec![share.into()]),
        Lines::Through(partnership) => (
            "r.account_share_id IN (SELECT s.id FROM account_share s WHERE s.partnership_id = $1)",
            vec![partnership.into()],
        ),
        Lines::For(member) => ("l.member_id = $1", vec![member.into()]),
        Lines::By(member) => ("r.requester_id = $1", vec![member.into()]),
        Lines::ByThrough(member, partnership) => (
            "r.requester_id = $1
             AND r.account_share_id IN (SELECT s.id FROM account_share s WHERE s.partnership_id = $2)",
            vec![member.into(), partnership.into()],
        ),
    };
    let sql = format!(
        r#"SELECT l.id, l.access_request_id, l.account_id, a.label, a.workspace_id AS host, m.workspace_id AS guest, u.name
           FROM request_line l
           JOIN access_request r ON r.id = l.access_request_id
           JOIN account a ON a.id = l.account_id
           JOIN member m ON m.id = l.member_id
           JOIN "user" u ON u.id = m.user_id
           WHERE l.state = 'pending' AND {condition}
           ORDER BY l.access_request_id, l.id"#
    );
    let transaction = change.transaction();
    let lines = Cancelled::find_by_statement(statement(transaction, &sql, ids)).all(transaction).await?;
    for lines in lines.chunks(MOST_AT_ONCE) {
        request_line::Entity::update_many()
            .col_expr(request_line::Column::State, Expr::value(LineState::Cancelled))
            .col_expr(request_line::Column::CancelReason, Expr::value(reason))
            .col_expr(request_line::Column::DecidedAt, Expr::value(change.now()))
            .filter(request_line::COLUMN.id.is_in(lines.iter().map(|line| line.id)))
            .exec(transaction)
            .await?;
    }
    let events = lines.chunk_by(|one, other| one.access_request_id == other.access_request_id).map(|lines| {
        let first = &lines[0];
        Event {
            actor,
            account: Some(first.account_id),
            guest: Some(first.guest),
            request: Some(first.access_request_id),
            details: Details {
                members: lines.iter().map(|line| line.name.clone()).collect(),
                label: first.label.clone(),
                because: because(reason).to_owned(),
                ..details.clone()
            },
            ..Event::new(EventKind::RequestCancelled, first.host)
        }
    });
    Ok(events.collect())
}

/// The accounts on which a member has grants or waits, or has asked for others who wait: all that their leaving touches.
pub(crate) async fn accounts_touched_by(
    connection: &impl ConnectionTrait,
    member: MemberId,
) -> Result<Vec<AccountId>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        account_id: AccountId,
    }
    let sql = r"SELECT account_id FROM access_grant WHERE member_id = $1 AND state IN ('active', 'suspended')
                UNION
                SELECT account_id FROM request_line WHERE member_id = $1 AND state = 'pending'
                UNION
                SELECT l.account_id FROM request_line l JOIN access_request r ON r.id = l.access_request_id
                WHERE r.requester_id = $1 AND l.state = 'pending'
                ORDER BY account_id";
    let rows = Row::find_by_statement(statement(connection, sql, [member.into()])).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.account_id).collect())
}

pub(super) fn because(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::RequesterLostRight => "the requester is no longer an account manager of the account",
        CancelReason::MemberRemoved => "the member was deactivated",
        CancelReason::PartnershipRemoved => "the partnership is over",
        CancelReason::AccountUnshared => "the account is no longer shared",
        CancelReason::AccountDeleted => "the account was deleted",
    }
}
