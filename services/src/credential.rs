//! Credentials: what is kept of an account's secrets, and the acts of its owners on them.
//!
//! A field is a word (`password`, `one_time_code`, `note`) or the id of a custom field. Of a password ten versions are kept; of
//! everything else the latest. A version without a value was taken away, or is too old to be kept: that it was there stays
//! known, for exposure.

mod exposure;
mod generator;
mod one_time_code;
mod reveal;
mod rotation;
mod store;

pub(crate) use rotation::{open_tasks, sentence as to_change};

use crate::account::{AccountOwner, VisibleAccount, lock};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{account, credential, custom_field, data_key};
use crate::vault::{DataKey, KeyToSeal};
use crate::{Ctx, Error, Services};
use domain::credential::{
    CredentialView, CustomFieldKind, CustomFieldView, KeptView, NewSecrets, PASSWORDS_KEPT, PasswordHistoryView,
    SecretsView, account_password,
};
use domain::secret::Secret;
use domain::{AccountId, CustomFieldId, MemberId, Moment, Problem, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect,
};

/// The password's field.
pub(crate) const PASSWORD: &str = "password";
/// The field of the secret that one-time codes are made of.
pub(crate) const ONE_TIME_CODE: &str = "one_time_code";
/// The note's field.
pub(crate) const NOTE: &str = "note";
/// What a reveal of the user name is called. It is no secret, and stands in the open.
const USERNAME: &str = "username";

fn field_of(field: CustomFieldId) -> String {
    field.0.to_string()
}

/// The latest version of a field.
#[derive(Debug, FromQueryResult)]
struct Latest {
    field: String,
    version: i32,
    sealed: Option<Vec<u8>>,
}

impl Latest {
    /// What is kept, if anything is.
    fn open(&self, key: Option<&DataKey>) -> Result<Option<Secret>, Error> {
        match (&self.sealed, key) {
            (Some(sealed), Some(key)) => Ok(Some(key.open(&self.field, self.version, sealed)?)),
            _ => Ok(None),
        }
    }
}

/// The latest version of each field of an account.
async fn latest(connection: &impl ConnectionTrait, account: AccountId) -> Result<Vec<Latest>, Error> {
    let sql = "SELECT c.field, c.version, c.sealed FROM credential c
               WHERE c.account_id = $1 AND NOT EXISTS (
                   SELECT 1 FROM credential later
                   WHERE later.account_id = c.account_id AND later.field = c.field AND later.version > c.version)";
    Ok(Latest::find_by_statement(statement(connection, sql, [account.into()])).all(connection).await?)
}

/// The latest version of one field; 0 and nothing when there never was one.
async fn latest_of(connection: &impl ConnectionTrait, account: AccountId, field: &str) -> Result<Latest, Error> {
    let row = credential::Entity::find()
        .filter(credential::COLUMN.account_id.eq(account))
        .filter(credential::COLUMN.field.eq(field))
        .order_by_desc(credential::COLUMN.version)
        .one(connection)
        .await?;
    Ok(match row {
        Some(row) => Latest { field: row.field, version: row.version, sealed: row.sealed },
        None => Latest { field: field.to_owned(), version: 0, sealed: None },
    })
}

/// Keeps the next version of a field; without a secret it is taken away. Nobody else is at the account. Returns the version.
async fn keep(change: &Change, account: &VisibleAccount, field: &str, secret: Option<&Secret>) -> Result<i32, Error> {
    let transaction = change.transaction();
    let version = latest_of(transaction, account.id(), field).await?.version + 1;
    let sealed = match secret {
        Some(secret) => {
            let vault = change.services().vault();
            let key = vault.data_key_to_seal(change, account.host(), account.id()).await?;
            Some(key.seal(field, version, secret))
        }
        None => None,
    };
    let row = credential::ActiveModel {
        account_id: Set(account.id()),
        field: Set(field.to_owned()),
        version: Set(version),
        removed: Set(sealed.is_none()),
        sealed: Set(sealed),
        set_by: Set(Some(account.ctx().member())),
        set_at: Set(change.now()),
    };
    row.insert(transaction).await?;
    if field == PASSWORD {
        // That it was there stays known; what it was does not.
        let sql = format!(
            "UPDATE credential SET sealed = NULL
             WHERE account_id = $1 AND field = $2 AND sealed IS NOT NULL AND version <= COALESCE((
                 SELECT c.version FROM credential c
                 WHERE c.account_id = $1 AND c.field = $2 AND c.sealed IS NOT NULL
                 ORDER BY c.version DESC LIMIT 1 OFFSET {PASSWORDS_KEPT}), 0)"
        );
        transaction.execute_raw(statement(transaction, &sql, [account.id().into(), field.into()])).await?;
    } else {
        credential::Entity::delete_many()
            .filter(credential::COLUMN.account_id.eq(account.id()))
            .filter(credential::COLUMN.field.eq(field))
            .filter(credential::COLUMN.version.lt(version))
            .exec(transaction)
            .await?;
    }
    Ok(version)
}

