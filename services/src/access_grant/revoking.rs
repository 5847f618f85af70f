//! Access is taken away: one member's by whoever may remove it, and many grants at once with what they stood on.
//!
//! A revoked grant has ended for good. What was taken with a deleted account does not come back with it once what it
//! stood on is gone as well.

use super::{AT_ONCE, event_about, grants_of, keep_an_owner, target, withdraw_right_to_ask};
use crate::Error;
use crate::account::{AccessRemover, VisibleAccount};
use crate::activity::{Details, Event};
use crate::context::Change;
use crate::database::statement;
use crate::entity::access_grant;
use domain::access_grant::{GrantState, RevokeReason};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::policy::{Act, SeesMembers};
use domain::{AccessGrantId, AccountId, AccountShareId, AppError, MemberId, PartnershipId, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Value};

impl AccessRemover {
    /// Removes a member's access. Removing it again is a success. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for somebody who never had access, [`domain::Denial::GuestsOnly`] for a member of the
    /// host when the right is to remove guests only, [`domain::Denial::LastOwner`].
    pub async fn remove(self, member: MemberId) -> Result<String, Error> {
        let (change, account) = self.account().change().await?;
        let remover = account.remover()?;
        let account = remover.account();
        let target = target(change.transaction(), member).await?.ok_or(AppError::NotFound)?;
        let any = access_grant::Entity::find()
            .filter(access_grant::COLUMN.account_id.eq(account.id()))
            .filter(access_grant::COLUMN.member_id.eq(member))
            .limit(1)
            .one(change.transaction())
            .await?;
        let hidden = account.standing().sees_members() == SeesMembers::OwnGuests
            && target.workspace_id != account.host()
            && !is_guest_of(change.transaction(), account, target.workspace_id).await?;
        if any.is_none() || hidden {
            return Err(AppError::NotFound.into());
        }
        let act = if target.workspace_id == account.host() { Act::RemoveHostMember } else { Act::RemoveGuest };
        account.standing().may(act)?;
        let grants = grants_of(change.transaction(), account.id(), member, change.now()).await?;
        let told = format!("{} no longer has access to {}.", target.name, account.label());
        let Some(top) = grants.iter().max_by_key(|grant| grant.role) else {
            // What waits since the account was restored is taken away as well.
            if !revoke(&change, Grants::Waiting(account.id(), member), RevokeReason::Removed).await?.is_empty() {
                change.commit(vec![event_about(account, EventKind::AccessRemoved, member, &target)]).await?;
            }
            return Ok(told);
        };
        if top.role == AccountRole::Owner {
            keep_an_owner(change.transaction(), account.id(), member).await?;
        }
        revoke(&change, Grants::Of(account.id(), member), RevokeReason::Removed).await?;
        let mut events = vec![event_about(account, EventKind::AccessRemoved, member, &target)];
        events.extend(withdraw_right_to_ask(&change, account, member, target.workspace_id).await?);
        change.commit(events).await?;
        Ok(told)
    }
}

/// Whether the workspace is a guest through a partnership that the reader is the partnership owner of.
async fn is_guest_of(
    connection: &impl ConnectionTrait,
    account: &VisibleAccount,
    guest: WorkspaceId,
) -> Result<bool, Error> {
    let sql = r"SELECT 1 AS one FROM partnership
                WHERE host_workspace_id = $1 AND guest_workspace_id = $2 AND owner_member_id = $3
                  AND state IN ('active', 'suspended') LIMIT 1";
    let values = [account.host().into(), guest.into(), account.ctx().member().into()];
    Ok(connection.query_one_raw(statement(connection, sql, values)).await?.is_some())
}

/// Grants that end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grants {
    /// One member's on one account.
    Of(AccountId, MemberId),
    /// One guest's on a restored account, which wait for an owner.
    Waiting(AccountId, MemberId),
    /// Every guest's on an account.
    OfGuestsOn(AccountId),
    /// Everyone's on an account.
    On(AccountId),
    /// All that stand on one share.
    OnShare(AccountShareId),
    /// All that stand on a partnership's shares.
    Through(PartnershipId),
    /// Everything a member has.
    OfMember(MemberId),
    /// What a member has through a partnership.
    OfMemberThrough(MemberId, PartnershipId),
}

