//! Accounts whose last owner can no longer act: host Admins are told, and give them another.

use super::entry::owner_grant;
use super::{GRANT_COUNTS, GRANT_JOINS, HAS_OWNER, VisibleAccount, lock, read_name_cursor};
use crate::access_grant::{Grants, event_about, revoke, target};
use crate::activity::{Details, Event, Tell};
use crate::context::WorkspaceAdmin;
use crate::database::statement;
use crate::entity::access_grant;
use crate::{Ctx, Error, Services, member_search};
use domain::access_grant::{GrantState, RevokeReason};
use domain::account::{AccountRole, AssignOwnerView, OwnerlessAccountView, OwnerlessListView};
use domain::activity::EventKind;
use domain::member::{MemberStatus, PickedMember};
use domain::policy::Act;
use domain::{AccountId, AppError, Denial, MemberId, WorkspaceId};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// Accounts on one page.
const PER_PAGE: usize = 50;
/// Members offered as owners.
const MOST_OFFERED: usize = 10;
/// Accounts told of in one go.
const TOLD_AT_ONCE: u32 = 100;

/// May give an account an owner.
#[derive(Debug)]
pub struct OwnerAssigner(VisibleAccount);

impl Ctx {
    /// How many accounts of the own workspace have no owner, for those who can do something about it.
    pub(super) async fn count_without_owner(&self) -> Result<u32, Error> {
        #[derive(FromQueryResult)]
        struct Count {
            accounts: i64,
        }
        if !self.role().administers() {
            return Ok(0);
        }
        let sql = format!(
            "SELECT count(*) AS accounts FROM account a
             WHERE a.workspace_id = $2 AND a.deleted_at IS NULL AND NOT {HAS_OWNER}"
        );
        let values = [self.now().into(), self.workspace().into()];
        let count = Count::find_by_statement(statement(self.reader(), &sql, values)).one(self.reader()).await?;
        Ok(count.map_or(0, |count| u32::try_from(count.accounts).unwrap_or(u32::MAX)))
    }
}

impl WorkspaceAdmin {
    /// The accounts of the workspace without an owner, by label, a page at a time.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn accounts_without_owner(&self, after: Option<&str>) -> Result<OwnerlessListView, Error> {
        let (ctx, reader) = (self.ctx(), self.ctx().reader());
        let (key, id) = after.and_then(read_name_cursor).unwrap_or((String::new(), AccountId(Uuid::nil())));
        let sql = format!(
            r"SELECT a.id, a.label, a.app, a.username, a.sort_key FROM account a
              WHERE a.workspace_id = $2 AND a.deleted_at IS NULL AND NOT {HAS_OWNER} AND (a.sort_key, a.id) > ($3, $4)
              ORDER BY a.sort_key, a.id
              LIMIT {limit}",
            limit = PER_PAGE + 1
        );
        let values = [ctx.now().into(), ctx.workspace().into(), key.into(), id.into()];
        let mut rows = OwnerlessRow::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| format!("{}~{}", row.id, row.sort_key));
        let accounts: Vec<AccountId> = rows.iter().map(|row| row.id).collect();
        let mut owners = former_owners(reader, &accounts).await?;
        let view = |row: OwnerlessRow| OwnerlessAccountView {
            former_owners: owners.remove(&row.id).unwrap_or_default(),
            account: row.id,
            label: row.label,
            app: row.app,
            username: row.username,
        };
        Ok(OwnerlessListView { accounts: rows.into_iter().map(view).collect(), next })
    }
}

#[derive(Debug, FromQueryResult)]
struct OwnerlessRow {
    id: AccountId,
    label: String,
    app: String,
    username: String,
    sort_key: String,
}

/// Who has owned these accounts, by name.
async fn former_owners(
    connection: &impl ConnectionTrait,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, Vec<String>>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        account_id: AccountId,
        name: String,
    }
    let places: Vec<String> = (1..=accounts.len()).map(|place| format!("${place}")).collect();
    let places = if places.is_empty() { "NULL".to_owned() } else { places.join(", ") };
    let sql = format!(
        r#"SELECT DISTINCT g.account_id, u.name
           FROM access_grant g
           JOIN member m ON m.id = g.member_id
           JOIN "user" u ON u.id = m.user_id
           WHERE g.role = 'owner' AND g.account_id IN ({places})
           ORDER BY u.name"#
    );
    let values: Vec<Value> = accounts.iter().map(|account| (*account).into()).collect();
    let rows = Row::find_by_statement(statement(connection, &sql, values)).all(connection).await?;
    let mut owners: HashMap<AccountId, Vec<String>> = HashMap::new();
    for Row { account_id, name } in rows {
        owners.entry(account_id).or_default().push(name);
    }
    Ok(owners)
}

impl VisibleAccount {
    /// The right to give the account an owner, when it has none.
    ///
    /// # Errors
    ///
    /// [`Denial::OwnersOnly`].
    pub fn assigner(self) -> Result<OwnerAssigner, Denial> {
        self.standing().may(Act::AssignOwner)?;
        Ok(OwnerAssigner(self))
    }