/// Keeps the note of an account, when it is another one than before.
pub(crate) async fn keep_note(change: &Change, account: &VisibleAccount, note: &str) -> Result<(), Error> {
    let secret = Secret::new(note);
    keep(change, account, NOTE, Some(&secret).filter(|note| !note.is_empty())).await?;
    Ok(())
}

/// What is typed about a new account's secrets, as it is kept.
///
/// # Errors
///
/// Every [`Problem`], on `password` and `one_time_code`.
pub(crate) fn checked(typed: &NewSecrets) -> Result<NewSecrets, Vec<Problem>> {
    let password = if typed.password.is_empty() { Ok(()) } else { account_password(&typed.password) };
    let code = if typed.one_time_code.expose().trim().is_empty() {
        Ok(Secret::default())
    } else {
        one_time_code::read("one_time_code", &typed.one_time_code)
    };
    match (password, code) {
        (Ok(()), Ok(one_time_code)) => Ok(NewSecrets { password: typed.password.clone(), one_time_code }),
        (password, code) => Err(password.err().into_iter().chain(code.err()).collect()),
    }
}

/// Seals what is known of new accounts, and writes it.
pub(crate) struct Sealer {
    /// Asked for with the first secret.
    key: Option<KeyToSeal>,
    by: Option<MemberId>,
    now: Moment,
    keys: Vec<data_key::ActiveModel>,
    rows: Vec<credential::ActiveModel>,
}

impl Sealer {
    /// For accounts that are made in this change.
    pub(crate) fn begin(change: &Change, by: Option<MemberId>) -> Self {
        Self { key: None, by, now: change.now(), keys: Vec::new(), rows: Vec::new() }
    }

    /// Seals the secrets of an account that has none yet.
    pub(crate) async fn seal(
        &mut self,
        change: &Change,
        workspace: WorkspaceId,
        account: AccountId,
        note: &str,
        secrets: &NewSecrets,
    ) -> Result<(), Error> {
        let note = Secret::new(note);
        let fields = [(NOTE, &note), (PASSWORD, &secrets.password), (ONE_TIME_CODE, &secrets.one_time_code)];
        if fields.iter().all(|(_, secret)| secret.is_empty()) {
            return Ok(());
        }
        let current = match self.key.take() {
            Some(current) => current,
            None => change.services().vault().key_to_seal(change).await?,
        };
        let (row, key) = self.key.insert(current).new_data_key(workspace, account)?;
        self.keys.push(row);
        for (field, secret) in fields.into_iter().filter(|(_, secret)| !secret.is_empty()) {
            self.rows.push(credential::ActiveModel {
                account_id: Set(account),
                field: Set(field.to_owned()),
                version: Set(1),
                sealed: Set(Some(key.seal(field, 1, secret))),
                removed: Set(false),
                set_by: Set(self.by),
                set_at: Set(self.now),
            });
        }
        Ok(())
    }

    /// Writes what was sealed.
    pub(crate) async fn write(self, change: &Change) -> Result<(), Error> {
        /// Rows in one statement: SQLite takes 32,766 values.
        const AT_ONCE: usize = 1_000;
        for keys in self.keys.chunks(AT_ONCE) {
            data_key::Entity::insert_many(keys.to_vec()).exec_without_returning(change.transaction()).await?;
        }
        for rows in self.rows.chunks(AT_ONCE) {
            credential::Entity::insert_many(rows.to_vec()).exec_without_returning(change.transaction()).await?;
        }
        Ok(())
    }
}

