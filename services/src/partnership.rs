//! Partnerships as a member sees them, and the rights a member can have on one.
//!
//! [`Ctx::partnership`] is the only way to a partnership. What it returns can be read; to change anything, begin a change
//! with `VisiblePartnership::change`, which takes the locks and asks for the right on what is true inside.

use crate::access_grant::lock_accounts;
use crate::activity::{Details, Event, Tell};
use crate::context::Change;
use crate::database::statement;
use crate::refusal::About;
use crate::{Ctx, Error, Services};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::partnership::{PartnershipPolicy, PartnershipState, not_named_yet};
use domain::policy::{PartnershipAct, PartnershipRefusal, PartnershipStanding, Side};
use domain::{AccountId, AppError, Conflict, MemberId, Moment, PartnershipId, WorkspaceId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::sync::Arc;

mod life;
mod policy;
mod proposal;
mod view;

/// SQL: the columns of the partnership `p` that a [`PolicyRow`] reads.
pub(crate) const POLICY_COLUMNS: &str =
    "p.highest_role, p.longest_days, p.reason_required, p.open_days, p.shortest_reason, p.cool_down_days";

/// A partnership's policy, as its columns.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct PolicyRow {
    highest_role: AccountRole,
    longest_days: Option<i32>,
    reason_required: bool,
    open_days: i32,
    shortest_reason: i32,
    cool_down_days: i32,
}

impl PolicyRow {
    /// The policy, for an account that is shared up to this role.
    pub(crate) fn up_to(&self, share_role: AccountRole) -> PartnershipPolicy {
        PartnershipPolicy {
            highest_role: self.highest_role.min(share_role),
            longest_days: self.longest_days.map(whole),
            reason_required: self.reason_required,
            open_days: whole(self.open_days),
            shortest_reason: whole(self.shortest_reason),
            cool_down_days: whole(self.cool_down_days),
        }
    }

    /// The policy.
    pub(crate) fn policy(&self) -> PartnershipPolicy {
        self.up_to(AccountRole::AccountManager)
    }
}

fn whole(number: i32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// A partnership that exists for this member.
#[derive(Clone, Debug)]
pub struct VisiblePartnership {
    ctx: Ctx,
    row: Arc<PartnershipRow>,
}

#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct PartnershipRow {
    pub(crate) id: PartnershipId,
    pub(crate) host_workspace_id: WorkspaceId,
    pub(crate) host_name: String,
    pub(crate) host_public_id: String,
    pub(crate) guest_workspace_id: Option<WorkspaceId>,
    pub(crate) guest_name: Option<String>,
    /// What was typed.
    pub(crate) guest_public_id: Option<String>,
    /// What the guest's workspace has.
    pub(crate) guest_workspace_public_id: Option<String>,
    pub(crate) owner_member_id: MemberId,
    pub(crate) owner_name: String,
    pub(crate) owner_status: MemberStatus,
    pub(crate) contact_email: String,
    pub(crate) reason: String,
    pub(crate) state: PartnershipState,
    #[sea_orm(nested)]
    pub(crate) policy: PolicyRow,
    pub(crate) created_at: Moment,
    pub(crate) sent_at: Option<Moment>,
    pub(crate) lapses_at: Option<Moment>,
    pub(crate) reminded_at: Option<Moment>,
    pub(crate) accepted_at: Option<Moment>,
    pub(crate) accepted_by_name: Option<String>,
    pub(crate) terms_version: Option<i32>,
    pub(crate) suspended_at: Option<Moment>,
    pub(crate) suspended_by: Option<WorkspaceId>,
    pub(crate) ends_at: Option<Moment>,
    pub(crate) ended_at: Option<Moment>,
}

impl PartnershipRow {
    /// What the host calls the guest: by name once it has accepted, until then by what was typed. Whether a workspace ID is
    /// anybody's must not be seen before.
    pub(crate) fn guest_as_host_sees(&self) -> String {
        match (&self.guest_name, &self.guest_public_id) {
            (Some(name), _) if self.accepted_at.is_some() => name.clone(),
            (_, Some(typed)) => not_named_yet(typed),
            _ => self.contact_email.clone(),
        }
    }

    /// Where it stands at this time, whether or not a sweeper has marked it yet.
    fn state_at(&self, now: Moment) -> PartnershipState {
        let has_come = |end: Option<Moment>| end.is_some_and(|end| end <= now);
        match self.state {
            PartnershipState::Proposed | PartnershipState::AwaitingGuest if has_come(self.lapses_at) => {
                PartnershipState::Lapsed
            }
            PartnershipState::Active | PartnershipState::Suspended if has_come(self.ends_at) => PartnershipState::Ended,
            state => state,
        }
    }

