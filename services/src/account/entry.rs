//! Accounts are added, and their details changed.

use super::{AccountOwner, VisibleAccount, search_text};
use crate::activity::Details;
use crate::credential::{self, Sealer};
use crate::entity::{access_grant, account};
use crate::member_search::fold;
use crate::{Ctx, Error};
use domain::access_grant::{GrantSource, GrantState};
use domain::account::{AccountForm, AccountRole, AccountSettingsView};
use domain::activity::EventKind;
use domain::credential::NewSecrets;
use domain::{AccessGrantId, AccountId, AppError, IdempotencyKey, MemberId, Moment};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, SqlErr};
use uuid::Uuid;

impl Ctx {
    /// Adds an account to the own workspace, with the login URL of a known app where none was typed. Who adds it becomes its Owner. The same form sent again, known by its key,
    /// adds nothing, and answers the same. Returns the account with its label.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] with every problem of the form.
    pub async fn add_account(
        &self,
        key: IdempotencyKey,
        form: &AccountForm,
        secrets: &NewSecrets,
    ) -> Result<(AccountId, String), Error> {
        let (form, secrets) = match (form.check(), credential::checked(secrets)) {
            (Ok(form), Ok(secrets)) => (form.with_known_address(), secrets),
            (form, secrets) => {
                let problems = form.err().into_iter().chain(secrets.err()).flatten();
                return Err(problems.collect::<Vec<_>>().into());
            }
        };
        Ok((self.add(key, &form, &secrets).await?, form.label))
    }

    /// A key for a form that makes something: sent with each attempt, it is made once.
    pub fn new_form_key(&self) -> IdempotencyKey {
        IdempotencyKey(Uuid::now_v7())
    }

    async fn add(&self, key: IdempotencyKey, form: &AccountForm, secrets: &NewSecrets) -> Result<AccountId, Error> {
        let change = self.services.change().await?;
        let ctx = self.inside(&change).await?;
        if let Some(before) = added_before(&ctx, change.transaction(), key, form).await? {
            return Ok(before);
        }
        let now = change.now();
        let id = AccountId(Uuid::now_v7());
        let row = new_account(id, &ctx, Some(key), form, now);
        match row.insert(change.transaction()).await.map_err(|error| (error.sql_err(), error)) {
            Ok(_) => {}
            // The same form, at the same moment: the other one was first.
            Err((Some(SqlErr::UniqueConstraintViolation(_)), error)) => {
                drop(change);
                let before = added_before(self, self.services.database().write(), key, form).await?;
                return before.ok_or_else(|| error.into());
            }
            Err((_, error)) => return Err(error.into()),
        }
        owner_grant(id, ctx.member(), now).insert(change.transaction()).await?;
        let mut sealer = Sealer::begin(&change, Some(ctx.member()));
        sealer.seal(&change, ctx.workspace(), id, &form.note, secrets).await?;
        sealer.write(&change).await?;
        let mut event = ctx.event(EventKind::AccountAdded);
        event.actor = Some(ctx.member());
        event.account = Some(id);
        event.details = Details { label: form.label.clone(), ..ctx.details() };
        change.commit(vec![event]).await?;
        Ok(id)
    }
}

/// The account that was added with this key before. A form that was changed since is another one, and must not be answered
/// as if it had been sent.
async fn added_before(
    ctx: &Ctx,
    connection: &impl ConnectionTrait,
    key: IdempotencyKey,
    form: &AccountForm,
) -> Result<Option<AccountId>, Error> {
    let before = account::Entity::find()
        .filter(account::COLUMN.added_by.eq(ctx.member()))
        .filter(account::COLUMN.form_key.eq(key))
        .one(connection)
        .await?;
    let Some(before) = before else { return Ok(None) };
    let note = credential::note_of(ctx, connection, before.workspace_id, before.id).await?;
    let same = [&before.label, &before.app, &before.login_url, &before.username, &note]
        == [&form.label, &form.app, &form.login_url, &form.username, &form.note];
    if same { Ok(Some(before.id)) } else { Err(AppError::invalid("form", SENT_BEFORE).into()) }
}

/// Told when a form was changed and sent again under its old key.
const SENT_BEFORE: &str = "An account was added with this form already, and the form has been changed since. Send it once more to add another.";