    /// Gives the account an owner. Doing it again is a success. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`Denial::OwnersOnly`] for who is no host Admin, and when the account has an owner; [`AppError::NotFound`] for
    /// somebody who is no active member of the account's workspace.
    pub async fn assign_owner(&self, member: MemberId) -> Result<String, Error> {
        let (change, account) = self.change().await?;
        let target = target(change.transaction(), member).await?;
        let target =
            target.filter(|target| target.workspace_id == account.host() && target.status == MemberStatus::Active);
        let told = target.as_ref().map(|target| format!("{} is now Owner of {}.", target.name, account.label()));
        let account = match account.clone().assigner() {
            Ok(OwnerAssigner(account)) => account,
            Err(denial) => {
                let admin = !account.is_guest() && account.ctx().role().administers();
                return match told {
                    Some(told) if admin && owns(change.transaction(), account.id(), member).await? => Ok(told),
                    _ => Err(denial.into()),
                };
            }
        };
        let (Some(target), Some(told)) = (target, told) else { return Err(AppError::NotFound.into()) };
        revoke(&change, Grants::Of(account.id(), member), RevokeReason::Replaced).await?;
        owner_grant(account.id(), member, change.now()).insert(change.transaction()).await?;
        let mut event = event_about(&account, EventKind::OwnerAssigned, member, &target);
        event.tell = Some(vec![Tell::Member(member), Tell::Admins(account.host())]);
        change.commit(vec![event]).await?;
        Ok(told)
    }
}

async fn owns(connection: &impl ConnectionTrait, account: AccountId, member: MemberId) -> Result<bool, Error> {
    let grant = access_grant::Entity::find()
        .filter(access_grant::COLUMN.account_id.eq(account))
        .filter(access_grant::COLUMN.member_id.eq(member))
        .filter(access_grant::COLUMN.role.eq(AccountRole::Owner))
        .filter(access_grant::COLUMN.state.eq(GrantState::Active))
        .one(connection)
        .await?;
    Ok(grant.is_some())
}

impl OwnerAssigner {
    /// Members who could own the account: those who match what was typed; before that the reader, and colleagues who use
    /// it.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn choices(&self, typed: &str) -> Result<AssignOwnerView, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            member: MemberId,
            name: String,
            email: String,
        }
        let account = &self.0;
        let (ctx, reader) = (account.ctx(), account.ctx().reader());
        let members = if typed.trim().is_empty() {
            let sql = format!(
                r#"SELECT m.id AS member, u.name, u.email
                   FROM member m JOIN "user" u ON u.id = m.user_id
                   WHERE m.status = 'active' AND (m.id = $3 OR (m.workspace_id = $4 AND m.id IN (
                       SELECT g.member_id FROM access_grant g {GRANT_JOINS}
                       WHERE g.account_id = $2 AND {GRANT_COUNTS})))
                   ORDER BY CASE WHEN m.id = $3 THEN 0 ELSE 1 END, u.name, m.id
                   LIMIT {MOST_OFFERED}"#
            );
            let values = [ctx.now().into(), account.id().into(), ctx.member().into(), account.host().into()];
            let rows = Row::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
            rows.into_iter().map(|Row { member, name, email }| PickedMember { member, name, email }).collect()
        } else {
            member_search::find(reader, account.host(), typed, MOST_OFFERED).await?
        };
        Ok(AssignOwnerView { header: account.header(), members })
    }
}

impl Services {
    /// Tells host Admins of accounts whose last owner was put out by other ways than Latchkey's own, which keep one.
    /// Returns how many they were told of.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn tell_of_lost_owners(&self) -> Result<usize, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            id: AccountId,
            workspace_id: WorkspaceId,
            label: String,
        }
        let reader = self.reader();
        let sql = format!(
            "SELECT a.id, a.workspace_id, a.label FROM account a
             WHERE a.deleted_at IS NULL AND a.ownerless_since IS NULL AND NOT {HAS_OWNER}
             ORDER BY a.id LIMIT {TOLD_AT_ONCE}"
        );
        let found = Row::find_by_statement(statement(reader, &sql, [self.now().into()])).all(reader).await?;
        let mut told = 0;
        for Row { id, workspace_id, label } in found {
            let change = self.change().await?;
            lock(&change, id).await?;
            let transaction = change.transaction();
            let sql = format!(
                "UPDATE account AS a SET ownerless_since = $1
                 WHERE a.id = $2 AND a.deleted_at IS NULL AND a.ownerless_since IS NULL AND NOT {HAS_OWNER}"
            );
            let done = transaction.execute_raw(statement(transaction, &sql, [change.now().into(), id.into()])).await?;
            // Another server may have been first, or an Admin.
            if done.rows_affected() == 0 {
                continue;
            }
            let event = Event {
                account: Some(id),
                tell: Some(vec![Tell::Admins(workspace_id)]),
                details: Details { label, ..Details::default() },
                ..Event::new(EventKind::OwnerLost, workspace_id)
            };
            change.commit(vec![event]).await?;
            told += 1;
        }
        let sql = format!(
            "UPDATE account AS a SET ownerless_since = NULL WHERE a.ownerless_since IS NOT NULL AND {HAS_OWNER}"
        );
        let write = self.database().write();
        write.execute_raw(statement(write, &sql, [self.now().into()])).await?;
        Ok(told)
    }
}
