//! Accounts as a member sees them, and the rights a member can have on one.
//!
//! [`Ctx::account`] is the only way to an account. What it returns can be read; to change anything, ask it for a witness
//! of the right: [`VisibleAccount::holder`], [`VisibleAccount::manager`], [`VisibleAccount::decider`] and so on.

mod deletion;
mod entry;
mod import;
mod ownerless;
mod waiting;

use crate::activity::Event;
use crate::context::Change;
use crate::database::statement;
use crate::entity::{access_grant, account};
use crate::member_search::fold;
use crate::refusal::About;
use crate::{Ctx, Error};
use chrono::Datelike;
use domain::access_request::AskedAccount;
use domain::account::{
    ACCOUNTS_PER_PAGE, AccountCardView, AccountDetails, AccountFilter, AccountGeneralView, AccountHeaderView,
    AccountListView, AccountRole, AccountSort, LastUse, LogInView,
};
use domain::activity::EventKind;
use domain::policy::{Act, SeesMembers, Side, Standing};
use domain::workspace::WorkspaceBadge;
use domain::{AccountId, AppError, Denial, Moment, WorkspaceId};
use futures::TryFutureExt;
use futures::future::try_join4;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, Value};
use std::sync::Arc;

pub use deletion::{AccountRestorer, DeletedAccount};
pub use import::Sheet;
pub use ownerless::OwnerAssigner;

/// SQL: the grant `g`, with its share `s` and partnership `p` joined from the left, counts at the time `$1`.
///
/// Written once, so that no list shows access that no act honours. Whether a worker has marked what has ended does not
/// matter: the time decides.
pub(crate) const GRANT_COUNTS: &str = r"g.state = 'active' AND (g.ends_at IS NULL OR g.ends_at > $1) AND (
    g.account_share_id IS NULL
    OR (s.state = 'active' AND (s.ends_at IS NULL OR s.ends_at > $1)
        AND p.state = 'active' AND (p.ends_at IS NULL OR p.ends_at > $1)))";

/// SQL: the account `a` has an owner who can act at the time `$1`.
const HAS_OWNER: &str = r"EXISTS (SELECT 1 FROM access_grant og JOIN member om ON om.id = og.member_id
    WHERE og.account_id = a.id AND og.role = 'owner' AND og.state = 'active'
      AND (og.ends_at IS NULL OR og.ends_at > $1) AND om.status = 'active')";

/// SQL: what [`GRANT_COUNTS`] needs joined.
pub(crate) const GRANT_JOINS: &str = r"LEFT JOIN account_share s ON s.id = g.account_share_id
    LEFT JOIN partnership p ON p.id = s.partnership_id";

/// SQL: a role as a number, the higher the stronger. Read by [`role_of`].
pub(crate) const STRENGTH: &str = "CASE g.role WHEN 'owner' THEN 3 WHEN 'account_manager' THEN 2 ELSE 1 END";

/// The role of a [`STRENGTH`].
pub(crate) fn role_of(strength: i32) -> Option<AccountRole> {
    match strength {
        3 => Some(AccountRole::Owner),
        2 => Some(AccountRole::AccountManager),
        1 => Some(AccountRole::Collaborator),
        _ => None,
    }
}

/// Letters of a word that a search looks at.
const LONGEST_WORD: usize = 64;

/// The last use of an account that was never used, in the order by last use.
const NEVER: Moment = Moment::UNIX_EPOCH;

/// The parts of an account's search text and sort key.
pub(crate) fn search_text(label: &str, app: &str, username: &str) -> String {
    [fold(label), fold(app), fold(username)].join("\n")
}

/// An account that exists for this member.
#[derive(Clone, Debug)]
pub struct VisibleAccount {
    ctx: Ctx,
    row: Arc<AccountRow>,
}

/// May use the account.
#[derive(Debug)]
pub struct AccountHolder(VisibleAccount);