    /// Who looks after it: the partnership owner; the host's Admins, where there is none who can act.
    pub(crate) fn looked_after_by(&self) -> Tell {
        if self.owner_status == MemberStatus::Active {
            Tell::Member(self.owner_member_id)
        } else {
            Tell::Admins(self.host_workspace_id)
        }
    }

    /// The guest's Admins, once they have been asked.
    fn guest_admins(&self) -> Option<Tell> {
        self.guest_workspace_id.filter(|_| self.sent_at.is_some()).map(Tell::Admins)
    }

    /// Both sides: who looks after it, and all Admins.
    fn both_sides(&self) -> Vec<Tell> {
        let host = [self.looked_after_by(), Tell::Admins(self.host_workspace_id)];
        host.into_iter().chain(self.guest_admins()).collect()
    }

    /// An event that happens by itself.
    fn event(&self, kind: EventKind) -> Event {
        Event {
            guest: self.guest_workspace_id.filter(|_| self.sent_at.is_some()),
            partnership: Some(self.id),
            details: Details {
                company: self.host_name.clone(),
                partner: self.guest_as_host_sees(),
                ..Details::default()
            },
            ..Event::new(kind, self.host_workspace_id)
        }
    }
}

/// SQL: what a [`PartnershipRow`] reads, up to its `WHERE`.
pub(crate) fn partnership_rows() -> String {
    format!(
        r#"SELECT p.id, p.host_workspace_id, h.name AS host_name, h.public_id AS host_public_id, p.guest_workspace_id,
                  g.name AS guest_name, p.guest_public_id, g.public_id AS guest_workspace_public_id, p.owner_member_id, ou.name AS owner_name,
                  om.status AS owner_status, p.contact_email, p.reason, p.state, {POLICY_COLUMNS}, p.created_at,
                  p.sent_at, p.lapses_at, p.reminded_at, p.accepted_at, au.name AS accepted_by_name, p.terms_version,
                  p.suspended_at, p.suspended_by, p.ends_at, p.ended_at
           FROM partnership p
           JOIN workspace h ON h.id = p.host_workspace_id
           LEFT JOIN workspace g ON g.id = p.guest_workspace_id
           JOIN member om ON om.id = p.owner_member_id
           JOIN "user" ou ON ou.id = om.user_id
           LEFT JOIN member am ON am.id = p.accepted_by
           LEFT JOIN "user" au ON au.id = am.user_id"#
    )
}

impl Ctx {
    /// The partnership, if it exists for this member.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] alike for an id that was never given out and for a partnership of others.
    pub async fn partnership(&self, id: PartnershipId) -> Result<VisiblePartnership, Error> {
        VisiblePartnership::find(self, self.reader(), id, self.now()).await
    }
}

impl VisiblePartnership {
    async fn find(ctx: &Ctx, connection: &impl ConnectionTrait, id: PartnershipId, now: Moment) -> Result<Self, Error> {
        let row = row(connection, id).await?.map(|row| PartnershipRow { state: row.state_at(now), ..row });
        let found = row.map(|row| Self { ctx: ctx.clone(), row: Arc::new(row) });
        let found = found.filter(|partnership| partnership.standing().is_some_and(PartnershipStanding::sees));
        let found = found.ok_or(AppError::NotFound)?;
        ctx.attempt().is_about(About::Partnership(id));
        Ok(found)
    }

    /// What this member is to the partnership; nothing for a member of neither side.
    pub fn standing(&self) -> Option<PartnershipStanding> {
        let row = &self.row;
        let own = self.ctx.workspace();
        let side = if row.host_workspace_id == own {
            Side::Host
        } else if row.guest_workspace_id == Some(own) {
            Side::Guest
        } else {
            return None;
        };
        let side_of = |workspace| if workspace == row.host_workspace_id { Side::Host } else { Side::Guest };
        Some(PartnershipStanding {
            side,
            workspace_role: self.ctx.role(),
            owner: side == Side::Host && row.owner_member_id == self.ctx.member(),
            state: row.state,
            sent: row.sent_at.is_some(),
            suspended_by: row.suspended_by.map(side_of),
        })
    }

    /// Whether this member may do this now.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`], or [`Conflict::PartnershipIs`] when it cannot be done in this state.
    pub fn may(&self, act: PartnershipAct) -> Result<(), AppError> {
        let standing = self.standing().ok_or(AppError::NotFound)?;
        standing.may(act).map_err(|refusal| match refusal {
            PartnershipRefusal::Denied(denial) => denial.into(),
            PartnershipRefusal::State(state) => Conflict::PartnershipIs { state }.into(),
        })
    }

