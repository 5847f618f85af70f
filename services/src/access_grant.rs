//! Who has access to an account: role changes, and what all acts on access share.
//!
//! Each other act has its own file. What several of them need stands here: whom an act is about, the grants they have,
//! the owner who has to stay, and the locks.

use crate::Error;
use crate::access_request::{cancel, lock_share, pending_by};
use crate::account::{AccountOwner, GRANT_JOINS, VisibleAccount};
use crate::activity::Event;
use crate::context::Change;
use crate::database::statement;
use crate::entity::access_grant;
use domain::access_grant::{GrantSource, GrantState, RevokeReason, later_end};
use domain::access_request::CancelReason;
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::policy::{Side, roles_for};
use domain::workspace::WorkspaceRole;
use domain::{AccessGrantId, AccountId, AppError, Denial, MemberId, Moment, WorkspaceId};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, Value};
use std::collections::HashMap;
use uuid::Uuid;

mod ending;
mod give;
mod members;
mod revoking;
mod warning;

pub(crate) use ending::expire_lines_of;
pub(crate) use members::{LINE_WAITS, PENDING_COLUMNS, PENDING_JOINS, PendingRow, read_cursor};
pub(crate) use revoking::{Grants, Revoked, revoke};

/// Ended grants and lines marked in one transaction.
const MARKED_AT_ONCE: u64 = 200;
/// Ids in one statement.
const AT_ONCE: usize = 1_000;

macro_rules! source_counts_or_waits {
    () => {
        r"(g.account_share_id IS NULL
    OR (s.state = 'active' AND (s.ends_at IS NULL OR s.ends_at > $1)
        AND p.state IN ('active', 'suspended') AND (p.ends_at IS NULL OR p.ends_at > $1)))"
    };
}

/// SQL: what the grant `g` comes from is in force at the time `$1`, or suspended.
pub(crate) const SOURCE_COUNTS_OR_WAITS: &str = source_counts_or_waits!();

/// SQL: the grant `g` counts at the time `$1`, or will when its suspended partnership goes on: such a grant is shown.
pub(crate) const GRANT_COUNTS_OR_WAITS: &str =
    concat!("g.state = 'active' AND (g.ends_at IS NULL OR g.ends_at > $1) AND ", source_counts_or_waits!());

impl AccountOwner {
    /// Changes a member's role on the account. The end of their access stays. Returns what to tell the reader.
    ///
    /// An account manager who becomes a collaborator loses what they have asked for and nobody has decided.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for somebody without access, [`Denial::RoleNotForMember`], [`Denial::RoleNotShared`],
    /// [`Denial::LastOwner`].
    pub async fn change_role(self, member: MemberId, role: AccountRole) -> Result<String, Error> {
        let (change, account) = self.account().change().await?;
        let owner = account.owner()?;
        let account = owner.account();
        let grants = grants_of(change.transaction(), account.id(), member, change.now()).await?;
        let target = target(change.transaction(), member).await?.ok_or(AppError::NotFound)?;
        let Some(top) = grants.iter().max_by_key(|grant| grant.role).filter(|_| target.status == MemberStatus::Active)
        else {
            return Err(AppError::NotFound.into());
        };
        let side = if target.workspace_id == account.host() { Side::Host } else { Side::Guest };
        if !roles_for(side).contains(&role) {
            return Err(Denial::RoleNotForMember.into());
        }
        let told = format!("{} is now {} of {}.", target.name, role.label(), account.label());
        if grants.iter().all(|grant| grant.role == role) {
            return Ok(told);
        }
        // Whoever has another role as well, and stays Owner, is not lowered.
        if top.role == AccountRole::Owner && role != AccountRole::Owner {
            keep_an_owner(change.transaction(), account.id(), member).await?;
        }
        if role > top.role
            && let Some(share) = top.account_share_id
        {
            let share = lock_share(change.transaction(), share).await?.ok_or(AppError::NotFound)?;
            if role > share.policy().highest_role {
                return Err(Denial::RoleNotShared.into());
            }
        }
        let was_manager = top.role == AccountRole::AccountManager;
        let ends_at = grants.iter().map(|grant| grant.ends_at).reduce(later_end).flatten();
        let row = access_grant::ActiveModel {
            id: Set(AccessGrantId(Uuid::now_v7())),
            account_id: Set(account.id()),
            member_id: Set(member),
            role: Set(role),
            source: Set(if role == AccountRole::Owner { GrantSource::Owner } else { kept_source(top.source) }),
            account_share_id: Set(top.account_share_id),
            state: Set(GrantState::Active),
            ends_at: Set(if role == AccountRole::Owner { None } else { ends_at }),
            last_used_at: Set(grants.iter().filter_map(|grant| grant.last_used_at).max()),
            created_at: Set(change.now()),
            ended_at: Set(None),
            end_reason: Set(None),
            // The end stays, and who was told of it is told no second time.
            warned_days: Set(grants
                .iter()
                .filter(|grant| grant.ends_at == ends_at)
                .filter_map(|grant| grant.warned_days)
                .min()),
        };
        revoke(&change, Grants::Of(account.id(), member), RevokeReason::Replaced).await?;
        row.insert(change.transaction()).await?;
        let mut event = event_about(account, EventKind::RoleChanged, member, &target);
        event.details.role = Some(role);
        let mut events = vec![event];
        if was_manager && role < AccountRole::AccountManager {
            events.extend(withdraw_right_to_ask(&change, account, member, target.workspace_id).await?);
        }
        change.commit(events).await?;
        Ok(told)
    }
}