/// May request access for members of the own workspace.
#[derive(Debug)]
pub struct AccountManager(VisibleAccount);

/// May decide requests.
#[derive(Debug)]
pub struct AccountDecider(VisibleAccount);

/// May change roles.
#[derive(Debug)]
pub struct AccountOwner(VisibleAccount);

/// May remove the access of guests, or of everyone.
#[derive(Debug)]
pub struct AccessRemover(VisibleAccount);

#[derive(Clone, Debug, FromQueryResult)]
struct AccountRow {
    id: AccountId,
    workspace_id: WorkspaceId,
    workspace_name: String,
    label: String,
    app: String,
    login_url: String,
    username: String,
    last_used_at: Option<Moment>,
    last_used_by: Option<String>,
    strength: Option<i32>,
    ends_at: Option<Moment>,
    partnership_owner: bool,
    has_owner: bool,
    version: i32,
    deleted_at: Option<Moment>,
    copying: bool,
    password_to_change: bool,
}

impl Ctx {
    /// The account, if it exists for this member.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] alike for an id that was never given out and for an account of others.
    pub async fn account(&self, id: AccountId) -> Result<VisibleAccount, Error> {
        VisibleAccount::find(self, self.reader(), id, self.now()).await
    }

    /// A page of the accounts on which this member's access counts.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn accounts(&self, filter: &AccountFilter) -> Result<AccountListView, Error> {
        let reader = self.reader();
        let (sql, values) = self.accounts_query(filter);
        let cards = CardRow::find_by_statement(statement(reader, &sql, values)).all(reader).map_err(Error::from);
        let (workspaces, without_owner) = (self.account_workspaces(), self.count_without_owner());
        let (mut cards, workspaces, without_owner, passwords_to_change) =
            try_join4(cards, workspaces, without_owner, self.count_rotation_tasks()).await?;
        let page = usize::try_from(ACCOUNTS_PER_PAGE).unwrap_or(usize::MAX);
        let more = cards.len() > page;
        cards.truncate(page);
        let next = cards.last().filter(|_| more).map(|card| card.cursor(filter.sort.unwrap_or(AccountSort::Name)));
        let cards = cards.into_iter().map(|card| card.view(self.workspace())).collect::<Option<Vec<_>>>();
        let cards = cards.ok_or_else(|| sea_orm::DbErr::Type("a role that is none".to_owned()))?;
        Ok(AccountListView { cards, next, workspaces, without_owner, passwords_to_change })
    }

    fn accounts_query(&self, filter: &AccountFilter) -> (String, Vec<Value>) {
        let mut values: Vec<Value> = vec![self.now().into(), self.member().into()];
        let mut place = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let mut conditions = matching(&filter.search, &mut place);
        if let Some(workspace) = filter.workspace {
            conditions += &format!(" AND a.workspace_id = {}", place(workspace.into()));
        }
        if let Some(role) = filter.role {
            let strength = AccountRole::ALL.iter().position(|each| *each == role).map_or(0, |index| index as i32 + 1);
            conditions += &format!(" AND mine.strength = {}", place(strength.into()));
        }
        let order = match filter.sort.unwrap_or(AccountSort::Name) {
            AccountSort::Name => {
                if let Some((key, id)) = filter.after.as_deref().and_then(read_name_cursor) {
                    conditions += &format!(" AND (a.sort_key, a.id) > ({}, {})", place(key.into()), place(id.into()));
                }
                "a.sort_key, a.id".to_owned()
            }
            AccountSort::LastUse => {
                // Never used is last: as if used before there was anything to use.
                let last_use = format!("COALESCE(a.last_used_at, {})", place(NEVER.into()));
                if let Some((used, id)) = filter.after.as_deref().and_then(read_use_cursor) {
                    let (used, id) = (place(used.into()), place(id.into()));
                    conditions += &format!(" AND ({last_use}, a.id) < ({used}, {id})");
                }
                format!("{last_use} DESC, a.id DESC")
            }
        };
        let sql = format!(
            r#"SELECT a.id, a.label, a.app, a.username, a.workspace_id, w.name AS workspace_name, a.sort_key,
                      a.last_used_at, lu.name AS last_used_by, a.login_url <> '' AS can_log_in,
                      mine.strength, mine.ends_at
               FROM ({MINE}) mine
               JOIN account a ON a.id = mine.account_id AND a.deleted_at IS NULL
               JOIN workspace w ON w.id = a.workspace_id
               LEFT JOIN member lm ON lm.id = a.last_used_by
               LEFT JOIN "user" lu ON lu.id = lm.user_id
               WHERE true{conditions}
               ORDER BY {order}
               LIMIT {limit}"#,
            MINE = mine(),
            limit = ACCOUNTS_PER_PAGE + 1
        );
        (sql, values)
    }

    /// The workspaces whose accounts this member has, by name.
    async fn account_workspaces(&self) -> Result<Vec<(WorkspaceId, String)>, Error> {
        let sql = format!(
            r"SELECT DISTINCT w.id, w.name
              FROM access_grant g {GRANT_JOINS}
              JOIN account a ON a.id = g.account_id AND a.deleted_at IS NULL
              JOIN workspace w ON w.id = a.workspace_id
              WHERE g.member_id = $2 AND {GRANT_COUNTS}
              ORDER BY w.name, w.id"
        );
        let values = [self.now().into(), self.member().into()];
        let rows = WorkspaceRow::find_by_statement(statement(self.reader(), &sql, values)).all(self.reader()).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }
}