    /// Begins a change of this partnership: one at a time, on what is true now. The partnership comes back as it stands
    /// inside the transaction; ask it once more what the member may.
    ///
    /// With `accounts`, the accounts shared through it are locked as well, and first: for what ends access to them.
    pub(crate) async fn change(&self, accounts: WithAccounts) -> Result<(Change, Self), Error> {
        let mut change = begin(&self.ctx.services, self.row.id, accounts).await?;
        let ctx = self.ctx.inside(&change).await?;
        change.take_time();
        let fresh = Self::find(&ctx, change.transaction(), self.row.id, change.now()).await?;
        Ok((change, fresh))
    }

    /// Begins an act that the member may do. Nothing, where it has been done already: then it is a success that changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`].
    async fn begin(&self, act: PartnershipAct, accounts: WithAccounts) -> Result<Option<(Change, Self)>, Error> {
        let (change, fresh) = self.change(accounts).await?;
        let standing = fresh.standing().ok_or(AppError::NotFound)?;
        match standing.may(act) {
            Err(PartnershipRefusal::State(_)) if standing.has_done(act) => Ok(None),
            _ => {
                fresh.may(act)?;
                Ok(Some((change, fresh)))
            }
        }
    }

    /// Begins a change of this partnership and of access to these accounts, whose locks come first. The partnership comes
    /// back as it stands inside the transaction.
    pub(crate) async fn change_with(&self, accounts: &[AccountId]) -> Result<(Change, Self), Error> {
        let mut change = self.ctx.services.change().await?;
        lock_accounts(&change, accounts).await?;
        lock(&change, self.row.id).await?;
        let ctx = self.ctx.inside(&change).await?;
        change.take_time();
        let fresh = Self::find(&ctx, change.transaction(), self.row.id, change.now()).await?;
        Ok((change, fresh))
    }

    pub(crate) fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    pub(crate) fn row(&self) -> &PartnershipRow {
        &self.row
    }

    /// The partnership.
    pub fn id(&self) -> PartnershipId {
        self.row.id
    }

    /// The side the member stands on.
    pub(crate) fn side(&self) -> Side {
        if self.row.host_workspace_id == self.ctx.workspace() { Side::Host } else { Side::Guest }
    }

    /// What the member calls the other company.
    pub(crate) fn partner(&self) -> String {
        match self.side() {
            Side::Host => self.row.guest_as_host_sees(),
            Side::Guest => self.row.host_name.clone(),
        }
    }

    /// An event of this partnership, done by this member. The guest's workspace is named once it has been asked.
    pub(crate) fn event(&self, kind: EventKind) -> Event {
        Event {
            actor: Some(self.ctx.member()),
            guest: self.row.guest_workspace_id.filter(|_| self.row.sent_at.is_some()),
            partnership: Some(self.row.id),
            details: Details { partner: self.partner(), ..self.ctx.details() },
            ..Event::new(kind, self.row.host_workspace_id)
        }
    }
}

/// Whether a change of a partnership locks the accounts shared through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WithAccounts {
    Locked,
    Left,
}

/// Begins a change of a partnership, with its locks.
async fn begin(services: &Services, partnership: PartnershipId, accounts: WithAccounts) -> Result<Change, Error> {
    loop {
        let change = services.change().await?;
        let shared = match accounts {
            WithAccounts::Locked => shared_accounts(change.transaction(), partnership).await?,
            WithAccounts::Left => Vec::new(),
        };
        lock_accounts(&change, &shared).await?;
        lock(&change, partnership).await?;
        // An account may have been shared while we waited: then from the beginning, so that accounts come first.
        if accounts == WithAccounts::Left || shared_accounts(change.transaction(), partnership).await? == shared {
            return Ok(change);
        }
    }
}

/// The partnership's row as it is written.
async fn row(connection: &impl ConnectionTrait, id: PartnershipId) -> Result<Option<PartnershipRow>, Error> {
    let sql = format!("{} WHERE p.id = $1", partnership_rows());
    Ok(PartnershipRow::find_by_statement(statement(connection, &sql, [id.into()])).one(connection).await?)
}

/// Waits until no other change of this partnership is under way. Taken after the locks of accounts.
pub(crate) async fn lock(change: &Change, partnership: PartnershipId) -> Result<(), Error> {
    if change.locks_rows() {
        let transaction = change.transaction();
        let sql = "SELECT id FROM partnership WHERE id = $1 FOR UPDATE";
        transaction.query_one_raw(statement(transaction, sql, [partnership.into()])).await?;
    }
    Ok(())
}

/// The accounts that are or were shared through a partnership and may still have guests, by id.
async fn shared_accounts(
    connection: &impl ConnectionTrait,
    partnership: PartnershipId,
) -> Result<Vec<AccountId>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        account_id: AccountId,
    }
    let sql = "SELECT DISTINCT account_id FROM account_share WHERE partnership_id = $1 AND state = 'active'
               ORDER BY account_id";
    let rows = Row::find_by_statement(statement(connection, sql, [partnership.into()])).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.account_id).collect())
}