impl Services {
    /// Takes into the vault what was kept in the open before there was one: notes, and the secrets of members' own one-time
    /// codes. Returns how many there were.
    ///
    /// # Errors
    ///
    /// [`Error::Database`], [`Error::Vault`].
    pub async fn take_in_open_secrets(&self) -> Result<u64, Error> {
        Ok(self.take_in_notes().await? + self.take_in_secrets_of_codes().await?)
    }

    async fn take_in_notes(&self) -> Result<u64, Error> {
        /// Notes looked for in one go.
        const AT_ONCE: u64 = 200;
        let mut taken = 0;
        loop {
            let open = account::Entity::find()
                .filter(account::COLUMN.open_note.ne(""))
                .limit(AT_ONCE)
                .all(self.database().write())
                .await?;
            if open.is_empty() {
                return Ok(taken);
            }
            for row in open {
                let change = self.change().await?;
                lock(&change, row.id).await?;
                let emptied = account::Entity::update_many()
                    .col_expr(account::Column::OpenNote, Expr::value(""))
                    .filter(account::COLUMN.id.eq(row.id))
                    .filter(account::COLUMN.open_note.ne(""))
                    .exec(change.transaction())
                    .await?;
                // Another server may have been first.
                if emptied.rows_affected > 0 {
                    let mut sealer = Sealer::begin(&change, row.added_by);
                    sealer.seal(&change, row.workspace_id, row.id, &row.open_note, &NewSecrets::default()).await?;
                    sealer.write(&change).await?;
                    taken += 1;
                }
                change.commit(Vec::new()).await?;
            }
        }
    }
}

/// Everything of a deleted account that was sealed, and its key, is gone for good.
pub(crate) async fn forget(change: &Change, account: AccountId) -> Result<(), Error> {
    let transaction = change.transaction();
    credential::Entity::update_many()
        .col_expr(credential::Column::Sealed, Expr::value(None::<Vec<u8>>))
        .filter(credential::COLUMN.account_id.eq(account))
        .exec(transaction)
        .await?;
    custom_field::Entity::delete_many().filter(custom_field::COLUMN.account_id.eq(account)).exec(transaction).await?;
    data_key::Entity::delete_by_id(account).exec(transaction).await?;
    Ok(())
}

/// The fields of an account that stand open for whoever has access, and which others there are.
struct Opened {
    key: Option<DataKey>,
    latest: Vec<Latest>,
    fields: Vec<custom_field::Model>,
}

impl Opened {
    async fn of(ctx: &Ctx, connection: &impl ConnectionTrait, account: &VisibleAccount) -> Result<Self, Error> {
        let latest = latest(connection, account.id()).await?;
        let vault = ctx.services.vault();
        let key = match latest.iter().any(|latest| latest.sealed.is_some()) {
            true => vault.data_key(connection, account.host(), account.id()).await?,
            false => None,
        };
        let fields = custom_field::Entity::find()
            .filter(custom_field::COLUMN.account_id.eq(account.id()))
            .order_by_asc(custom_field::COLUMN.position)
            .order_by_asc(custom_field::COLUMN.id)
            .all(connection)
            .await?;
        Ok(Self { key, latest, fields })
    }

    fn has(&self, field: &str) -> bool {
        self.latest.iter().any(|latest| latest.field == field && latest.sealed.is_some())
    }

    fn text(&self, field: &str) -> Result<String, Error> {
        let latest = self.latest.iter().find(|latest| latest.field == field);
        let opened = latest.map_or(Ok(None), |latest| latest.open(self.key.as_ref()))?;
        Ok(opened.map_or_else(String::new, |secret| secret.expose().to_owned()))
    }

    fn custom_fields(&self) -> Result<Vec<CustomFieldView>, Error> {
        let view = |field: &custom_field::Model| {
            let hidden = field.kind == CustomFieldKind::Hidden;
            let value = if hidden { None } else { Some(self.text(&field_of(field.id))?) };
            Ok(CustomFieldView { field: field.id, name: field.name.clone(), kind: field.kind, value })
        };
        self.fields.iter().map(view).collect()
    }
}