/// A new account with what a form says that was checked.
pub(super) fn new_account(
    id: AccountId,
    by: &Ctx,
    key: Option<IdempotencyKey>,
    form: &AccountForm,
    now: Moment,
) -> account::ActiveModel {
    account::ActiveModel {
        id: Set(id),
        workspace_id: Set(by.workspace()),
        label: Set(form.label.clone()),
        app: Set(form.app.clone()),
        login_url: Set(form.login_url.clone()),
        username: Set(form.username.clone()),
        open_note: Set(String::new()),
        sort_key: Set(fold(&form.label)),
        search_text: Set(search_text(&form.label, &form.app, &form.username)),
        last_used_at: Set(None),
        last_used_by: Set(None),
        created_at: Set(now),
        deleted_at: Set(None),
        deleted_by: Set(None),
        delete_reason: Set(String::new()),
        added_by: Set(Some(by.member())),
        form_key: Set(key),
        version: Set(1),
        ownerless_since: Set(None),
        forgotten_at: Set(None),
    }
}

/// Makes a member Owner of an account.
pub(super) fn owner_grant(account: AccountId, member: MemberId, now: Moment) -> access_grant::ActiveModel {
    access_grant::ActiveModel {
        id: Set(AccessGrantId(Uuid::now_v7())),
        account_id: Set(account),
        member_id: Set(member),
        role: Set(AccountRole::Owner),
        source: Set(GrantSource::Owner),
        account_share_id: Set(None),
        state: Set(GrantState::Active),
        ends_at: Set(None),
        last_used_at: Set(None),
        created_at: Set(now),
        ended_at: Set(None),
        end_reason: Set(None),
        warned_days: Set(None),
    }
}

impl VisibleAccount {
    async fn form(&self, connection: &impl ConnectionTrait) -> Result<AccountForm, Error> {
        let row = &self.row;
        Ok(AccountForm {
            label: row.label.clone(),
            app: row.app.clone(),
            login_url: row.login_url.clone(),
            username: row.username.clone(),
            note: credential::note_of(self.ctx(), connection, row.workspace_id, row.id).await?,
        })
    }
}

impl AccountOwner {
    /// The Settings tab.
    ///
    /// # Errors
    ///
    /// [`Error::Database`], [`Error::Vault`].
    pub async fn settings(&self) -> Result<AccountSettingsView, Error> {
        let form = self.0.form(self.0.ctx().reader()).await?;
        Ok(AccountSettingsView { header: self.0.header(), form, version: self.0.row.version })
    }

    /// Changes the details of the account. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] with every problem of the form, or when somebody else has saved something else since this
    /// `version` was shown.
    pub async fn edit(self, form: &AccountForm, version: i32) -> Result<String, Error> {
        let form = form.check()?;
        let (change, fresh) = self.0.change().await?;
        let AccountOwner(account) = fresh.owner()?;
        let told = format!("{} is saved.", form.label);
        let before = account.form(change.transaction()).await?;
        if before == form {
            return Ok(told);
        }
        if account.row.version != version {
            return Err(AppError::invalid("form", CHANGED_MEANWHILE).into());
        }
        account::Entity::update_many()
            .col_expr(account::Column::Label, Expr::value(form.label.as_str()))
            .col_expr(account::Column::App, Expr::value(form.app.as_str()))
            .col_expr(account::Column::LoginUrl, Expr::value(form.login_url.as_str()))
            .col_expr(account::Column::Username, Expr::value(form.username.as_str()))
            .col_expr(account::Column::SortKey, Expr::value(fold(&form.label)))
            .col_expr(account::Column::SearchText, Expr::value(search_text(&form.label, &form.app, &form.username)))
            .col_expr(account::Column::Version, Expr::value(version + 1))
            .filter(account::COLUMN.id.eq(account.id()))
            .exec(change.transaction())
            .await?;
        if before.note != form.note {
            credential::keep_note(&change, &account, &form.note).await?;
        }
        let mut event = account.event(EventKind::AccountChanged);
        event.details.label = form.label;
        change.commit(vec![event]).await?;
        Ok(told)
    }
}

/// Told when two owners had the form open.
const CHANGED_MEANWHILE: &str = "Another owner has changed this account while you had it open. What you typed is kept, \
    and what they have saved stands beside it. Save again to replace theirs with yours.";
