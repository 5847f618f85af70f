//! An account manager asks for members of the own workspace, with a line for each.
//!
//! Whoever cannot be asked for is left out, and the answer says why; for nobody at all no request is made. The same
//! form sent again by the same member is the same request.

use super::{end_of, held_by, people, places};
use crate::access_grant::expire_lines_of;
use crate::account::{AccountManager, VisibleAccount};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{access_request, request_line};
use crate::partnership::{POLICY_COLUMNS, PolicyRow};
use crate::{Error, member_search};
use chrono::TimeDelta;
use domain::access_request::{
    AccessEnd, Candidate, CoolDown, LineState, MOST_SUGGESTIONS, PendingSince, RefusedMember, RequestForm,
    RequestFormView, SentRequest, adds_nothing, end_choices, role_choices, why_not_ask,
};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::member::{MemberStatus, MemberSuggestion, PickedMember};
use domain::partnership::PartnershipPolicy;
use domain::{
    AccessRequestId, AccountId, AccountShareId, AppError, Denial, IdempotencyKey, MemberId, Moment, RequestLineId, text,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, SqlErr, Value,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

impl AccountManager {
    /// What the form starts with, and a new key for it.
    ///
    /// # Errors
    ///
    /// [`Denial::NotShared`] when the account is no longer offered.
    pub async fn request_form(&self) -> Result<RequestFormView, Error> {
        let account = self.account();
        let ctx = account.ctx();
        let offer = offer(account, ctx.reader(), ctx.now()).await?;
        let last_day = offer.policy.longest_days.map(|days| ctx.now() + TimeDelta::days(i64::from(days)));
        Ok(RequestFormView {
            account: account.asked(),
            key: IdempotencyKey(Uuid::now_v7()),
            roles: role_choices(&offer.policy),
            ends: end_choices(&offer.policy),
            first_day: ctx.now().date_naive().to_string(),
            last_day: last_day.map(|day| day.date_naive().to_string()),
            reason_required: offer.policy.reason_required,
            shortest_reason: offer.policy.shortest_reason_asked(),
        })
    }

    /// Active members of the own workspace who match what is typed, each with the reason why they cannot be asked for
    /// with this role, if so. At most [`MOST_SUGGESTIONS`].
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn search_members(&self, typed: &str, role: AccountRole) -> Result<Vec<MemberSuggestion>, Error> {
        let ctx = self.account().ctx();
        let found = member_search::find(ctx.reader(), ctx.workspace(), typed, MOST_SUGGESTIONS).await?;
        let ids: Vec<MemberId> = found.iter().map(|member| member.member).collect();
        let mut candidates = candidates(ctx.reader(), self.account(), &ids, ctx.now()).await?;
        Ok(found
            .into_iter()
            .map(|PickedMember { member, name, email }| {
                let candidate = candidates.remove(&member).unwrap_or_default();
                MemberSuggestion { member, name, email, blocked: why_not_ask(&candidate, role) }
            })
            .collect())
    }

    /// Names and addresses of members of the own workspace, in the order given. Others are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn picked_members(&self, members: &[MemberId]) -> Result<Vec<PickedMember>, Error> {
        let ctx = self.account().ctx();
        let mut people = people(ctx.reader(), ctx.workspace(), members).await?;
        Ok(members.iter().filter_map(|id| people.remove(id)).map(|person| person.picked).collect())
    }

    /// Sends a request: for everyone in the form who can be asked for, with a line each. The same form sent again by
    /// the same member is the same request, and answers the same.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] with every problem of the form, or on `members` when nobody in it can be asked for;
    /// [`AppError::NotFound`] when somebody in it is no member of the own workspace; [`Denial::NotShared`].
    pub async fn request_access(&self, form: &RequestForm) -> Result<SentRequest, Error> {
        let (change, account) = self.account().change().await?;
        let account = account.manager()?.account().clone();
        send(change, account, form).await
    }
}

