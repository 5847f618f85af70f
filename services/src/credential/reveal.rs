//! Handing secrets out. Each is recorded before it is given: what is written down is what happened, or more, never less.
//!
//! A reveal decides inside a change, under the account's lock, as whatever takes access away does: when a revocation has been
//! answered, no reveal that begins after it is.

use super::store::field_on;
use super::{Latest, NOTE, ONE_TIME_CODE, PASSWORD, USERNAME, field_of, latest_of, one_time_code};
use crate::Error;
use crate::account::{AccountHolder, AccountOwner, VisibleAccount};
use crate::context::Change;
use crate::entity::{credential, reveal};
use crate::session::Confirmed;
use domain::activity::EventKind;
use domain::credential::{CodeView, LogInPanelView, RevealView, RevealWay};
use domain::secret::Secret;
use domain::{AppError, CustomFieldId, Denial};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

impl AccountHolder {
    /// What the panel beside a log-in offers.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn panel(&self) -> Result<LogInPanelView, Error> {
        let account = self.account();
        let credential = account.credential().await?;
        let login = self.login();
        Ok(LogInPanelView {
            label: login.label,
            app: login.app,
            username: login.username,
            has_password: credential.has_password,
            may_copy_password: credential.may_copy_password,
            has_code: credential.has_code,
        })
    }

    /// The user name, to be copied.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when access has ended meanwhile.
    pub async fn copy_username(self) -> Result<RevealView, Error> {
        let (change, account) = self.begin().await?;
        let seen = Latest { field: USERNAME.to_owned(), version: account.version(), sealed: None };
        record(change, &account, &seen, RevealWay::Copied, EventKind::UsernameCopied, "").await?;
        Ok(RevealView { value: Secret::new(account.username()) })
    }

    /// The password, to be copied.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when access has ended meanwhile or no password is kept, [`Denial::CopyingNotAllowed`].
    pub async fn copy_password(self) -> Result<RevealView, Error> {
        let (change, account) = self.begin().await?;
        if !account.is_owner() && !account.copying() {
            return Err(Denial::CopyingNotAllowed.into());
        }
        let latest = latest_of(change.transaction(), account.id(), PASSWORD).await?;
        let value = open(&change, &account, &latest).await?;
        record(change, &account, &latest, RevealWay::Copied, EventKind::PasswordCopied, "").await?;
        Ok(RevealView { value })
    }

    /// The one-time code of this moment.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when access has ended meanwhile or no secret is kept.
    pub async fn one_time_code(self, way: RevealWay) -> Result<CodeView, Error> {
        let (change, account) = self.begin().await?;
        let latest = latest_of(change.transaction(), account.id(), ONE_TIME_CODE).await?;
        let secret = open(&change, &account, &latest).await?;
        let now = change.services().now();
        record(change, &account, &latest, way, EventKind::OneTimeCodeGiven, "").await?;
        one_time_code::code_at(&secret, now)
    }

    /// A custom field.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when access has ended meanwhile, or for a field of another account.
    pub async fn custom_field(self, field: CustomFieldId, way: RevealWay) -> Result<RevealView, Error> {
        let (change, account) = self.begin().await?;
        let row = field_on(change.transaction(), &account, field).await?;
        let latest = latest_of(change.transaction(), account.id(), &field_of(field)).await?;
        let value = open(&change, &account, &latest).await?;
        record(change, &account, &latest, way, EventKind::FieldShown, &row.name).await?;
        Ok(RevealView { value })
    }

    async fn begin(self) -> Result<(Change, VisibleAccount), Error> {
        let (change, account) = self.account().change().await?;
        let holder = account.holder()?;
        let account = holder.account().clone();
        Ok((change, account))
    }
}

impl AccountOwner {
    /// A password, to be shown: the current one, or an earlier version that is kept.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when it is not kept, or when ownership has ended meanwhile.
    pub async fn show_password(self, _: &Confirmed, version: Option<i32>) -> Result<RevealView, Error> {
        let (change, account) = self.account().change().await?;
        let owner = account.owner()?;
        let account = owner.account();
        let latest = match version {
            None => latest_of(change.transaction(), account.id(), PASSWORD).await?,
            Some(version) => {
                let row = credential::Entity::find()
                    .filter(credential::COLUMN.account_id.eq(account.id()))
                    .filter(credential::COLUMN.field.eq(PASSWORD))
                    .filter(credential::COLUMN.version.eq(version))
                    .one(change.transaction())
                    .await?;
                let row = row.ok_or(AppError::NotFound)?;
                Latest { field: row.field, version: row.version, sealed: row.sealed }
            }
        };
        let value = open(&change, account, &latest).await?;
        record(change, account, &latest, RevealWay::Shown, EventKind::PasswordShown, "").await?;
        Ok(RevealView { value })
    }
}

/// Opens what is kept.
async fn open(change: &Change, account: &VisibleAccount, kept: &Latest) -> Result<Secret, Error> {
    debug_assert_ne!(kept.field, NOTE, "a note stands open on the page");
    let vault = change.services().vault();
    let key = vault.data_key(change.transaction(), account.host(), account.id()).await?;
    kept.open(key.as_ref())?.ok_or_else(|| AppError::NotFound.into())
}

/// Writes down who was handed what.
async fn record(
    change: Change,
    account: &VisibleAccount,
    given: &Latest,
    way: RevealWay,
    kind: EventKind,
    what: &str,
) -> Result<(), Error> {
    let row = reveal::ActiveModel {
        id: Set(Uuid::now_v7()),
        account_id: Set(account.id()),
        member_id: Set(account.ctx().member()),
        field: Set(given.field.clone()),
        version: Set(given.version),
        way: Set(way),
        at: Set(change.now()),
    };
    row.insert(change.transaction()).await?;
    let mut event = account.event(kind);
    event.details.because = what.to_owned();
    change.commit(vec![event]).await
}
