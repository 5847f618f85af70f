//! The end of a share: by those who may, or by its time. And the end of what one guest has through a partnership.

use super::STANDS;
use crate::access_grant::{Grants, Revoked, revoke};
use crate::access_request::{Lines, cancel_all};
use crate::account::{VisibleAccount, lock};
use crate::activity::{Details, Event, Tell, listed};
use crate::context::Change;
use crate::database::statement;
use crate::entity::account_share;
use crate::partnership::VisiblePartnership;
use crate::{Error, Services};
use domain::access_grant::{RevokeReason, has_ended};
use domain::access_request::CancelReason;
use domain::activity::EventKind;
use domain::partnership::ShareState;
use domain::policy::{Act, PartnershipAct};
use domain::{AccountId, AccountShareId, AppError, Denial, MemberId, Moment, PartnershipId, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};

/// Shares whose time has come, looked at in one round.
const MARKED_AT_ONCE: usize = 200;

/// May stop sharing an account with partners.
#[derive(Debug)]
pub struct ShareStopper(VisibleAccount);

/// May remove the access of a guest's members to everything that is shared through a partnership.
#[derive(Debug)]
pub struct GuestRemover(VisiblePartnership);

impl VisibleAccount {
    /// The right to stop sharing the account.
    ///
    /// # Errors
    ///
    /// [`Denial::OwnersOnly`].
    pub fn share_stopper(self) -> Result<ShareStopper, Denial> {
        self.standing().may(Act::StopSharing)?;
        Ok(ShareStopper(self))
    }
}

impl ShareStopper {
    /// Stops a share: access through it ends at once, and what was asked for and not decided is cancelled. Stopping it
    /// again is a success. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a share of another account, and for a partnership owner one of somebody else's
    /// partnership; [`Denial::OwnersOnly`].
    pub async fn stop(self, share: AccountShareId) -> Result<String, Error> {
        let (change, account) = self.0.change().await?;
        let ShareStopper(account) = account.share_stopper()?;
        let ctx = account.ctx();
        let found = EndingShare::find(change.transaction(), share).await?;
        let found = found.filter(|found| found.account_id == account.id()).ok_or(AppError::NotFound)?;
        let of_all = account.standing().may(Act::ChangeRole).is_ok() || ctx.role().administers();
        if !of_all && found.partnership_owner != ctx.member() {
            return Err(AppError::NotFound.into());
        }
        let told = format!("{} is no longer shared with {}.", found.label, found.partner);
        if found.state != ShareState::Active {
            return Ok(told);
        }
        let events = found.end(&change, Some((ctx.member(), ctx.details()))).await?;
        change.commit(events).await?;
        Ok(told)
    }
}

impl VisiblePartnership {
    /// The right to remove the access of the guest's members.
    ///
    /// # Errors
    ///
    /// [`Denial::HostOnly`] at the guest, [`domain::Conflict::PartnershipIs`] when nothing is shared in its state.
    pub fn guest_remover(self) -> Result<GuestRemover, AppError> {
        self.may(PartnershipAct::RemoveMember)?;
        Ok(GuestRemover(self))
    }
}

impl GuestRemover {
    /// Removes a member's access to everything that is shared through the partnership, and what they have asked for on it.
    /// Removing it again is a success. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for somebody who never had access through it.
    pub async fn remove(self, member: MemberId) -> Result<String, Error> {
        loop {
            let partnership = self.0.id();
            let accounts = touched(self.0.ctx().reader(), partnership, member).await?;
            let (change, fresh) = self.0.change_with(&accounts).await?;
            let GuestRemover(fresh) = fresh.guest_remover()?;
            let transaction = change.transaction();
            // Something may have been given or asked for while we waited: then from the beginning, so that accounts come first.
            if touched(transaction, partnership, member).await? != accounts {
                continue;
            }
            let (name, standing) = guest_member(transaction, &fresh, member, change.now()).await?;
            let told = format!("{name} no longer has access to accounts that are shared with {}.", fresh.partner());
            if !standing {
                return Ok(told);
            }
            let ctx = fresh.ctx();
            let revoked = revoke(&change, Grants::OfMemberThrough(member, partnership), RevokeReason::Removed).await?;
            let mut events = removal_events(&fresh, &revoked, ctx.details());
            let lines = Lines::ByThrough(member, partnership);
            let reason = CancelReason::RequesterLostRight;
            events.extend(cancel_all(&change, lines, reason, Some(ctx.member()), &ctx.details()).await?);
            change.commit(events).await?;
            return Ok(told);
        }
    }
}

