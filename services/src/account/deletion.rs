//! Accounts are deleted, restored within a month, and forgotten after it.
//!
//! A deleted account exists for its owners and for host Admins only, and only to be restored. What its own workspace's
//! members had waits as it is. What guests had is revoked, and comes back suspended: [`super::waiting`].

use super::{AccountOwner, HAS_OWNER, VisibleAccount, lock, mine, waiting};
use crate::access_grant::{GRANT_COUNTS_OR_WAITS, Grants, revoke};
use crate::access_request::{Lines, cancel_all};
use crate::account::GRANT_JOINS;
use crate::activity::Tell;
use crate::context::Change;
use crate::database::statement;
use crate::entity::{account, account_share};
use crate::{Ctx, Error, Services, credential};
use chrono::TimeDelta;
use domain::access_grant::RevokeReason;
use domain::access_request::CancelReason;
use domain::account::{AccountDeletionView, DAYS_TO_RESTORE, DeletedAccountListView, DeletedAccountView, Restored};
use domain::activity::EventKind;
use domain::partnership::ShareState;
use domain::policy::{Act, Side, Standing};
use domain::{AccountId, AppError, Denial, MemberId, Moment, Problem, WorkspaceId, text};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Value};
use std::collections::BTreeSet;

/// Deleted accounts on one page.
const PER_PAGE: usize = 50;
/// Accounts forgotten in one go.
const FORGOTTEN_AT_ONCE: u32 = 200;

impl AccountOwner {
    /// What follows when the account is deleted.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn deletion(&self) -> Result<AccountDeletionView, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            workspace_id: WorkspaceId,
            workspace: String,
            people: i64,
        }
        #[derive(FromQueryResult)]
        struct Count {
            lines: i64,
        }
        let account = &self.0;
        let (ctx, reader) = (account.ctx(), account.ctx().reader());
        let sql = format!(
            r"SELECT m.workspace_id, w.name AS workspace, COUNT(DISTINCT g.member_id) AS people
              FROM access_grant g {GRANT_JOINS}
              JOIN member m ON m.id = g.member_id AND m.status = 'active'
              JOIN workspace w ON w.id = m.workspace_id
              WHERE g.account_id = $2 AND g.member_id <> $3 AND {GRANT_COUNTS_OR_WAITS}
              GROUP BY m.workspace_id, w.name
              ORDER BY w.name, m.workspace_id"
        );
        let values = [ctx.now().into(), account.id().into(), ctx.member().into()];
        let rows = Row::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let (own, guests): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.workspace_id == account.host());
        let pending = "SELECT count(*) AS lines FROM request_line WHERE account_id = $1 AND state = 'pending'";
        let pending = Count::find_by_statement(statement(reader, pending, [account.id().into()])).one(reader).await?;
        let people = |rows: &[Row]| whole(rows.iter().map(|row| row.people).sum());
        Ok(AccountDeletionView {
            header: account.header(),
            colleagues: people(&own),
            guests: people(&guests),
            partners: guests.into_iter().map(|row| row.workspace).collect(),
            requests: pending.map_or(0, |pending| whole(pending.lines)),
        })
    }

    /// Deletes the account: nobody has access from now on, what was asked for is cancelled, and everyone who loses
    /// something is told. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `reason`.
    pub async fn delete(self, reason: &str) -> Result<String, Error> {
        let reason = text::prose("reason", "reason", reason)?;
        if reason.is_empty() {
            return Err(
                Problem::new("reason", "Say why the account is deleted: everyone who loses access reads it.").into()
            );
        }
        let (change, fresh) = self.0.change().await?;
        let AccountOwner(account) = fresh.owner()?;
        let (ctx, transaction, now) = (account.ctx(), change.transaction(), change.now());
        let actor = Some(ctx.member());
        let colleagues = colleagues(&change, &account).await?;
        let cancelled = Lines::On(account.id());
        let mut events = cancel_all(&change, cancelled, CancelReason::AccountDeleted, actor, &ctx.details()).await?;
        let guests = revoke(&change, Grants::OfGuestsOn(account.id()), RevokeReason::AccountDeleted).await?;
        account::Entity::update_many()
            .col_expr(account::Column::DeletedAt, Expr::value(now))
            .col_expr(account::Column::DeletedBy, Expr::value(ctx.member()))
            .col_expr(account::Column::DeleteReason, Expr::value(reason.as_str()))
            .filter(account::COLUMN.id.eq(account.id()))
            .exec(transaction)
            .await?;
        let companies: BTreeSet<WorkspaceId> = guests.iter().map(|grant| grant.workspace_id).collect();
        let members: BTreeSet<MemberId> = guests.iter().map(|grant| grant.member_id).chain(colleagues).collect();
        let mut event = account.event(EventKind::AccountDeleted);
        event.guest = companies.first().copied().filter(|_| companies.len() == 1);
        event.details.reason = reason;
        event.tell = Some(
            std::iter::once(Tell::Owners)
                .chain(companies.iter().map(|company| Tell::Admins(*company)))
                .chain(members.into_iter().map(Tell::Member))
                .collect(),
        );
        events.push(event);
        events.extend(guests.iter().map(|grant| grant.event(actor, ctx.details())));
        let told = told_of_deletion(account.label());
        change.commit(events).await?;
        Ok(told)
    }
}