#[derive(Debug, FromQueryResult)]
struct WorkspaceRow {
    id: WorkspaceId,
    name: String,
}

/// SQL: the account `a` has every typed word in its label, app or user name. `place` takes a value, and gives its place.
pub(crate) fn matching(typed: &str, mut place: impl FnMut(Value) -> String) -> String {
    let mut conditions = String::new();
    for word in typed.split_whitespace().take(8) {
        // SQLite takes no pattern of over 50,000 bytes, and no label has words so long.
        let word: String = word.chars().take(LONGEST_WORD).collect();
        let pattern = format!("%{}%", escape_like(&fold(&word)));
        conditions += &format!(" AND a.search_text LIKE {} ESCAPE '!'", place(pattern.into()));
    }
    conditions
}

/// SQL: the member `$2`'s accounts with the strongest role that counts at `$1`, and when access ends.
pub(crate) fn mine() -> String {
    format!(
        r"SELECT g.account_id, MAX({STRENGTH}) AS strength,
                 CASE WHEN COUNT(*) = COUNT(g.ends_at) THEN MAX(g.ends_at) END AS ends_at
          FROM access_grant g {GRANT_JOINS}
          WHERE g.member_id = $2 AND {GRANT_COUNTS}
          GROUP BY g.account_id"
    )
}

#[derive(Debug, FromQueryResult)]
struct CardRow {
    id: AccountId,
    label: String,
    app: String,
    username: String,
    workspace_id: WorkspaceId,
    workspace_name: String,
    sort_key: String,
    last_used_at: Option<Moment>,
    last_used_by: Option<String>,
    can_log_in: bool,
    strength: i32,
    ends_at: Option<Moment>,
}

impl CardRow {
    fn view(self, own: WorkspaceId) -> Option<AccountCardView> {
        Some(AccountCardView {
            account: self.id,
            label: self.label,
            app: self.app,
            username: self.username,
            role: role_of(self.strength)?,
            ends_at: self.ends_at,
            badge: (self.workspace_id != own).then_some(WorkspaceBadge { name: self.workspace_name }),
            last_use: last_use(self.last_used_at, self.last_used_by),
            can_log_in: self.can_log_in,
        })
    }

    fn cursor(&self, sort: AccountSort) -> String {
        match sort {
            AccountSort::Name => format!("{}~{}", self.id, self.sort_key),
            AccountSort::LastUse => {
                format!("{}~{}", self.id, self.last_used_at.unwrap_or(NEVER).timestamp_micros())
            }
        }
    }
}