impl Grants {
    /// SQL: whether the grant `g` is one of them; its ids are `$1` and, for a second one, `$2`.
    fn condition(self) -> (&'static str, Vec<Value>) {
        match self {
            Self::Of(account, member) => {
                ("g.account_id = $1 AND g.member_id = $2", vec![account.into(), member.into()])
            }
            Self::Waiting(account, member) => (
                "g.account_id = $1 AND g.member_id = $2 AND g.state = 'suspended'",
                vec![account.into(), member.into()],
            ),
            Self::OfGuestsOn(account) => ("g.account_id = $1 AND g.account_share_id IS NOT NULL", vec![account.into()]),
            Self::On(account) => ("g.account_id = $1", vec![account.into()]),
            Self::OnShare(share) => ("g.account_share_id = $1", vec![share.into()]),
            Self::Through(partnership) => (
                "g.account_share_id IN (SELECT s.id FROM account_share s WHERE s.partnership_id = $1)",
                vec![partnership.into()],
            ),
            Self::OfMember(member) => ("g.member_id = $1", vec![member.into()]),
            Self::OfMemberThrough(member, partnership) => (
                "g.member_id = $1
                 AND g.account_share_id IN (SELECT s.id FROM account_share s WHERE s.partnership_id = $2)",
                vec![member.into(), partnership.into()],
            ),
        }
    }
}

/// A grant that was revoked, with what its event says.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Revoked {
    pub(crate) id: AccessGrantId,
    pub(crate) account_id: AccountId,
    pub(crate) member_id: MemberId,
    pub(crate) label: String,
    pub(crate) host: WorkspaceId,
    pub(crate) workspace_id: WorkspaceId,
    pub(crate) name: String,
}

impl Revoked {
    /// "… removed the access of … to …", in the words of who did it. Nobody is told by it: the act that has ended the
    /// access tells those it concerns once, however many accounts it is about.
    pub(crate) fn event(&self, actor: Option<MemberId>, details: Details) -> Event {
        Event {
            actor,
            subject: Some(self.member_id),
            account: Some(self.account_id),
            guest: (self.workspace_id != self.host).then_some(self.workspace_id),
            tell: Some(Vec::new()),
            details: Details { members: vec![self.name.clone()], label: self.label.clone(), ..details },
            ..Event::new(EventKind::AccessRemoved, self.host)
        }
    }
}

/// Revokes grants that have not ended, and returns them. The locks of their accounts are taken before.
pub(crate) async fn revoke(change: &Change, which: Grants, reason: RevokeReason) -> Result<Vec<Revoked>, Error> {
    let transaction = change.transaction();
    let (condition, values) = which.condition();
    let of_accounts_alone =
        matches!(which, Grants::Of(..) | Grants::Waiting(..) | Grants::OfGuestsOn(_) | Grants::On(_));
    if !of_accounts_alone {
        keep_from_restoring(change, which, reason).await?;
    }
    let sql = format!(
        r#"SELECT g.id, g.account_id, g.member_id, a.label, a.workspace_id AS host, m.workspace_id, u.name
           FROM access_grant g
           JOIN account a ON a.id = g.account_id
           JOIN member m ON m.id = g.member_id
           JOIN "user" u ON u.id = m.user_id
           WHERE g.state IN ('active', 'suspended') AND {condition}
           ORDER BY g.account_id, g.id"#
    );
    let found = Revoked::find_by_statement(statement(transaction, &sql, values)).all(transaction).await?;
    for grants in found.chunks(AT_ONCE) {
        access_grant::Entity::update_many()
            .col_expr(access_grant::Column::State, Expr::value(GrantState::Revoked))
            .col_expr(access_grant::Column::EndedAt, Expr::value(change.now()))
            .col_expr(access_grant::Column::EndReason, Expr::value(reason))
            .filter(access_grant::COLUMN.id.is_in(grants.iter().map(|grant| grant.id)))
            .exec(transaction)
            .await?;
    }
    Ok(found)
}

/// What was taken with accounts that are deleted now does not come back with them, when what it stood on is gone.
async fn keep_from_restoring(change: &Change, which: Grants, reason: RevokeReason) -> Result<(), Error> {
    let (condition, mut values) = which.condition();
    values.push(reason.into());
    let sql = format!(
        r"UPDATE access_grant AS g SET end_reason = ${place}
          WHERE g.end_reason = 'account_deleted' AND {condition} AND g.account_id IN (
              SELECT a.id FROM account a WHERE a.deleted_at IS NOT NULL AND a.forgotten_at IS NULL)",
        place = values.len()
    );
    change.transaction().execute_raw(statement(change.transaction(), &sql, values)).await?;
    Ok(())
}