/// A grant that is changed stays what it was; only ownership is a source of its own.
fn kept_source(source: GrantSource) -> GrantSource {
    if source == GrantSource::Owner { GrantSource::Direct } else { source }
}

/// The grants of a member on an account that have not ended, those of a suspended partnership among them.
async fn grants_of(
    connection: &impl ConnectionTrait,
    account: AccountId,
    member: MemberId,
    now: Moment,
) -> Result<Vec<access_grant::Model>, Error> {
    let sql = format!(
        r"SELECT g.* FROM access_grant g {GRANT_JOINS}
          WHERE g.account_id = $2 AND g.member_id = $3 AND {GRANT_COUNTS_OR_WAITS}
          ORDER BY g.id"
    );
    let values = [now.into(), account.into(), member.into()];
    Ok(access_grant::Entity::find().from_raw_sql(statement(connection, &sql, values)).all(connection).await?)
}

/// Takes the locks of several accounts, in the order of their ids, so that nothing deadlocks.
pub(crate) async fn lock_accounts(change: &Change, accounts: &[AccountId]) -> Result<(), Error> {
    if !change.locks_rows() {
        return Ok(());
    }
    let mut accounts = accounts.to_vec();
    accounts.sort();
    accounts.dedup();
    for accounts in accounts.chunks(AT_ONCE) {
        let places: Vec<String> = (1..=accounts.len()).map(|place| format!("${place}")).collect();
        let sql = format!("SELECT id FROM account WHERE id IN ({}) ORDER BY id FOR NO KEY UPDATE", places.join(", "));
        let values: Vec<Value> = accounts.iter().map(|account| (*account).into()).collect();
        change.transaction().query_all_raw(statement(change.transaction(), &sql, values)).await?;
    }
    Ok(())
}

/// An account keeps at least one owner who can act.
async fn keep_an_owner(connection: &impl ConnectionTrait, account: AccountId, leaving: MemberId) -> Result<(), Error> {
    let sql = r"SELECT 1 AS one FROM access_grant g JOIN member m ON m.id = g.member_id
                WHERE g.account_id = $1 AND g.member_id <> $2 AND g.role = 'owner' AND g.state = 'active'
                  AND g.ends_at IS NULL AND m.status = 'active' LIMIT 1";
    let other = connection.query_one_raw(statement(connection, sql, [account.into(), leaving.into()])).await?;
    if other.is_none() { Err(Denial::LastOwner.into()) } else { Ok(()) }
}

/// What somebody has asked for on an account falls with their right to ask.
async fn withdraw_right_to_ask(
    change: &Change,
    account: &VisibleAccount,
    member: MemberId,
    guest: WorkspaceId,
) -> Result<Vec<Event>, Error> {
    let lines = pending_by(change.transaction(), account.id(), member, None).await?;
    let event = Event { guest: Some(guest), ..account.event(EventKind::RequestCancelled) };
    cancel(change, lines, CancelReason::RequesterLostRight, &event).await
}

#[derive(Debug, FromQueryResult)]
pub(crate) struct Target {
    id: MemberId,
    pub(crate) workspace_id: WorkspaceId,
    pub(crate) role: WorkspaceRole,
    pub(crate) status: MemberStatus,
    pub(crate) name: String,
}

/// Somebody whose access is changed, who stays as they are until the transaction ends.
pub(crate) async fn target(connection: &impl ConnectionTrait, member: MemberId) -> Result<Option<Target>, Error> {
    let lock = if connection.get_database_backend() == DbBackend::Postgres { "FOR SHARE OF m" } else { "" };
    let sql = format!(
        r#"SELECT m.id, m.workspace_id, m.role, m.status, u.name FROM member m JOIN "user" u ON u.id = m.user_id
           WHERE m.id = $1 {lock}"#
    );
    Ok(Target::find_by_statement(statement(connection, &sql, [member.into()])).one(connection).await?)
}

/// Those of these members who are of the workspace; they stay as they are until the change ends.
pub(crate) async fn targets(
    change: &Change,
    workspace: WorkspaceId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Target>, Error> {
    let places: Vec<String> = (2..2 + members.len()).map(|place| format!("${place}")).collect();
    let lock = if change.locks_rows() { "FOR SHARE OF m" } else { "" };
    let sql = format!(
        r#"SELECT m.id, m.workspace_id, m.role, m.status, u.name FROM member m JOIN "user" u ON u.id = m.user_id
           WHERE m.workspace_id = $1 AND m.id IN ({}) ORDER BY m.id {lock}"#,
        places.join(", ")
    );
    let mut values: Vec<Value> = vec![workspace.into()];
    values.extend(members.iter().map(|member| Value::from(*member)));
    let transaction = change.transaction();
    let found = Target::find_by_statement(statement(transaction, &sql, values)).all(transaction).await?;
    Ok(found.into_iter().map(|target| (target.id, target)).collect())
}

pub(crate) fn event_about(account: &VisibleAccount, kind: EventKind, member: MemberId, target: &Target) -> Event {
    let mut event = account.event(kind);
    event.subject = Some(member);
    event.guest = (target.workspace_id != account.host()).then_some(target.workspace_id);
    event.details.members = vec![target.name.clone()];
    event
}
