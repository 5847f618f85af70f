//! Rotating the key-encryption key, while servers run.
//!
//! Three steps, each of which can be repeated: the new key becomes the current one, and the one before it *leaves*; whatever is
//! sealed with a key that leaves is sealed anew, some at a time; when nothing is left, it is *retired*. From the first step on
//! nothing more is sealed with the old key ([`super::Vault::current_key`] looks it up under a lock), and a server that does not
//! know the new one yet reads the keys again. Killed anywhere, everything can be read, and the next run goes on.

use super::envelope::{Key, Place, key_of};
use super::key::{self, KeyRing};
use super::{
    Broken, KeyError, KeySource, OpenError, VaultError, place_of_data_key, place_of_installation_secret, row_of, state,
};
use crate::database::statement;
use crate::entity::{data_key, installation_secret, vault_key};
use crate::{Error, Services};
use domain::{AccountId, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};

/// Data keys sealed anew in one transaction.
const AT_ONCE: u64 = 200;

/// What a rotation has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The id of the key that seals now.
    pub current: String,
    /// How many data keys and secrets of the installation were sealed anew.
    pub sealed_anew: u64,
}

/// Something that is sealed with a key that leaves.
#[derive(Debug, FromQueryResult)]
struct SealedDataKey {
    account_id: AccountId,
    workspace_id: WorkspaceId,
    sealed: Vec<u8>,
}

impl Services {
    /// Rotates the key-encryption key: to a new one in the key file, or to the one that the operator has put first. An
    /// unfinished rotation is gone on with, and no new key is made. `progress` is told how many were sealed anew.
    ///
    /// # Errors
    ///
    /// [`OpenError::Key`] with a sentence for the operator.
    pub async fn rotate_keys(&self, progress: impl Fn(u64) + Send + Sync) -> Result<Rotated, OpenError> {
        let vault = self.vault();
        let source = vault.inner.source.as_ref().ok_or(Error::from(VaultError::Closed))?;
        let ring = source.read().await?.ok_or_else(|| KeyError::Empty(source.name()))?;
        let known = vault_key::Entity::find().all(self.database().write()).await.map_err(Error::from)?;
        let current = known.iter().find(|key| key.state == state::CURRENT).map(|key| key.id.clone());
        let unfinished = known.iter().any(|key| key.state == state::LEAVING);
        let ring = if current.as_ref() != Some(&ring.first().id().to_string()) || unfinished {
            ring
        } else {
            match source {
                KeySource::File(path) => key::put_new_first(path)?,
                other => return Err(KeyError::NoNewKey(other.name()).into()),
            }
        };
        vault.keep(ring.clone());
        let new = ring.first();
        self.make_current(new).await?;
        let mut sealed_anew = self.seal_installation_secrets_anew(&ring).await?;
        while let some @ 1.. = self.seal_data_keys_anew(&ring).await? {
            sealed_anew += some;
            progress(sealed_anew);
        }
        vault_key::Entity::update_many()
            .col_expr(vault_key::Column::State, Expr::value(state::RETIRED))
            .filter(vault_key::COLUMN.state.eq(state::LEAVING))
            .exec(self.database().write())
            .await
            .map_err(Error::from)?;
        Ok(Rotated { current: new.id().to_string(), sealed_anew })
    }

    /// From here on, this key seals.
    async fn make_current(&self, new: &Key) -> Result<(), Error> {
        let id = new.id().to_string();
        let change = self.change().await?;
        let transaction = change.transaction();
        vault_key::Entity::update_many()
            .col_expr(vault_key::Column::State, Expr::value(state::LEAVING))
            .filter(vault_key::COLUMN.state.eq(state::CURRENT))
            .filter(vault_key::COLUMN.id.ne(id.as_str()))
            .exec(transaction)
            .await?;
        // A key that was retired can come back.
        let back = vault_key::Entity::update_many()
            .col_expr(vault_key::Column::State, Expr::value(state::CURRENT))
            .filter(vault_key::COLUMN.id.eq(id.as_str()))
            .exec(transaction)
            .await?;
        if back.rows_affected == 0 {
            row_of(new, state::CURRENT, change.now()).insert(transaction).await?;
        }
        change.commit(Vec::new()).await
    }

    /// Seals some data keys anew that are sealed with a key that leaves. Returns how many.
    async fn seal_data_keys_anew(&self, ring: &KeyRing) -> Result<u64, Error> {
        let new = ring.first();
        let change = self.change().await?;
        let transaction = change.transaction();
        let lock = if change.locks_rows() { "FOR UPDATE OF d" } else { "" };
        let sql = format!(
            "SELECT d.account_id, a.workspace_id, d.sealed
             FROM data_key d JOIN account a ON a.id = d.account_id
             WHERE d.vault_key_id IN (SELECT id FROM vault_key WHERE state = '{}')
             ORDER BY d.account_id LIMIT {AT_ONCE} {lock}",
            state::LEAVING
        );
        let rows = SealedDataKey::find_by_statement(statement(transaction, &sql, [])).all(transaction).await?;
        for row in &rows {
            let place = place_of_data_key(row.workspace_id, row.account_id);
            data_key::Entity::update_many()
                .col_expr(data_key::Column::Sealed, Expr::value(anew(ring, new, &place, &row.sealed)?))
                .col_expr(data_key::Column::VaultKeyId, Expr::value(new.id().to_string()))
                .filter(data_key::COLUMN.account_id.eq(row.account_id))
                .exec(transaction)
                .await?;
        }
        change.commit(Vec::new()).await?;
        Ok(rows.len() as u64)
    }

    /// There are a handful of these.
    async fn seal_installation_secrets_anew(&self, ring: &KeyRing) -> Result<u64, Error> {
        let new = ring.first();
        let change = self.change().await?;
        let transaction = change.transaction();
        let mut find = installation_secret::Entity::find()
            .filter(installation_secret::COLUMN.vault_key_id.ne(new.id().to_string()));
        if change.locks_rows() {
            find = find.lock_exclusive();
        }
        let rows = find.all(transaction).await?;
        for row in &rows {
            let place = place_of_installation_secret(&row.name);
            installation_secret::Entity::update_many()
                .col_expr(installation_secret::Column::Sealed, Expr::value(anew(ring, new, &place, &row.sealed)?))
                .col_expr(installation_secret::Column::VaultKeyId, Expr::value(new.id().to_string()))
                .filter(installation_secret::COLUMN.name.eq(row.name.as_str()))
                .exec(transaction)
                .await?;
        }
        change.commit(Vec::new()).await?;
        Ok(rows.len() as u64)
    }
}

/// The same secret, sealed with the new key.
fn anew(ring: &KeyRing, new: &Key, place: &Place, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let id = key_of(sealed).ok_or(Broken)?;
    let old = ring.get(id).ok_or_else(|| VaultError::NoKey(id.to_string()))?;
    Ok(new.seal(place, &old.open(place, sealed)?))
}
