//! Access requests: an account manager asks, a decider answers line by line.

use crate::access_grant::{GRANT_COUNTS_OR_WAITS, expire_lines_of};
use crate::account::{AccountDecider, AccountManager, GRANT_COUNTS, GRANT_JOINS, STRENGTH, VisibleAccount, role_of};
use crate::activity::{Details, Event};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{access_grant, access_request, member, request_line};
use crate::partnership::{POLICY_COLUMNS, PolicyRow};
use crate::{Error, member_search};
use chrono::TimeDelta;
use domain::access_grant::{GrantSource, GrantState, warned_from_start};
use domain::access_request::{
    AcceptWith, AccessEnd, Asked, CancelReason, Candidate, CoolDown, Decided, Held, LineState, MOST_SUGGESTIONS,
    PendingSince, RefusedMember, RequestForm, RequestFormView, SentRequest, accepted_terms, adds_nothing, end_choices,
    may_ask, role_choices, why_not_ask,
};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::member::{MemberStatus, MemberSuggestion, PickedMember};
use domain::partnership::{PartnershipPolicy, PartnershipState, ShareState};
use domain::{
    AccessGrantId, AccessRequestId, AccountId, AccountShareId, AppError, Conflict, Denial, IdempotencyKey, MemberId,
    Moment, PartnershipId, Problem, RequestLineId, UserId, WorkspaceId, text,
};
use sea_orm::prelude::Date;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, SqlErr, Value,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

mod extension;
mod sent;
mod to_decide;

pub use sent::SentByMe;
pub(crate) use to_decide::waiting_for;

/// Ids in one statement.
const MOST_AT_ONCE: usize = 1_000;