/// An event for each account, and the member is told once, however many there are.
fn removal_events(partnership: &VisiblePartnership, revoked: &[Revoked], details: Details) -> Vec<Event> {
    let actor = Some(partnership.ctx().member());
    let by_account: Vec<&Revoked> =
        revoked.chunk_by(|one, other| one.account_id == other.account_id).filter_map(<[Revoked]>::first).collect();
    let mut events: Vec<Event> = by_account.iter().map(|grant| grant.event(actor, details.clone())).collect();
    match (by_account.as_slice(), events.as_mut_slice()) {
        ([grant], [event]) => event.tell = Some(vec![Tell::Member(grant.member_id)]),
        ([grant, ..], _) => {
            let labels: Vec<String> = by_account.iter().map(|grant| grant.label.clone()).collect();
            let mut event = grant.event(actor, details);
            event.account = None;
            event.details.label = listed(&labels);
            event.tell = Some(vec![Tell::Member(grant.member_id)]);
            events.push(event);
        }
        _ => {}
    }
    events
}

/// The accounts on which a member has something through a partnership, or waits for an answer.
async fn touched(
    connection: &impl ConnectionTrait,
    partnership: PartnershipId,
    member: MemberId,
) -> Result<Vec<AccountId>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        account_id: AccountId,
    }
    let sql = r"SELECT g.account_id AS account_id FROM access_grant g JOIN account_share s ON s.id = g.account_share_id
                WHERE s.partnership_id = $1 AND g.member_id = $2 AND g.state IN ('active', 'suspended')
                UNION
                SELECT l.account_id AS account_id FROM request_line l JOIN access_request r ON r.id = l.access_request_id
                JOIN account_share s ON s.id = r.account_share_id
                WHERE s.partnership_id = $1 AND r.requester_id = $2 AND l.state = 'pending'
                ORDER BY account_id";
    let values = [partnership.into(), member.into()];
    let rows = Row::find_by_statement(statement(connection, sql, values)).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.account_id).collect())
}

/// The name of a member of the guest who has or had access through the partnership, and whether any of it stands.
async fn guest_member(
    connection: &impl ConnectionTrait,
    partnership: &VisiblePartnership,
    member: MemberId,
    now: Moment,
) -> Result<(String, bool), Error> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        stands: bool,
    }
    let sql = format!(
        r#"SELECT u.name, EXISTS (SELECT 1 FROM access_grant g JOIN account_share s ON s.id = g.account_share_id
                                  WHERE g.member_id = m.id AND s.partnership_id = $3 AND {STANDS}) AS stands
           FROM member m JOIN "user" u ON u.id = m.user_id
           WHERE m.id = $2 AND m.workspace_id = $4
             AND EXISTS (SELECT 1 FROM access_grant g JOIN account_share s ON s.id = g.account_share_id
                         WHERE g.member_id = m.id AND s.partnership_id = $3)"#
    );
    let guest = partnership.guest()?;
    let values = [now.into(), member.into(), partnership.id().into(), guest.into()];
    let row = Row::find_by_statement(statement(connection, &sql, values)).one(connection).await?;
    row.map(|row| (row.name, row.stands)).ok_or_else(|| AppError::NotFound.into())
}

/// A share that ends, with what its event says.
#[derive(Debug, FromQueryResult)]
struct EndingShare {
    id: AccountShareId,
    account_id: AccountId,
    partnership_id: PartnershipId,
    state: ShareState,
    ends_at: Option<Moment>,
    label: String,
    host: WorkspaceId,
    guest: Option<WorkspaceId>,
    partner: String,
    partnership_owner: MemberId,
}