/// Sends a request of a member who may ask for everyone in it, on an account at which nobody else is.
pub(super) async fn send(change: Change, account: VisibleAccount, form: &RequestForm) -> Result<SentRequest, Error> {
    let account = &account;
    let (ctx, transaction, now) = (account.ctx(), change.transaction(), change.now());
    if let Some(sent) = sent_before(transaction, account, form).await? {
        return Ok(sent);
    }
    let offer = offer(account, transaction, now).await?;
    let asked = form.check(&offer.policy, now)?;

    let mut events = expire_lines_of(&change, account, &asked.members).await?;
    let people = people(transaction, ctx.workspace(), &asked.members).await?;
    let candidates = candidates(transaction, account, &asked.members, now).await?;
    let held = held_by(transaction, account.id(), &asked.members, now).await?;
    let earlier = earlier_declines(transaction, account.id(), &asked.members).await?;
    let request = AccessRequestId(Uuid::now_v7());
    let open_until = now + TimeDelta::days(i64::from(offer.policy.open_days));
    let (mut lines, mut names, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    let mut first_line = None;
    for member in &asked.members {
        let person = people.get(member).ok_or(AppError::NotFound)?;
        let name = person.picked.name.clone();
        let candidate = candidates.get(member).cloned().unwrap_or_default();
        let reason = match person.status {
            MemberStatus::Active => why_not_ask(&candidate, asked.role),
            MemberStatus::Invited => Some("Has not accepted the invitation yet".to_owned()),
            MemberStatus::Deactivated => Some("Is no longer an active member".to_owned()),
        };
        let reason = reason.or_else(|| {
            let held = held.get(member).map_or(&[][..], Vec::as_slice);
            adds_nothing(held, asked.role, asked.end.moment(now)).then(|| "Already has access for as long".to_owned())
        });
        if let Some(reason) = reason {
            refused.push(RefusedMember { name, reason });
            continue;
        }
        names.push(name);
        let line = RequestLineId(Uuid::now_v7());
        first_line.get_or_insert(line);
        lines.push(request_line::ActiveModel {
            id: Set(line),
            access_request_id: Set(request),
            account_id: Set(account.id()),
            member_id: Set(*member),
            state: Set(LineState::Pending),
            cancel_reason: Set(None),
            earlier_line_id: Set(earlier.get(member).copied()),
            open_until: Set(open_until),
            decided_by: Set(None),
            decided_at: Set(None),
            accepted_role: Set(None),
            accepted_ends_at: Set(None),
            access_grant_id: Set(None),
            note: Set(String::new()),
            created_at: Set(now),
            host_workspace_id: Set(account.host()),
        });
    }
    if lines.is_empty() {
        return Err(nobody_left(&refused).into());
    }
    let row = access_request::ActiveModel {
        id: Set(request),
        account_id: Set(account.id()),
        account_share_id: Set(offer.share),
        requester_id: Set(ctx.member()),
        idempotency_key: Set(form.key),
        role: Set(asked.role),
        access_days: Set(match asked.end {
            AccessEnd::Days(days) => Some(i32::from(days)),
            _ => None,
        }),
        access_last_day: Set(match asked.end {
            AccessEnd::On(day) => Some(day),
            _ => None,
        }),
        reason: Set(asked.reason.clone()),
        refused: Set(serde_json::to_string(&refused)?),
        created_at: Set(now),
        reminded_at: Set(None),
        account_label: Set(account.label().to_owned()),
    };
    row.insert(transaction).await.map_err(|error| match error.sql_err() {
        // On this account nobody else is at it: the same form was sent for another one at the same moment.
        Some(SqlErr::UniqueConstraintViolation(_)) => sent_for_another_account(),
        _ => error.into(),
    })?;
    request_line::Entity::insert_many(lines).exec(transaction).await?;

    let mut event = account.event(EventKind::AccessRequested);
    event.request = Some(request);
    // The link in the mail brings the request into view.
    event.line = first_line;
    event.details.members = names;
    event.details.role = Some(asked.role);
    event.details.end = asked.end.told();
    event.details.reason = asked.reason;
    let label = account.label().to_owned();
    events.push(event);
    change.commit(events).await?;
    Ok(SentRequest { request, label, refused })
}

/// The share the requester's company has on the account, and the policy that binds requests.
pub(super) async fn offer(
    account: &VisibleAccount,
    connection: &impl ConnectionTrait,
    now: Moment,
) -> Result<Offer, Error> {
    let sql = format!(
        r"
            SELECT s.id, s.highest_role AS share_role, {POLICY_COLUMNS}
            FROM account_share s JOIN partnership p ON p.id = s.partnership_id
            WHERE s.account_id = $2 AND p.guest_workspace_id = $3 AND p.host_workspace_id = $4
              AND s.state = 'active' AND (s.ends_at IS NULL OR s.ends_at > $1) AND p.state = 'active'
              AND (p.ends_at IS NULL OR p.ends_at > $1)"
    );
    let values = [now.into(), account.id().into(), account.ctx().workspace().into(), account.host().into()];
    let row = OfferRow::find_by_statement(statement(connection, &sql, values)).one(connection).await?;
    Ok(row.ok_or(Denial::NotShared)?.into())
}

/// A share with its policy.
#[derive(Debug)]
pub(super) struct Offer {
    share: AccountShareId,
    pub(super) policy: PartnershipPolicy,
}

#[derive(Debug, FromQueryResult)]
struct OfferRow {
    id: AccountShareId,
    share_role: AccountRole,
    #[sea_orm(nested)]
    policy: PolicyRow,
}

impl From<OfferRow> for Offer {
    fn from(row: OfferRow) -> Self {
        Self { share: row.id, policy: row.policy.up_to(row.share_role) }
    }
}

/// The same form, sent before: its answer. A form that was changed since is not the same, and must not be answered as if
/// it had been sent.
async fn sent_before(
    connection: &impl ConnectionTrait,
    account: &VisibleAccount,
    form: &RequestForm,
) -> Result<Option<SentRequest>, Error> {
    let before = access_request::Entity::find()
        .filter(access_request::COLUMN.requester_id.eq(account.ctx().member()))
        .filter(access_request::COLUMN.idempotency_key.eq(form.key))
        .one(connection)
        .await?;
    let Some(before) = before else { return Ok(None) };
    if before.account_id != account.id() {
        return Err(sent_for_another_account());
    }
    let refused: Vec<RefusedMember> = serde_json::from_str(&before.refused)?;
    let lines: Vec<MemberId> = request_line::Entity::find()
        .select_only()
        .column(request_line::Column::MemberId)
        .filter(request_line::COLUMN.access_request_id.eq(before.id))
        .into_tuple()
        .all(connection)
        .await?;
    let people: HashSet<MemberId> = form.members.iter().copied().collect();
    let same = before.role.word() == form.role
        && end_of(before.access_days, before.access_last_day).choice() == form.access_end
        && before.access_last_day.is_none_or(|day| day.to_string() == form.access_end_date.trim())
        && text::prose("reason", "reason", &form.reason).is_ok_and(|reason| reason == before.reason)
        && people.len() == lines.len() + refused.len()
        && lines.iter().all(|member| people.contains(member));
    if same {
        Ok(Some(SentRequest { request: before.id, label: account.label().to_owned(), refused }))
    } else {
        Err(AppError::invalid("key", SENT_BEFORE).into())
    }
}

/// Told when a form was changed and sent again under its old key.
const SENT_BEFORE: &str =
    "This form was sent already, and has been changed since. Send it once more to make another request.";

fn sent_for_another_account() -> Error {
    AppError::invalid("form", "This form was sent for another account. Reload the page.").into()
}

fn nobody_left(refused: &[RefusedMember]) -> AppError {
    let reasons: Vec<String> =
        refused.iter().map(|RefusedMember { name, reason }| format!("{name}: {}.", lower_first(reason))).collect();
    AppError::invalid("members", format!("Nobody in the list can be asked for. {}", reasons.join(" ")))
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// What each of these members has and waits for on the account.
pub(super) async fn candidates(
    connection: &impl ConnectionTrait,
    account: &VisibleAccount,
    members: &[MemberId],
    now: Moment,
) -> Result<HashMap<MemberId, Candidate>, Error> {
    let mut candidates: HashMap<MemberId, Candidate> = HashMap::new();
    for (member, held) in held_by(connection, account.id(), members, now).await? {
        let Some(highest) = held.first() else { continue };
        let candidate = candidates.entry(member).or_default();
        candidate.role = Some(highest.role);
        candidate.ends_at = highest.ends_at;
    }
    for pending in pending_for(connection, account.id(), members, now).await? {
        let since = PendingSince { by: pending.requester, at: pending.created_at };
        candidates.entry(pending.member_id).or_default().pending = Some(since);
    }
    for (member, cool_down) in cooling_down(connection, account, members, now).await? {
        candidates.entry(member).or_default().cool_down = Some(cool_down);
    }
    let requester = account.ctx().member();
    if members.contains(&requester) {
        candidates.entry(requester).or_default().is_requester = true;
    }
    Ok(candidates)
}

/// Those of these members for whom a decline is too fresh, as the partnership's policy has it.
async fn cooling_down(
    connection: &impl ConnectionTrait,
    account: &VisibleAccount,
    members: &[MemberId],
    now: Moment,
) -> Result<Vec<(MemberId, CoolDown)>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        member_id: MemberId,
        declined_at: Moment,
        cool_down_days: i32,
    }
    let (places, ids) = places(members, 4);
    let sql = format!(
        r"SELECT l.member_id, MAX(l.decided_at) AS declined_at, MAX(p.cool_down_days) AS cool_down_days
          FROM partnership p JOIN request_line l ON l.account_id = $1 AND l.state = 'declined'
          WHERE p.host_workspace_id = $2 AND p.guest_workspace_id = $3 AND p.state = 'active' AND p.cool_down_days > 0
            AND l.member_id IN ({places})
          GROUP BY l.member_id"
    );
    let own: [Value; 3] = [account.id().into(), account.host().into(), account.ctx().workspace().into()];
    let values: Vec<Value> = own.into_iter().chain(ids).collect();
    let rows = Row::find_by_statement(statement(connection, &sql, values)).all(connection).await?;
    let fresh = |row: Row| {
        let until = row.declined_at + TimeDelta::days(row.cool_down_days.into());
        (until > now).then_some((row.member_id, CoolDown { declined_at: row.declined_at, until }))
    };
    Ok(rows.into_iter().filter_map(fresh).collect())
}