fn told_of_deletion(label: &str) -> String {
    format!("{label} is deleted. It can be restored for {DAYS_TO_RESTORE} days.")
}

fn whole(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The active members of the own workspace with access.
async fn colleagues(change: &Change, account: &VisibleAccount) -> Result<Vec<MemberId>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        member_id: MemberId,
    }
    let sql = r"SELECT DISTINCT g.member_id FROM access_grant g JOIN member m ON m.id = g.member_id
                WHERE g.account_id = $2 AND g.account_share_id IS NULL AND g.state = 'active'
                  AND (g.ends_at IS NULL OR g.ends_at > $1) AND m.status = 'active'";
    let transaction = change.transaction();
    let values = [change.now().into(), account.id().into()];
    let rows = Row::find_by_statement(statement(transaction, sql, values)).all(transaction).await?;
    Ok(rows.into_iter().map(|row| row.member_id).collect())
}

/// An account that was deleted, and can be restored.
#[derive(Clone, Debug)]
pub struct DeletedAccount(VisibleAccount);

/// May restore an account.
#[derive(Debug)]
pub struct AccountRestorer(DeletedAccount);

impl Ctx {
    /// Deletes an account. Deleting it again is a success. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`], [`Denial::OwnersOnly`], and as [`AccountOwner::delete`].
    pub async fn delete_account(&self, id: AccountId, reason: &str) -> Result<String, Error> {
        let deleted = match self.account(id).await {
            Ok(account) => account.owner()?.delete(reason).await,
            Err(error) => Err(error),
        };
        match deleted {
            Err(Error::App(AppError::NotFound)) => {
                let deleted = self.deleted_account(id).await?;
                Ok(told_of_deletion(deleted.0.label()))
            }
            other => other,
        }
    }

    /// Restores an account. Restoring it again is a success.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`], also for an account that has been deleted for too long, and [`Denial::OwnersOnly`].
    pub async fn restore_account(&self, id: AccountId) -> Result<Restored, Error> {
        let restored = match self.deleted_account(id).await {
            Ok(deleted) => deleted.restorer()?.restore().await,
            Err(error) => Err(error),
        };
        match restored {
            Err(Error::App(AppError::NotFound)) => {
                let account = self.account(id).await?;
                account.standing().may(Act::Restore)?;
                let waiting = u32::try_from(account.waiting_guests().await?.len()).unwrap_or(u32::MAX);
                Ok(Restored { label: account.label().to_owned(), waiting })
            }
            other => other,
        }
    }