impl VisibleAccount {
    /// What a member with access reads of the account's secrets.
    pub(crate) async fn credential(&self) -> Result<CredentialView, Error> {
        let opened = Opened::of(self.ctx(), self.ctx().reader(), self).await?;
        let owner = self.is_owner();
        Ok(CredentialView {
            note: opened.text(NOTE)?,
            fields: opened.custom_fields()?,
            has_password: opened.has(PASSWORD),
            may_copy_password: owner || self.copying(),
            may_show_password: owner,
            has_code: opened.has(ONE_TIME_CODE),
            confirmed: self.ctx().recently_confirmed().is_ok(),
        })
    }
}

/// The note of an account.
pub(crate) async fn note_of(
    ctx: &Ctx,
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: AccountId,
) -> Result<String, Error> {
    let latest = latest_of(connection, account, NOTE).await?;
    if latest.sealed.is_none() {
        return Ok(String::new());
    }
    let key = ctx.services.vault().data_key(connection, workspace, account).await?;
    Ok(latest.open(key.as_ref())?.map_or_else(String::new, |note| note.expose().to_owned()))
}

#[derive(Debug, FromQueryResult)]
struct KeptRow {
    version: i32,
    set_at: Moment,
    set_by: Option<String>,
    kept: bool,
    removed: bool,
}

impl KeptRow {
    fn view(self) -> KeptView {
        KeptView {
            version: self.version,
            set_at: self.set_at,
            set_by: self.set_by.unwrap_or_else(|| "the demo".to_owned()),
        }
    }
}

/// Versions of a password that are looked through for the ten that are kept: a removal is one, too.
const MOST_VERSIONS: usize = 4 * PASSWORDS_KEPT;

/// The versions of a field, the latest first.
async fn versions(
    connection: &impl ConnectionTrait,
    account: AccountId,
    field: &str,
    limit: usize,
) -> Result<Vec<KeptRow>, Error> {
    let sql = format!(
        r#"SELECT c.version, c.set_at, u.name AS set_by, c.sealed IS NOT NULL AS kept, c.removed
           FROM credential c
           LEFT JOIN member m ON m.id = c.set_by
           LEFT JOIN "user" u ON u.id = m.user_id
           WHERE c.account_id = $1 AND c.field = $2
           ORDER BY c.version DESC LIMIT {limit}"#
    );
    let values = [account.into(), field.into()];
    Ok(KeptRow::find_by_statement(statement(connection, &sql, values)).all(connection).await?)
}

impl AccountOwner {
    /// The Secrets tab.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn secrets(&self) -> Result<SecretsView, Error> {
        let account = self.account();
        let (ctx, reader) = (account.ctx(), account.ctx().reader());
        let opened = Opened::of(ctx, reader, account).await?;
        let mut passwords = versions(reader, account.id(), PASSWORD, MOST_VERSIONS).await?.into_iter();
        let first = passwords.next();
        let mut code = versions(reader, account.id(), ONE_TIME_CODE, 1).await?.into_iter();
        Ok(SecretsView {
            header: account.header(),
            password_version: first.as_ref().map_or(0, |row| row.version),
            password: first.filter(|row| row.kept).map(KeptRow::view),
            earlier_passwords: u32::try_from(passwords.filter(|row| row.kept).count()).unwrap_or(u32::MAX),
            one_time_code: code.next().filter(|row| row.kept).map(KeptRow::view),
            fields: opened.custom_fields()?,
            copying: account.copying(),
            rotation: rotation::task_of(reader, account).await?,
            confirmed: ctx.recently_confirmed().is_ok(),
        })
    }

    /// The passwords that are kept, the latest first.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn password_history(&self) -> Result<PasswordHistoryView, Error> {
        let account = self.account();
        let passwords = versions(account.ctx().reader(), account.id(), PASSWORD, MOST_VERSIONS).await?;
        Ok(PasswordHistoryView {
            header: account.header(),
            passwords: passwords.into_iter().filter(|row| row.kept).map(KeptRow::view).collect(),
            confirmed: account.ctx().recently_confirmed().is_ok(),
        })
    }
}