/// Reads the fields of "Accept with changes". An empty field leaves that part as it was asked; a day that was entered
/// counts, whatever was chosen beside it.
///
/// # Errors
///
/// [`AppError::Invalid`] on `role`, `access_end` or `access_end_date`.
pub fn accept_with(role: &str, access_end: &str, access_end_date: &str, now: Moment) -> Result<AcceptWith, Error> {
    let role = match role {
        "" => None,
        word => Some(word.parse().map_err(|_| Problem::new("role", "Choose a role."))?),
    };
    let end = match (access_end, access_end_date.trim()) {
        ("", "") => None,
        (choice, "") => Some(AccessEnd::from_form(choice, "", now)?),
        (_, day) => Some(AccessEnd::from_form("date", day, now)?),
    };
    Ok(AcceptWith { role, end })
}

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
async fn send(change: Change, account: VisibleAccount, form: &RequestForm) -> Result<SentRequest, Error> {
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
async fn offer(account: &VisibleAccount, connection: &impl ConnectionTrait, now: Moment) -> Result<Offer, Error> {
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
struct Offer {
    share: AccountShareId,
    policy: PartnershipPolicy,
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

/// A member with name, address and status.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) picked: PickedMember,
    pub(crate) status: MemberStatus,
}

pub(crate) async fn people(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Person>, Error> {
    use crate::entity::user;
    let rows = member::Entity::find()
        .filter(member::COLUMN.workspace_id.eq(workspace))
        .filter(member::COLUMN.id.is_in(members.iter().copied()))
        .find_also_related(user::Entity)
        .all(connection)
        .await?;
    let person = |(member, user): (member::Model, Option<user::Model>)| {
        let user = user?;
        let picked = PickedMember { member: member.id, name: user.name, email: user.email };
        Some((member.id, Person { picked, status: member.status }))
    };
    Ok(rows.into_iter().filter_map(person).collect())
}

/// What each of these members has and waits for on the account.
async fn candidates(
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

/// The roles that the grants of each of these members on the account give now, the highest first. Who has none is left
/// out.
pub(crate) async fn held_by(
    connection: &impl ConnectionTrait,
    account: AccountId,
    members: &[MemberId],
    now: Moment,
) -> Result<HashMap<MemberId, Vec<Held>>, Error> {
    held_where(connection, account, members, now, GRANT_COUNTS).await
}

/// As [`held_by`], with what is kept while its partnership is suspended.
pub(crate) async fn held_or_kept_by(
    connection: &impl ConnectionTrait,
    account: AccountId,
    members: &[MemberId],
    now: Moment,
) -> Result<HashMap<MemberId, Vec<Held>>, Error> {
    held_where(connection, account, members, now, GRANT_COUNTS_OR_WAITS).await
}

async fn held_where(
    connection: &impl ConnectionTrait,
    account: AccountId,
    members: &[MemberId],
    now: Moment,
    condition: &str,
) -> Result<HashMap<MemberId, Vec<Held>>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        member_id: MemberId,
        strength: i32,
        ends_at: Option<Moment>,
    }
    let (places, ids) = places(members, 3);
    let sql = format!(
        r"SELECT g.member_id, {STRENGTH} AS strength,
                 CASE WHEN COUNT(*) = COUNT(g.ends_at) THEN MAX(g.ends_at) END AS ends_at
          FROM access_grant g {GRANT_JOINS}
          WHERE g.account_id = $2 AND g.member_id IN ({places}) AND {condition}
          GROUP BY g.member_id, g.role
          ORDER BY 2 DESC"
    );
    let values: Vec<Value> = [now.into(), account.into()].into_iter().chain(ids).collect();
    let rows = Row::find_by_statement(statement(connection, &sql, values)).all(connection).await?;
    let mut held: HashMap<MemberId, Vec<Held>> = HashMap::new();
    for Row { member_id, strength, ends_at } in rows {
        held.entry(member_id).or_default().extend(role_of(strength).map(|role| Held { role, ends_at }));
    }
    Ok(held)
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

/// `$3, $4, …` and the ids that stand there. No ids: a place that no id equals.
fn places(members: &[MemberId], first: usize) -> (String, Vec<Value>) {
    if members.is_empty() {
        return ("NULL".to_owned(), Vec::new());
    }
    let places: Vec<String> = (first..first + members.len()).map(|place| format!("${place}")).collect();
    (places.join(", "), members.iter().map(|member| (*member).into()).collect())
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

impl AccountDecider {
    /// Says yes to a line: as it was asked, or with a lower role or an earlier end.
    ///
    /// The first decision stands. Saying yes again to what was accepted is a success without a second event or mail;
    /// what would add nothing any more becomes [`LineState::Superseded`].
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a line of another account; [`Conflict`] when the line was declined or has ended;
    /// [`Denial`] when the right to decide is gone, the request is one's own, the partnership is suspended, or the
    /// terms are more than was asked or the policy allows.
    pub async fn accept(self, line: RequestLineId, with: AcceptWith) -> Result<Decided, Error> {
        let Some(deciding) = self.deciding(line).await? else {
            return Err(AppError::NotFound.into());
        };
        match deciding.line.state {
            LineState::Pending => deciding.decidable().await?.accept(with).await,
            LineState::Accepted => Ok(Decided::Accepted { name: deciding.name, label: deciding.label }),
            LineState::Superseded => Ok(Decided::Superseded { name: deciding.name, label: deciding.label }),
            _ => Err(deciding.too_late().await?.into()),
        }
    }

    /// Says no to a line, with a note to the requester, which may be empty.
    ///
    /// # Errors
    ///
    /// As [`AccountDecider::accept`], and [`AppError::Invalid`] on `note`.
    pub async fn decline(self, line: RequestLineId, note: &str) -> Result<Decided, Error> {
        let note = text::prose("note", "note", note)?;
        let Some(deciding) = self.deciding(line).await? else {
            return Err(AppError::NotFound.into());
        };
        match deciding.line.state {
            LineState::Pending => deciding.decidable().await?.decline(note).await,
            LineState::Declined => Ok(Decided::Declined { name: deciding.name }),
            _ => Err(deciding.too_late().await?.into()),
        }
    }

    /// Begins the decision: the line as it stands, with everything it depends on, and nobody else at it.
    async fn deciding(self, line: RequestLineId) -> Result<Option<Deciding>, Error> {
        let (change, account) = self.account().change().await?;
        let account = account.decider()?.into_account();
        let transaction = change.transaction();
        let row = request_line::Entity::find_by_id(line)
            .filter(request_line::COLUMN.account_id.eq(account.id()))
            .one(transaction)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let request = access_request::Entity::find_by_id(row.access_request_id).one(transaction).await?;
        let request = request.ok_or(AppError::NotFound)?;
        let share = lock_share(transaction, request.account_share_id).await?.ok_or(AppError::NotFound)?;
        let member = party(transaction, row.member_id).await?.ok_or(AppError::NotFound)?;
        let requester = party(transaction, request.requester_id).await?.ok_or(AppError::NotFound)?;
        let label = account.label().to_owned();
        Ok(Some(Deciding {
            name: member.name.clone(),
            label,
            line: row,
            change,
            account,
            request,
            share,
            member,
            requester,
        }))
    }
}

/// A decision under way.
#[derive(Debug)]
struct Deciding {
    change: Change,
    account: VisibleAccount,
    line: request_line::Model,
    request: access_request::Model,
    share: ShareRow,
    member: Party,
    requester: Party,
    name: String,
    label: String,
}

impl Deciding {
    async fn accept(self, with: AcceptWith) -> Result<Decided, Error> {
        let now = self.change.now();
        let asked =
            Asked { role: self.request.role, end: end_of(self.request.access_days, self.request.access_last_day) };
        let (role, ends_at) = accepted_terms(asked, with, &self.share.policy(), now)?;
        let transaction = self.change.transaction();
        let held = held_by(transaction, self.account.id(), &[self.line.member_id], now).await?;
        if adds_nothing(held.get(&self.line.member_id).map_or(&[][..], Vec::as_slice), role, ends_at) {
            return self.supersede().await;
        }
        let grant = AccessGrantId(Uuid::now_v7());
        let row = access_grant::ActiveModel {
            id: Set(grant),
            account_id: Set(self.account.id()),
            member_id: Set(self.line.member_id),
            role: Set(role),
            source: Set(GrantSource::Request),
            account_share_id: Set(Some(self.request.account_share_id)),
            state: Set(GrantState::Active),
            ends_at: Set(ends_at),
            last_used_at: Set(None),
            created_at: Set(now),
            ended_at: Set(None),
            end_reason: Set(None),
            warned_days: Set(warned_from_start(ends_at, now)),
        };
        row.insert(transaction).await?;
        let mut line = self.line.clone().into_active_model();
        line.state = Set(LineState::Accepted);
        line.decided_by = Set(Some(self.account.ctx().member()));
        line.decided_at = Set(Some(now));
        line.accepted_role = Set(Some(role));
        line.accepted_ends_at = Set(ends_at);
        line.access_grant_id = Set(Some(grant));
        line.update(transaction).await?;
        let mut event = self.event(EventKind::RequestAccepted);
        event.details.role = Some(role);
        event.details.ends_at = ends_at;
        self.change.commit(vec![event]).await?;
        Ok(Decided::Accepted { name: self.name, label: self.label })
    }

    async fn decline(self, note: String) -> Result<Decided, Error> {
        let now = self.change.now();
        let mut line = self.line.clone().into_active_model();
        line.state = Set(LineState::Declined);
        line.decided_by = Set(Some(self.account.ctx().member()));
        line.decided_at = Set(Some(now));
        line.note = Set(note.clone());
        line.update(self.change.transaction()).await?;
        let mut event = self.event(EventKind::RequestDeclined);
        event.details.note = note;
        self.change.commit(vec![event]).await?;
        Ok(Decided::Declined { name: self.name })
    }

    /// What holds for yes and no alike. A line that has nothing to stand on any more is cancelled instead.
    async fn decidable(self) -> Result<Self, Error> {
        // Somebody can be a member of both companies: it is the person who must not decide their own request.
        if self.requester.user_id == self.account.ctx().user() {
            return Err(Denial::OwnRequest.into());
        }
        // The line waits, and its time stands still.
        if self.share.partnership_state == PartnershipState::Suspended
            && !self.share.partnership_over(self.change.now())
        {
            return Err(Denial::PartnershipSuspended.into());
        }
        if self.line.open_until <= self.change.now() {
            return Err(Conflict::NoLongerPending { state: LineState::Expired }.into());
        }
        match self.lost_ground().await? {
            Some(reason) => Err(self.cancel(reason).await?.into()),
            None => Ok(self),
        }
    }

    /// Why the line has nothing to stand on any more, if so: each is cancelled when it happens, and looked at again
    /// here, because some of it happens by the mere passing of time.
    async fn lost_ground(&self) -> Result<Option<CancelReason>, Error> {
        let now = self.change.now();
        // The end of a partnership stops its shares as well: it is the reason to name.
        if self.share.partnership_state != PartnershipState::Active || self.share.partnership_over(now) {
            return Ok(Some(CancelReason::PartnershipRemoved));
        }
        let share_over = self.share.state != ShareState::Active || self.share.ends_at.is_some_and(|end| end <= now);
        if share_over {
            return Ok(Some(CancelReason::AccountUnshared));
        }
        if self.member.status != MemberStatus::Active {
            return Ok(Some(CancelReason::MemberRemoved));
        }
        let requester = self.request.requester_id;
        let held = held_by(self.change.transaction(), self.account.id(), &[requester], now).await?;
        let role = held.get(&requester).and_then(|held| held.first()).map(|held| held.role);
        let may_ask = may_ask(role, self.request.role, self.line.member_id == requester);
        let lost = self.requester.status != MemberStatus::Active || !may_ask;
        Ok(lost.then_some(CancelReason::RequesterLostRight))
    }

    async fn cancel(self, reason: CancelReason) -> Result<Conflict, Error> {
        let lines = vec![(self.line.clone(), self.name.clone())];
        let event = Event { guest: Some(self.member.workspace_id), ..self.account.event(EventKind::RequestCancelled) };
        let events = cancel(&self.change, lines, reason, &event).await?;
        self.change.commit(events).await?;
        Ok(Conflict::NoLongerPending { state: LineState::Cancelled })
    }

    async fn supersede(self) -> Result<Decided, Error> {
        let now = self.change.now();
        let mut line = self.line.clone().into_active_model();
        line.state = Set(LineState::Superseded);
        line.decided_by = Set(Some(self.account.ctx().member()));
        line.decided_at = Set(Some(now));
        line.update(self.change.transaction()).await?;
        let mut event = self.event(EventKind::RequestCancelled);
        event.details.because = format!("{} already has this access", self.name);
        self.change.commit(vec![event]).await?;
        Ok(Decided::Superseded { name: self.name, label: self.label })
    }

    /// The answer to a decision on a line that has ended otherwise.
    async fn too_late(self) -> Result<Conflict, Error> {
        let state = self.line.state;
        if let (LineState::Accepted | LineState::Declined, Some(by), Some(at)) =
            (state, self.line.decided_by, self.line.decided_at)
        {
            let by = party(self.change.transaction(), by).await?.map_or_else(|| "an owner".to_owned(), |by| by.name);
            return Ok(Conflict::AlreadyDecided { state, by, at });
        }
        Ok(Conflict::NoLongerPending { state })
    }

    fn event(&self, kind: EventKind) -> Event {
        let mut event = self.account.event(kind);
        event.subject = Some(self.line.member_id);
        event.guest = Some(self.member.workspace_id);
        event.request = Some(self.request.id);
        event.line = Some(self.line.id);
        event.details.members = vec![self.name.clone()];
        event
    }
}

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

fn because(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::RequesterLostRight => "the requester is no longer an account manager of the account",
        CancelReason::MemberRemoved => "the member was deactivated",
        CancelReason::PartnershipRemoved => "the partnership is over",
        CancelReason::AccountUnshared => "the account is no longer shared",
        CancelReason::AccountDeleted => "the account was deleted",
    }
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

pub(crate) async fn names_of(
    connection: &impl ConnectionTrait,
    members: &[MemberId],
) -> Result<HashMap<MemberId, String>, Error> {
    use crate::entity::user;
    let rows = member::Entity::find()
        .filter(member::COLUMN.id.is_in(members.iter().copied()))
        .find_also_related(user::Entity)
        .all(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|(member, user)| Some((member.id, user?.name))).collect())
}

/// How long a request asks for, from its columns.
pub(crate) fn end_of(days: Option<i32>, last_day: Option<Date>) -> AccessEnd {
    match (days, last_day) {
        (Some(days), _) => AccessEnd::Days(u16::try_from(days).unwrap_or(u16::MAX)),
        (None, Some(day)) => AccessEnd::On(day),
        (None, None) => AccessEnd::Never,
    }
}

/// A share with what binds decisions on requests made under it.
#[derive(Debug, FromQueryResult)]
pub(crate) struct ShareRow {
    state: ShareState,
    ends_at: Option<Moment>,
    share_role: AccountRole,
    partnership_state: PartnershipState,
    partnership_ends_at: Option<Moment>,
    #[sea_orm(nested)]
    policy: PolicyRow,
}

impl ShareRow {
    /// Whether the partnership has come to its end date.
    fn partnership_over(&self, now: Moment) -> bool {
        self.partnership_ends_at.is_some_and(|end| end <= now)
    }

    pub(crate) fn policy(&self) -> PartnershipPolicy {
        self.policy.up_to(self.share_role)
    }
}

/// The share, which stays as it is until the transaction ends.
pub(crate) async fn lock_share(
    connection: &impl ConnectionTrait,
    share: AccountShareId,
) -> Result<Option<ShareRow>, Error> {
    let lock = if connection.get_database_backend() == DbBackend::Postgres { "FOR SHARE" } else { "" };
    let sql = format!(
        r"SELECT s.state, s.ends_at, s.highest_role AS share_role, p.state AS partnership_state,
                 p.ends_at AS partnership_ends_at, {POLICY_COLUMNS}
          FROM account_share s JOIN partnership p ON p.id = s.partnership_id
          WHERE s.id = $1 {lock}"
    );
    Ok(ShareRow::find_by_statement(statement(connection, &sql, [share.into()])).one(connection).await?)
}

/// Somebody who takes part in a request.
#[derive(Debug, FromQueryResult)]
struct Party {
    user_id: UserId,
    workspace_id: WorkspaceId,
    status: MemberStatus,
    name: String,
}

/// Somebody who takes part in a request, who stays as they are until the transaction ends.
async fn party(connection: &impl ConnectionTrait, member: MemberId) -> Result<Option<Party>, Error> {
    let lock = if connection.get_database_backend() == DbBackend::Postgres { "FOR SHARE OF m" } else { "" };
    let sql = format!(
        r#"SELECT m.user_id, m.workspace_id, m.status, u.name
           FROM member m JOIN "user" u ON u.id = m.user_id WHERE m.id = $1 {lock}"#
    );
    Ok(Party::find_by_statement(statement(connection, &sql, [member.into()])).one(connection).await?)
}