pub(crate) fn read_name_cursor(cursor: &str) -> Option<(String, AccountId)> {
    // PostgreSQL takes no NUL in a text, and none was written.
    let (id, key) = cursor.split_once('~').filter(|(_, key)| !key.contains('\0'))?;
    Some((key.to_owned(), id.parse().ok()?))
}

fn read_use_cursor(cursor: &str) -> Option<(Moment, AccountId)> {
    let (id, micros) = cursor.split_once('~')?;
    let used = Moment::from_timestamp_micros(micros.parse().ok()?)?;
    // PostgreSQL knows fewer years.
    (0..=9999).contains(&used.year()).then_some((used, id.parse().ok()?))
}

fn last_use(at: Option<Moment>, by: Option<String>) -> Option<LastUse> {
    Some(LastUse { at: at?, by: by? })
}

/// What is typed as it is, inside a `LIKE` pattern with the escape character `!`.
fn escape_like(typed: &str) -> String {
    typed.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

impl VisibleAccount {
    /// The account as it stands, seen or not, if this SQL holds for `a`.
    async fn read(
        ctx: &Ctx,
        connection: &impl ConnectionTrait,
        id: AccountId,
        now: Moment,
        presence: &str,
    ) -> Result<Option<Self>, Error> {
        // Everything that visibility and rights depend on, in one question.
        let sql = format!(
            r#"SELECT a.id, a.workspace_id, w.name AS workspace_name, a.label, a.app, a.login_url, a.username,
                      a.last_used_at, lu.name AS last_used_by, mine.strength, mine.ends_at, a.version, a.deleted_at,
                      NOT EXISTS (SELECT 1 FROM copying_pause cp
                                  WHERE cp.account_id = a.id AND cp.until IS NULL) AS copying,
                      EXISTS (SELECT 1 FROM rotation_task rt
                              WHERE rt.account_id = a.id AND rt.closed_at IS NULL) AS password_to_change,
                      EXISTS (SELECT 1 FROM account_share os JOIN partnership op ON op.id = os.partnership_id
                              WHERE os.account_id = a.id AND os.state = 'active' AND op.owner_member_id = $2
                                AND op.state IN ('active', 'suspended')
                                AND (op.ends_at IS NULL OR op.ends_at > $1)) AS partnership_owner,
                      {HAS_OWNER} AS has_owner
               FROM account a
               JOIN workspace w ON w.id = a.workspace_id
               LEFT JOIN ({MINE}) mine ON mine.account_id = a.id
               LEFT JOIN member lm ON lm.id = a.last_used_by
               LEFT JOIN "user" lu ON lu.id = lm.user_id
               WHERE a.id = $3 AND {presence}"#,
            MINE = mine()
        );
        let values = [now.into(), ctx.member().into(), id.into()];
        let row = AccountRow::find_by_statement(statement(connection, &sql, values)).one(connection).await?;
        Ok(row.map(|row| Self { ctx: ctx.clone(), row: Arc::new(row) }))
    }

    async fn find(ctx: &Ctx, connection: &impl ConnectionTrait, id: AccountId, now: Moment) -> Result<Self, Error> {
        let found = Self::read(ctx, connection, id, now, "a.deleted_at IS NULL").await?;
        let found = found.filter(|account| account.standing().sees()).ok_or(AppError::NotFound)?;
        ctx.attempt().is_about(About::Account(id));
        Ok(found)
    }

    /// The account.
    pub fn id(&self) -> AccountId {
        self.row.id
    }

    /// What this member is to the account.
    pub fn standing(&self) -> Standing {
        Standing {
            side: if self.is_guest() { Side::Guest } else { Side::Host },
            workspace_role: self.ctx.who.role,
            account_role: self.row.strength.and_then(role_of),
            partnership_owner: self.row.partnership_owner,
            account_has_active_owner: self.row.has_owner,
        }
    }

    /// The right to use the account.
    ///
    /// # Errors
    ///
    /// [`Denial::HoldersOnly`].
    pub fn holder(self) -> Result<AccountHolder, Denial> {
        self.standing().may(Act::Use)?;
        Ok(AccountHolder(self))
    }

    /// The right to request access for members of the own workspace.
    ///
    /// # Errors
    ///
    /// [`Denial::ManagersOnly`].
    pub fn manager(self) -> Result<AccountManager, Denial> {
        self.standing().may(Act::Request)?;
        Ok(AccountManager(self))
    }

    /// The right to decide requests.
    ///
    /// # Errors
    ///
    /// [`Denial::OwnersOnly`].
    pub fn decider(self) -> Result<AccountDecider, Denial> {
        self.standing().may(Act::Decide)?;
        Ok(AccountDecider(self))
    }

    /// The right to change members' roles.
    ///
    /// # Errors
    ///
    /// [`Denial::OwnersOnly`].
    pub fn owner(self) -> Result<AccountOwner, Denial> {
        self.standing().may(Act::ChangeRole)?;
        Ok(AccountOwner(self))
    }

    /// The right to remove guests' access, or everyone's.
    ///
    /// # Errors
    ///
    /// [`Denial::OwnersOnly`].
    pub fn remover(self) -> Result<AccessRemover, Denial> {
        self.standing().may(Act::RemoveGuest)?;
        Ok(AccessRemover(self))
    }

    /// The General tab.
    ///
    /// # Errors
    ///
    /// [`Error::Database`], [`Error::Vault`].
    pub async fn general(&self) -> Result<AccountGeneralView, Error> {
        let header = self.header();
        if self.standing().may(Act::Use).is_err() {
            return Ok(AccountGeneralView { header, details: None });
        }
        let details = AccountDetails {
            login_url: self.row.login_url.clone(),
            username: self.row.username.clone(),
            secrets: self.credential().await?,
            last_use: last_use(self.row.last_used_at, self.row.last_used_by.clone()),
        };
        Ok(AccountGeneralView { header, details: Some(details) })
    }

    /// The top of each tab.
    pub fn header(&self) -> AccountHeaderView {
        AccountHeaderView {
            account: self.row.id,
            label: self.row.label.clone(),
            app: self.row.app.clone(),
            badge: self.is_guest().then(|| WorkspaceBadge { name: self.row.workspace_name.clone() }),
            role: self.row.strength.and_then(role_of),
            ends_at: self.row.ends_at,
            sees_members: self.standing().sees_members() != SeesMembers::Nobody,
            sees_exposure: self.standing().may(Act::SeeAllActivity).is_ok(),
            password_to_change: self.row.password_to_change && self.is_owner(),
        }
    }

    pub(crate) fn asked(&self) -> AskedAccount {
        AskedAccount {
            account: self.row.id,
            label: self.row.label.clone(),
            app: self.row.app.clone(),
            workspace: self.row.workspace_name.clone(),
        }
    }

    pub(crate) fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The role that this member has, and when their access ends.
    pub(crate) fn held(&self) -> (Option<AccountRole>, Option<Moment>) {
        (self.row.strength.and_then(role_of), self.row.ends_at)
    }

    /// Whether this member is one of its owners.
    pub(crate) fn is_owner(&self) -> bool {
        self.held().0 == Some(AccountRole::Owner)
    }

    /// Whether collaborators and account managers can copy the password.
    pub(crate) fn copying(&self) -> bool {
        self.row.copying
    }

    pub(crate) fn label(&self) -> &str {
        &self.row.label
    }

    pub(crate) fn username(&self) -> &str {
        &self.row.username
    }

    /// Counts the changes of its details.
    pub(crate) fn version(&self) -> i32 {
        self.row.version
    }

    /// The workspace that owns the account.
    pub(crate) fn host(&self) -> WorkspaceId {
        self.row.workspace_id
    }

    pub(crate) fn is_guest(&self) -> bool {
        self.row.workspace_id != self.ctx.workspace()
    }

    /// An event on this account.
    pub(crate) fn event(&self, kind: EventKind) -> Event {
        Event {
            actor: Some(self.ctx.member()),
            account: Some(self.id()),
            guest: self.is_guest().then(|| self.ctx.workspace()),
            details: crate::activity::Details { label: self.row.label.clone(), ..self.ctx.details() },
            ..Event::new(kind, self.row.workspace_id)
        }
    }

    /// Begins a change of who has access: one at a time per account, on what is true now. The account comes back as it
    /// stands inside the transaction; ask it for the witness again.
    pub(crate) async fn change(&self) -> Result<(Change, Self), Error> {
        let mut change = self.ctx.services.change().await?;
        lock(&change, self.id()).await?;
        let ctx = self.ctx.inside(&change).await?;
        change.take_time();
        let fresh = Self::find(&ctx, change.transaction(), self.id(), change.now()).await?;
        Ok((change, fresh))
    }
}

/// Waits until no other change of this account's access is under way. SQLite has one writer at a time anyway.
pub(crate) async fn lock(change: &Change, account: AccountId) -> Result<(), Error> {
    let transaction = change.transaction();
    if transaction.get_database_backend() == DbBackend::Postgres {
        // Not FOR UPDATE: foreign keys to the account must not wait for it.
        let sql = "SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE";
        transaction.query_one_raw(statement(transaction, sql, [account.into()])).await?;
    }
    Ok(())
}

impl AccountHolder {
    /// Where to log in, and as whom.
    pub fn login(&self) -> LogInView {
        let row = &self.0.row;
        LogInView {
            label: row.label.clone(),
            app: row.app.clone(),
            login_url: row.login_url.clone(),
            username: row.username.clone(),
        }
    }

    /// Records that the member goes to the account's login URL.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] or [`Denial::HoldersOnly`] when access has ended meanwhile.
    pub async fn log_in(self) -> Result<(), Error> {
        let (change, fresh) = self.0.change().await?;
        let now = change.now();
        let AccountHolder(fresh) = fresh.holder()?;
        let member = fresh.ctx.member();
        account::Entity::update_many()
            .col_expr(account::Column::LastUsedAt, Expr::value(now))
            .col_expr(account::Column::LastUsedBy, Expr::value(member))
            .filter(account::COLUMN.id.eq(fresh.id()))
            .exec(change.transaction())
            .await?;
        access_grant::Entity::update_many()
            .col_expr(access_grant::Column::LastUsedAt, Expr::value(now))
            .filter(access_grant::COLUMN.account_id.eq(fresh.id()))
            .filter(access_grant::COLUMN.member_id.eq(member))
            .filter(access_grant::COLUMN.state.eq(domain::access_grant::GrantState::Active))
            .exec(change.transaction())
            .await?;
        change.commit(vec![fresh.event(EventKind::LoggedIn)]).await
    }
}

/// The account behind each witness, for the modules that act on it.
macro_rules! stands_on_account {
    ($($witness:ident),+) => {$(
        impl $witness {
            pub(crate) fn account(&self) -> &VisibleAccount {
                &self.0
            }
        }
    )+};
}

stands_on_account!(AccountHolder, AccountManager, AccountDecider, AccountOwner, AccessRemover);

impl AccountDecider {
    pub(crate) fn into_account(self) -> VisibleAccount {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_follows_the_order_of_roles() {
        for (index, role) in AccountRole::ALL.iter().enumerate() {
            assert_eq!(role_of(i32::try_from(index).expect("few") + 1), Some(*role));
        }
        assert_eq!(role_of(0), None);
    }

    #[test]
    fn a_pattern_finds_its_own_signs() {
        assert_eq!(escape_like("50%_off!"), "50!%!_off!!");
    }
}
