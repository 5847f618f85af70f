//! A decider answers a line: yes, as it was asked or with less, or no.
//!
//! The first decision stands. It is made on what is true inside its change: a line that has nothing to stand on any
//! more is cancelled instead, and one that would add nothing is superseded.

use super::{cancel, end_of, held_by};
use crate::Error;
use crate::account::{AccountDecider, VisibleAccount};
use crate::activity::Event;
use crate::context::Change;
use crate::database::statement;
use crate::entity::{access_grant, access_request, request_line};
use crate::partnership::{POLICY_COLUMNS, PolicyRow};
use domain::access_grant::{GrantSource, GrantState, warned_from_start};
use domain::access_request::{
    AcceptWith, AccessEnd, Asked, CancelReason, Decided, LineState, accepted_terms, adds_nothing, may_ask,
};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::partnership::{PartnershipPolicy, PartnershipState, ShareState};
use domain::{
    AccessGrantId, AccountShareId, AppError, Conflict, Denial, MemberId, Moment, Problem, RequestLineId, UserId,
    WorkspaceId, text,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

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