    /// The deleted account, if it exists for this member: they own it, or look after its workspace.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`].
    pub async fn deleted_account(&self, id: AccountId) -> Result<DeletedAccount, Error> {
        DeletedAccount::find(self, self.reader(), id, self.now()).await
    }

    /// Deleted accounts that this member owns or looks after, the latest first, a page at a time.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn deleted_accounts(&self, after: Option<&str>) -> Result<DeletedAccountListView, Error> {
        let admin = self.role().administers();
        let mut values: Vec<Value> = vec![
            self.now().into(),
            self.member().into(),
            self.workspace().into(),
            restorable_since(self.now()).into(),
            admin.into(),
        ];
        let mut from = "";
        if let Some((at, id)) = after.and_then(super::read_use_cursor) {
            values.extend([at.into(), id.into()]);
            from = "AND (a.deleted_at, a.id) < ($6, $7)";
        }
        let sql = format!(
            r#"SELECT a.id, a.label, a.app, a.username, a.deleted_at, a.delete_reason, u.name AS deleted_by,
                      mine.strength, {HAS_OWNER} AS has_owner
               FROM account a
               LEFT JOIN ({MINE}) mine ON mine.account_id = a.id
               LEFT JOIN member m ON m.id = a.deleted_by
               LEFT JOIN "user" u ON u.id = m.user_id
               WHERE a.workspace_id = $3 AND a.deleted_at > $4 AND a.forgotten_at IS NULL
                 AND ($5 OR mine.strength = 3) {from}
               ORDER BY a.deleted_at DESC, a.id DESC
               LIMIT {limit}"#,
            MINE = mine(),
            limit = PER_PAGE + 1
        );
        let reader = self.reader();
        let mut rows = DeletedRow::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| format!("{}~{}", row.id, row.deleted_at.timestamp_micros()));
        Ok(DeletedAccountListView { accounts: rows.into_iter().map(|row| row.view(self)).collect(), next })
    }
}

#[derive(Debug, FromQueryResult)]
struct DeletedRow {
    id: AccountId,
    label: String,
    app: String,
    username: String,
    deleted_at: Moment,
    delete_reason: String,
    deleted_by: Option<String>,
    strength: Option<i32>,
    has_owner: bool,
}

impl DeletedRow {
    fn view(self, ctx: &Ctx) -> DeletedAccountView {
        let standing = Standing {
            side: Side::Host,
            workspace_role: ctx.role(),
            account_role: self.strength.and_then(super::role_of),
            partnership_owner: false,
            account_has_active_owner: self.has_owner,
        };
        DeletedAccountView {
            account: self.id,
            label: self.label,
            app: self.app,
            username: self.username,
            deleted_at: self.deleted_at,
            deleted_by: self.deleted_by.unwrap_or_default(),
            reason: self.delete_reason,
            restorable_until: self.deleted_at + TimeDelta::days(DAYS_TO_RESTORE),
            can_restore: standing.may(Act::Restore).is_ok(),
        }
    }
}

/// What was deleted after this moment can be restored.
fn restorable_since(now: Moment) -> Moment {
    now - TimeDelta::days(DAYS_TO_RESTORE)
}

impl DeletedAccount {
    async fn find(ctx: &Ctx, connection: &impl ConnectionTrait, id: AccountId, now: Moment) -> Result<Self, Error> {
        let deleted = "a.deleted_at IS NOT NULL AND a.forgotten_at IS NULL";
        let found = VisibleAccount::read(ctx, connection, id, now, deleted).await?.filter(|account| {
            account.row.deleted_at.is_some_and(|at| at > restorable_since(now))
                && account.standing().may(Act::SeeAllActivity).is_ok()
        });
        found.map(Self).ok_or_else(|| AppError::NotFound.into())
    }

    /// The right to restore the account.
    ///
    /// # Errors
    ///
    /// [`Denial::OwnersOnly`].
    pub fn restorer(self) -> Result<AccountRestorer, Denial> {
        self.0.standing().may(Act::Restore)?;
        Ok(AccountRestorer(self))
    }