impl EndingShare {
    async fn find(connection: &impl ConnectionTrait, share: AccountShareId) -> Result<Option<Self>, Error> {
        let sql = r"SELECT s.id, s.account_id, s.partnership_id, s.state, s.ends_at, a.label, a.workspace_id AS host,
                           p.guest_workspace_id AS guest, COALESCE(g.name, p.contact_email) AS partner,
                           p.owner_member_id AS partnership_owner
                    FROM account_share s
                    JOIN account a ON a.id = s.account_id
                    JOIN partnership p ON p.id = s.partnership_id
                    LEFT JOIN workspace g ON g.id = p.guest_workspace_id
                    WHERE s.id = $1";
        Ok(Self::find_by_statement(statement(connection, sql, [share.into()])).one(connection).await?)
    }

    /// Marks the share as stopped and ends what stands on it. Those who lose access are told, and the account's owners and
    /// the partnership owner. The account's lock is taken before.
    async fn end(self, change: &Change, by: Option<(MemberId, Details)>) -> Result<Vec<Event>, Error> {
        account_share::Entity::update_many()
            .col_expr(account_share::Column::State, Expr::value(ShareState::Stopped))
            .filter(account_share::COLUMN.id.eq(self.id))
            .exec(change.transaction())
            .await?;
        let (actor, details) = by.unzip();
        let details = details.unwrap_or_default();
        let revoked = revoke(change, Grants::OnShare(self.id), RevokeReason::Unshared).await?;
        let mut tell = vec![Tell::Owners, Tell::Member(self.partnership_owner)];
        tell.extend(revoked.iter().map(|grant| Tell::Member(grant.member_id)));
        let mut events = vec![Event {
            actor,
            account: Some(self.account_id),
            guest: self.guest,
            partnership: Some(self.partnership_id),
            tell: Some(tell),
            details: Details { label: self.label, partner: self.partner, ..details.clone() },
            ..Event::new(EventKind::SharingStopped, self.host)
        }];
        events.extend(revoked.iter().map(|grant| {
            let event = grant.event(actor, details.clone());
            // What nobody does is not removed, it ends.
            let kind = if actor.is_some() { event.kind } else { EventKind::AccessEnded };
            Event { kind, ..event }
        }));
        events
            .extend(cancel_all(change, Lines::OnShare(self.id), CancelReason::AccountUnshared, actor, &details).await?);
        Ok(events)
    }
}

/// Ends a share whose time is over and that nobody has marked yet.
pub(super) async fn end_by_time(change: &Change, share: AccountShareId) -> Result<Vec<Event>, Error> {
    match EndingShare::find(change.transaction(), share).await? {
        Some(share) => share.end(change, None).await,
        None => Ok(Vec::new()),
    }
}

impl Services {
    /// Marks shares whose time is over, with what stands on them, and tells those concerned. Returns how many were marked.
    pub(crate) async fn mark_ended_shares(&self) -> Result<usize, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            id: AccountShareId,
            account_id: AccountId,
        }
        let sql = format!(
            "SELECT id, account_id FROM account_share
             WHERE state = 'active' AND ends_at IS NOT NULL AND ends_at <= $1
             ORDER BY ends_at LIMIT {MARKED_AT_ONCE}"
        );
        let values = [self.now().into()];
        let found = Row::find_by_statement(statement(self.reader(), &sql, values)).all(self.reader()).await?;
        let mut marked = 0;
        for row in found {
            let change = self.change().await?;
            lock(&change, row.account_id).await?;
            // Another server may have been first.
            let share = EndingShare::find(change.transaction(), row.id).await?;
            let now = change.now();
            let Some(share) = share.filter(|it| it.state == ShareState::Active && has_ended(it.ends_at, now)) else {
                continue;
            };
            let events = share.end(&change, None).await?;
            change.commit(events).await?;
            marked += 1;
        }
        Ok(marked)
    }
}