#[derive(Debug, FromQueryResult)]
struct PendingRow {
    member_id: MemberId,
    requester: String,
    created_at: Moment,
}

/// The lines that wait for these members on the account, with who asked.
async fn pending_for(
    connection: &impl ConnectionTrait,
    account: AccountId,
    members: &[MemberId],
    now: Moment,
) -> Result<Vec<PendingRow>, Error> {
    let (places, ids) = places(members, 3);
    let sql = format!(
        r#"SELECT l.member_id, u.name AS requester, l.created_at
           FROM request_line l
           JOIN access_request r ON r.id = l.access_request_id
           JOIN member m ON m.id = r.requester_id
           JOIN "user" u ON u.id = m.user_id
           WHERE l.account_id = $2 AND l.member_id IN ({places}) AND l.state = 'pending' AND l.open_until > $1"#
    );
    let values: Vec<Value> = [now.into(), account.into()].into_iter().chain(ids).collect();
    Ok(PendingRow::find_by_statement(statement(connection, &sql, values)).all(connection).await?)
}

/// The latest declined line of each of these members on the account.
async fn earlier_declines(
    connection: &impl ConnectionTrait,
    account: AccountId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, RequestLineId>, Error> {
    let rows: Vec<(MemberId, RequestLineId)> = request_line::Entity::find()
        .select_only()
        .column(request_line::Column::MemberId)
        .column(request_line::Column::Id)
        .filter(request_line::COLUMN.account_id.eq(account))
        .filter(request_line::COLUMN.member_id.is_in(members.iter().copied()))
        .filter(request_line::COLUMN.state.eq(LineState::Declined))
        .order_by_asc(request_line::COLUMN.created_at)
        .into_tuple()
        .all(connection)
        .await?;
    // The last one wins: ordered by age.
    Ok(rows.into_iter().collect())
}