    /// Begins a change, on what is true now.
    async fn change(&self) -> Result<(Change, Self), Error> {
        let mut change = self.0.ctx().services.change().await?;
        lock(&change, self.0.id()).await?;
        let ctx = self.0.ctx().inside(&change).await?;
        change.take_time();
        let fresh = Self::find(&ctx, change.transaction(), self.0.id(), change.now()).await?;
        Ok((change, fresh))
    }
}

impl AccountRestorer {
    /// Brings the account back: to the members of its own workspace at once; to guests when an owner confirms it, as far
    /// as what their access stood on is still there. What was asked for stays cancelled.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when the time to restore it is over, [`Denial::OwnersOnly`].
    pub async fn restore(self) -> Result<Restored, Error> {
        let (change, fresh) = self.0.change().await?;
        let AccountRestorer(DeletedAccount(account)) = fresh.restorer()?;
        let waiting = waiting::put_back(&change, &account).await?;
        account::Entity::update_many()
            .col_expr(account::Column::DeletedAt, Expr::value(None::<Moment>))
            .col_expr(account::Column::DeletedBy, Expr::value(None::<MemberId>))
            .col_expr(account::Column::DeleteReason, Expr::value(""))
            .filter(account::COLUMN.id.eq(account.id()))
            .exec(change.transaction())
            .await?;
        let mut event = account.event(EventKind::AccountRestored);
        let colleagues = colleagues(&change, &account).await?;
        event.tell = Some(std::iter::once(Tell::Owners).chain(colleagues.into_iter().map(Tell::Member)).collect());
        let restored = Restored { label: account.label().to_owned(), waiting };
        change.commit(vec![event]).await?;
        Ok(restored)
    }
}

impl Services {
    /// Wipes the details of accounts that can no longer be restored; only their activity is left. Returns how many.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub(crate) async fn forget_deleted_accounts(&self) -> Result<u64, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            id: AccountId,
        }
        let sql = format!(
            "SELECT id FROM account WHERE deleted_at <= $1 AND forgotten_at IS NULL
             ORDER BY deleted_at LIMIT {FORGOTTEN_AT_ONCE}"
        );
        let since = restorable_since(self.now());
        let found = Row::find_by_statement(statement(self.reader(), &sql, [since.into()])).all(self.reader()).await?;
        let mut forgotten = 0;
        for Row { id } in found {
            let change = self.change().await?;
            lock(&change, id).await?;
            let wiped = account::Entity::update_many()
                .col_expr(account::Column::ForgottenAt, Expr::value(change.now()))
                .col_expr(account::Column::LoginUrl, Expr::value(""))
                .col_expr(account::Column::Username, Expr::value(""))
                .col_expr(account::Column::OpenNote, Expr::value(""))
                .col_expr(account::Column::SearchText, Expr::value(""))
                .col_expr(account::Column::DeleteReason, Expr::value(""))
                .filter(account::COLUMN.id.eq(id))
                .filter(account::COLUMN.deleted_at.lte(since))
                .filter(account::COLUMN.forgotten_at.is_null())
                .exec(change.transaction())
                .await?;
            // Another server may have been first, or somebody has restored it at the last moment.
            if wiped.rows_affected == 0 {
                continue;
            }
            credential::forget(&change, id).await?;
            revoke(&change, Grants::On(id), RevokeReason::AccountDeleted).await?;
            account_share::Entity::update_many()
                .col_expr(account_share::Column::State, Expr::value(ShareState::Stopped))
                .filter(account_share::COLUMN.account_id.eq(id))
                .filter(account_share::COLUMN.state.eq(ShareState::Active))
                .exec(change.transaction())
                .await?;
            change.commit(Vec::new()).await?;
            forgotten += 1;
        }
        Ok(forgotten)
    }
}
