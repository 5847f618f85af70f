//! What an account's owners store, and take away.

use super::{Latest, ONE_TIME_CODE, PASSWORD, field_of, keep, latest_of, one_time_code, rotation};
use crate::Error;
use crate::account::{AccountOwner, VisibleAccount};
use crate::activity::Event;
use crate::context::Change;
use crate::entity::{copying_pause, credential, custom_field};
use domain::activity::EventKind;
use domain::credential::{CustomFieldForm, CustomFieldKind, MOST_CUSTOM_FIELDS, account_password};
use domain::secret::Secret;
use domain::{AppError, CustomFieldId, Problem};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

/// Told when two owners store a password at once.
const STORED_MEANWHILE: &str = "Another owner has stored a password while you had this open. Look at it first, then store yours if it is still needed.";

/// Told when nothing would change: a rotation task is not done by storing what somebody has seen.
const STORED_ALREADY: &str =
    "This is the password that is stored already. Change it at the site first, then store the new one.";

impl AccountOwner {
    /// Stores a new password. `version` is the latest that the owner has seen. A rotation task is done with it. Returns what to
    /// tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `password`, also when it is the one that is stored already, and on the form when another owner
    /// was first.
    pub async fn store_password(self, password: &Secret, version: i32) -> Result<String, Error> {
        account_password(password)?;
        let (change, owner) = self.begin().await?;
        let account = owner.account();
        same_version(&change, account, version).await?;
        if latest_password(&change, account).await?.is_some_and(|stored| stored.expose() == password.expose()) {
            return Err(AppError::invalid("password", STORED_ALREADY).into());
        }
        keep(&change, account, PASSWORD, Some(password)).await?;
        let closed = rotation::close_task(&change, account).await?;
        let told = format!("The password of {} is stored.", account.label());
        let mut event = account.event(EventKind::PasswordStored);
        if closed {
            event.details.because = "which somebody who has lost access had seen".to_owned();
        }
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// Takes the password away. What the site asks for stays as it is, so a rotation task stays open. Returns what to tell the
    /// reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when there is none, [`AppError::Invalid`] on the form when another owner was first.
    pub async fn remove_password(self, version: i32) -> Result<String, Error> {
        let (change, owner) = self.begin().await?;
        let account = owner.account();
        same_version(&change, account, version).await?;
        let told = format!("The password of {} is taken away.", account.label());
        remove(change, account, PASSWORD, account.event(EventKind::PasswordRemoved)).await?;
        Ok(told)
    }

    /// Stores the secret that one-time codes are made of, as a site shows it. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `secret`.
    pub async fn store_one_time_code(self, typed: &Secret) -> Result<String, Error> {
        let secret = one_time_code::read("secret", typed)?;
        let (change, owner) = self.begin().await?;
        let account = owner.account();
        keep(&change, account, ONE_TIME_CODE, Some(&secret)).await?;
        let told = format!("One-time codes for {} are set up.", account.label());
        change.commit(vec![account.event(EventKind::OneTimeCodeStored)]).await?;
        Ok(told)
    }

    /// Takes away the secret that one-time codes are made of. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when there is none.
    pub async fn remove_one_time_code(self) -> Result<String, Error> {
        let (change, owner) = self.begin().await?;
        let account = owner.account();
        let told = format!("One-time codes for {} are taken away.", account.label());
        remove(change, account, ONE_TIME_CODE, account.event(EventKind::OneTimeCodeRemoved)).await?;
        Ok(told)
    }

    /// Adds a custom field. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] with every problem of the form, and when there are too many fields.
    pub async fn add_field(self, form: &CustomFieldForm) -> Result<String, Error> {
        let form = form.check()?;
        let (change, owner) = self.begin().await?;
        let account = owner.account();
        let there = custom_field::Entity::find()
            .filter(custom_field::COLUMN.account_id.eq(account.id()))
            .count(change.transaction())
            .await?;
        if there >= MOST_CUSTOM_FIELDS as u64 {
            return Err(Problem::new("form", "An account has at most 20 fields. Remove one, or use the note.").into());
        }
        let field = CustomFieldId(Uuid::now_v7());
        let row = custom_field::ActiveModel {
            id: Set(field),
            account_id: Set(account.id()),
            position: Set(i32::try_from(there).unwrap_or(i32::MAX)),
            kind: Set(form.kind),
            name: Set(form.name.clone()),
        };
        row.insert(change.transaction()).await?;
        keep(&change, account, &field_of(field), Some(&form.value)).await?;
        let told = format!("{} is added.", form.name);
        change.commit(vec![field_event(account, &form.name)]).await?;
        Ok(told)
    }

    /// Renames a custom field, or gives it another value. A hidden field keeps its value when none is typed. Returns what to
    /// tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a field of another account, [`AppError::Invalid`] with every problem of the form.
    pub async fn change_field(self, field: CustomFieldId, name: &str, value: &Secret) -> Result<String, Error> {
        let (change, owner) = self.begin().await?;
        let account = owner.account();
        let row = field_on(change.transaction(), account, field).await?;
        let keeps = row.kind == CustomFieldKind::Hidden && value.is_empty();
        let typed = if keeps { Secret::new("kept") } else { value.clone() };
        let form = CustomFieldForm { name: name.to_owned(), kind: row.kind, value: typed }.check()?;
        custom_field::Entity::update_many()
            .col_expr(custom_field::Column::Name, Expr::value(form.name.as_str()))
            .filter(custom_field::COLUMN.id.eq(field))
            .exec(change.transaction())
            .await?;
        if !keeps {
            keep(&change, account, &field_of(field), Some(&form.value)).await?;
        }
        let told = format!("{} is saved.", form.name);
        change.commit(vec![field_event(account, &form.name)]).await?;
        Ok(told)
    }

    /// Takes a custom field away. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a field of another account.
    pub async fn remove_field(self, field: CustomFieldId) -> Result<String, Error> {
        let (change, owner) = self.begin().await?;
        let account = owner.account();
        let row = field_on(change.transaction(), account, field).await?;
        credential::Entity::delete_many()
            .filter(credential::COLUMN.account_id.eq(account.id()))
            .filter(credential::COLUMN.field.eq(field_of(field)))
            .exec(change.transaction())
            .await?;
        custom_field::Entity::delete_by_id(field).exec(change.transaction()).await?;
        let told = format!("{} is taken away.", row.name);
        change.commit(vec![field_event(account, &row.name)]).await?;
        Ok(told)
    }

    /// Lets collaborators and account managers copy the password, or no longer. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn set_copying(self, copying: bool) -> Result<String, Error> {
        let (change, owner) = self.begin().await?;
        let account = owner.account();
        let label = account.label();
        let told = if copying {
            format!("Collaborators and account managers can copy the password of {label}.")
        } else {
            format!("Only owners can copy the password of {label}.")
        };
        if copying == account.copying() {
            return Ok(told);
        }
        if copying {
            copying_pause::Entity::update_many()
                .col_expr(copying_pause::Column::Until, Expr::value(change.now()))
                .filter(copying_pause::COLUMN.account_id.eq(account.id()))
                .filter(copying_pause::COLUMN.until.is_null())
                .exec(change.transaction())
                .await?;
        } else {
            let pause = copying_pause::ActiveModel {
                id: Set(Uuid::now_v7()),
                account_id: Set(account.id()),
                since: Set(change.now()),
                until: Set(None),
            };
            pause.insert(change.transaction()).await?;
        }
        let mut event = account.event(EventKind::CopyingChanged);
        event.details.because =
            if copying { "everyone with access can copy it" } else { "only owners can copy it" }.to_owned();
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// Begins a change as the owner that they are inside it.
    async fn begin(self) -> Result<(Change, Self), Error> {
        let (change, account) = self.account().change().await?;
        let owner = account.owner()?;
        Ok((change, owner))
    }
}

fn field_event(account: &VisibleAccount, name: &str) -> Event {
    let mut event = account.event(EventKind::FieldChanged);
    event.details.because = name.to_owned();
    event
}

pub(super) async fn field_on(
    connection: &impl ConnectionTrait,
    account: &VisibleAccount,
    field: CustomFieldId,
) -> Result<custom_field::Model, Error> {
    let row = custom_field::Entity::find_by_id(field)
        .filter(custom_field::COLUMN.account_id.eq(account.id()))
        .one(connection)
        .await?;
    row.ok_or_else(|| AppError::NotFound.into())
}

/// The latest password that there was, also when it was taken away since and is kept among the earlier ones.
async fn latest_password(change: &Change, account: &VisibleAccount) -> Result<Option<Secret>, Error> {
    let transaction = change.transaction();
    let row = credential::Entity::find()
        .filter(credential::COLUMN.account_id.eq(account.id()))
        .filter(credential::COLUMN.field.eq(PASSWORD))
        .filter(credential::COLUMN.sealed.is_not_null())
        .order_by_desc(credential::COLUMN.version)
        .one(transaction)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let latest = Latest { field: row.field, version: row.version, sealed: row.sealed };
    let key = change.services().vault().data_key(transaction, account.host(), account.id()).await?;
    latest.open(key.as_ref())
}

/// Nobody replaces unseen what another owner has stored.
async fn same_version(change: &Change, account: &VisibleAccount, seen: i32) -> Result<(), Error> {
    let version = latest_of(change.transaction(), account.id(), PASSWORD).await?.version;
    if version == seen { Ok(()) } else { Err(AppError::invalid("form", STORED_MEANWHILE).into()) }
}

async fn remove(change: Change, account: &VisibleAccount, field: &str, event: Event) -> Result<(), Error> {
    if latest_of(change.transaction(), account.id(), field).await?.sealed.is_none() {
        return Err(AppError::NotFound.into());
    }
    keep(&change, account, field, None).await?;
    change.commit(vec![event]).await
}
