//! The vault: nothing else touches keys.
//!
//! Each account has a *data key* of its own, which seals its secrets. Data keys are sealed by a *key-encryption key*, which is
//! kept outside the database: in a file, in a variable, or with whatever a command asks. The database knows of a
//! key-encryption key only its id, and a proof by which the right one is told from a wrong one.
//!
//! Invariants: a secret is bound to its workspace, account, field and version (`envelope`); what seals is always the key
//! that the database calls current, looked up under a lock in the same transaction, so that rotating keys
//! (`rotation`) misses nothing.

mod envelope;
mod key;
mod rotation;

pub use envelope::Broken;
pub use key::{KeyError, KeySource, new_key};
pub use rotation::Rotated;

use crate::context::Change;
use crate::database::{Database, statement};
use crate::entity::{data_key, installation_secret, vault_key};
use crate::{Error, chain};
use domain::secret::Secret;
use domain::{AccountId, Moment, WorkspaceId};
use envelope::{Key, KeyId, Place, key_of};
use key::KeyRing;
use rand::RngCore;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, FromQueryResult, SqlErr};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// What a proof is of: whoever can open it has the key.
const PROOF: &[u8] = b"this is the key";

/// Where a key-encryption key stands.
mod state {
    /// It seals.
    pub(super) const CURRENT: &str = "current";
    /// Something is still sealed with it, and is being sealed anew.
    pub(super) const LEAVING: &str = "leaving";
    /// Nothing in the database is sealed with it any more.
    pub(super) const RETIRED: &str = "retired";
}

/// Why a secret cannot be sealed or opened. Never says anything of it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// This command runs without keys.
    #[error("the vault is closed: this command has no key")]
    Closed,
    /// The key that something was sealed with is not among those there are.
    #[error("the key {0} is not there")]
    NoKey(String),
    /// What is stored is not what was sealed there.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The keys cannot be read any more.
    #[error("the keys cannot be read")]
    Keys(#[from] KeyError),
    /// A stored secret is no text.
    #[error("a stored secret is no text")]
    NoText,
}

/// Why the vault does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operator can do something about it.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Something else went wrong.
    #[error(transparent)]
    Other(#[from] Error),
}

/// The keys, and where they come from. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    source: Option<KeySource>,
    ring: RwLock<Option<Arc<KeyRing>>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// The key of one account. It seals and opens that account's secrets and no others.
#[derive(Debug)]
pub(crate) struct DataKey {
    workspace: WorkspaceId,
    account: AccountId,
    key: Key,
}

impl DataKey {
    /// A field's place. The version belongs to it: an earlier secret cannot take the place of a later one.
    fn place(&self, field: &str, version: i32) -> Place {
        let (workspace, account) = (self.workspace.0.as_bytes(), self.account.0.as_bytes());
        Place::of(&[b"latchkey credential", workspace, account, field.as_bytes(), &version.to_be_bytes()])
    }

    /// Seals a version of a field.
    pub(crate) fn seal(&self, field: &str, version: i32, secret: &Secret) -> Vec<u8> {
        self.key.seal(&self.place(field, version), secret.expose().as_bytes())
    }

    /// Opens a version of a field.
    ///
    /// # Errors
    ///
    /// [`VaultError::Broken`] when it was altered, or stood elsewhere.
    pub(crate) fn open(&self, field: &str, version: i32, sealed: &[u8]) -> Result<Secret, Error> {
        let plain = self.key.open(&self.place(field, version), sealed).map_err(VaultError::from)?;
        let text = str::from_utf8(&plain).map_err(|_| VaultError::NoText)?;
        Ok(Secret::new(text))
    }
}

/// The key-encryption key that seals, for as long as a change lasts.
#[derive(Debug)]
pub(crate) struct KeyToSeal(Key);

impl KeyToSeal {
    /// A data key for an account that has none, and the row that keeps it.
    pub(crate) fn new_data_key(
        &self,
        workspace: WorkspaceId,
        account: AccountId,
    ) -> Result<(data_key::ActiveModel, DataKey), Error> {
        let mut plain = Zeroizing::new([0; 48]);
        rand::rng().fill_bytes(plain.as_mut_slice());
        let row = data_key::ActiveModel {
            account_id: Set(account),
            vault_key_id: Set(self.0.id().to_string()),
            sealed: Set(self.0.seal(&place_of_data_key(workspace, account), plain.as_slice())),
        };
        Ok((row, DataKey { workspace, account, key: unpack(plain.as_slice())? }))
    }
}

fn place_of_data_key(workspace: WorkspaceId, account: AccountId) -> Place {
    Place::of(&[b"latchkey data key", workspace.0.as_bytes(), account.0.as_bytes()])
}

fn place_of_installation_secret(name: &str) -> Place {
    Place::of(&[b"latchkey installation", name.as_bytes()])
}

fn place_of_proof() -> Place {
    Place::of(&[b"latchkey key proof"])
}

/// A data key as it is sealed: the id that its envelopes bear, and its bits.
fn unpack(plain: &[u8]) -> Result<Key, VaultError> {
    let (id, bytes) = plain.split_first_chunk::<16>().ok_or(Broken)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| Broken)?;
    Ok(Key::new(KeyId(*id), Zeroizing::new(bytes)))
}

impl Vault {
    /// Opens the vault of a migrated database: reads the keys, and looks whether they are the right ones. On a database in
    /// which nothing is sealed yet, a key file that is not there is made.
    ///
    /// # Errors
    ///
    /// [`OpenError::Key`] with a sentence for the operator when a key is missing, wrong or unreadable.
    pub async fn open(database: &Database, source: KeySource, now: Moment) -> Result<Self, OpenError> {
        let connection = database.write();
        let known = vault_key::Entity::find().all(connection).await.map_err(Error::from)?;
        let in_use = known.iter().any(|key| key.state != state::RETIRED);
        let ring = match (source.read().await?, &source) {
            (Some(ring), _) => ring,
            (None, KeySource::File(path)) if in_use => {
                return Err(KeyError::Missing(path.display().to_string()).into());
            }
            (None, KeySource::File(path)) => {
                let ring = key::make_file(path)?;
                let file = path.display().to_string();
                tracing::warn!(
                    file,
                    "a key file was made: copy it to a safe place now. Without it, no password in this database can be read"
                );
                ring
            }
            (None, other) => return Err(KeyError::Empty(other.name()).into()),
        };
        if !in_use {
            register_first(connection, ring.first(), now).await?;
        }
        let known = vault_key::Entity::find().all(connection).await.map_err(Error::from)?;
        for key in known.iter().filter(|key| key.state != state::RETIRED) {
            let right = ring.get(id_of(&key.id).unwrap_or(KeyId([0; 16]))).is_some_and(|ours| {
                ours.open(&place_of_proof(), &key.proof).is_ok_and(|plain| plain.as_slice() == PROOF)
            });
            if !right {
                return Err(KeyError::Wrong { source_name: source.name(), id: key.id.clone() }.into());
            }
        }
        let ring = RwLock::new(Some(Arc::new(ring)));
        Ok(Self { inner: Arc::new(Inner { source: Some(source), ring }) })
    }

    /// A vault without keys, for commands that need none: whatever would open or seal a secret fails.
    pub fn closed() -> Self {
        Self { inner: Arc::new(Inner { source: None, ring: RwLock::new(None) }) }
    }

    fn ring(&self) -> Option<Arc<KeyRing>> {
        self.inner.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, ring: KeyRing) {
        *self.inner.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(ring));
    }

    /// A key-encryption key. One that is not known is looked for where the keys come from: somebody may have rotated them.
    async fn key(&self, id: KeyId) -> Result<Key, VaultError> {
        if let Some(key) = self.ring().as_ref().and_then(|ring| ring.get(id)) {
            return Ok(key.clone());
        }
        let source = self.inner.source.as_ref().ok_or(VaultError::Closed)?;
        let ring = source.read().await?.ok_or_else(|| VaultError::NoKey(id.to_string()))?;
        let found = ring.get(id).cloned();
        if found.is_some() {
            self.keep(ring);
        }
        found.ok_or_else(|| VaultError::NoKey(id.to_string()))
    }

    /// The key-encryption key that seals, which stays so until the change ends.
    async fn current_key(&self, change: &Change) -> Result<Key, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            id: String,
        }
        let transaction = change.transaction();
        let lock = if change.locks_rows() { "FOR SHARE" } else { "" };
        let sql = format!("SELECT id FROM vault_key WHERE state = '{}' {lock}", state::CURRENT);
        // Whoever waits for a rotation finds the key before it, which is no longer current: the next look finds the new one.
        for _ in 0..3 {
            if let Some(row) = Row::find_by_statement(statement(transaction, &sql, [])).one(transaction).await? {
                let id = id_of(&row.id).ok_or_else(|| VaultError::NoKey(row.id.clone()))?;
                return Ok(self.key(id).await?);
            }
        }
        Err(VaultError::NoKey("current".to_owned()).into())
    }

    /// The data key of an account that has one.
    pub(crate) async fn data_key(
        &self,
        connection: &impl ConnectionTrait,
        workspace: WorkspaceId,
        account: AccountId,
    ) -> Result<Option<DataKey>, Error> {
        match data_key::Entity::find_by_id(account).one(connection).await? {
            Some(row) => self.opened_data_key(workspace, account, &row.sealed).await.map(Some),
            None => Ok(None),
        }
    }

    /// A data key from its envelope.
    pub(crate) async fn opened_data_key(
        &self,
        workspace: WorkspaceId,
        account: AccountId,
        sealed: &[u8],
    ) -> Result<DataKey, Error> {
        let id = key_of(sealed).ok_or(VaultError::Broken(Broken))?;
        let key = self.key(id).await?;
        let plain = key.open(&place_of_data_key(workspace, account), sealed).map_err(VaultError::from)?;
        Ok(DataKey { workspace, account, key: unpack(&plain)? })
    }

    /// The data key of an account, made when it has none yet. Nobody else is at the account.
    pub(crate) async fn data_key_to_seal(
        &self,
        change: &Change,
        workspace: WorkspaceId,
        account: AccountId,
    ) -> Result<DataKey, Error> {
        let transaction = change.transaction();
        if let Some(key) = self.data_key(transaction, workspace, account).await? {
            return Ok(key);
        }
        let (row, key) = self.key_to_seal(change).await?.new_data_key(workspace, account)?;
        row.insert(transaction).await?;
        Ok(key)
    }

    /// What seals the data keys of new accounts, until the change ends.
    pub(crate) async fn key_to_seal(&self, change: &Change) -> Result<KeyToSeal, Error> {
        Ok(KeyToSeal(self.current_key(change).await?))
    }

    /// Keeps a secret that is no account's, such as what a member's own one-time codes are made of. One of this name must not be there yet.
    ///
    /// # Errors
    ///
    /// [`Error::Vault`] when the vault is closed.
    pub(crate) async fn keep_for_installation(&self, change: &Change, name: &str, plain: &[u8]) -> Result<(), Error> {
        let current = self.current_key(change).await?;
        let row = installation_secret::ActiveModel {
            name: Set(name.to_owned()),
            vault_key_id: Set(current.id().to_string()),
            sealed: Set(current.seal(&place_of_installation_secret(name), plain)),
        };
        row.insert(change.transaction()).await?;
        Ok(())
    }

    /// A secret that is no account's, if there is one of this name.
    ///
    /// # Errors
    ///
    /// [`Error::Vault`] when it cannot be opened.
    pub(crate) async fn of_installation(
        &self,
        connection: &impl ConnectionTrait,
        name: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let row = installation_secret::Entity::find_by_id(name.to_owned()).one(connection).await?;
        let Some(row) = row else { return Ok(None) };
        let key = self.key(key_of(&row.sealed).ok_or(VaultError::Broken(Broken))?).await?;
        Ok(Some(key.open(&place_of_installation_secret(name), &row.sealed).map_err(VaultError::from)?))
    }
}

/// Forgets a secret of the installation, if there is one of this name. It takes no key.
pub(crate) async fn forget_of_installation(connection: &impl ConnectionTrait, name: &str) -> Result<(), Error> {
    installation_secret::Entity::delete_by_id(name.to_owned()).exec(connection).await?;
    Ok(())
}

/// The id of a key as the database writes it.
fn id_of(written: &str) -> Option<KeyId> {
    let mut id = [0; 16];
    if written.len() != 32 || !written.is_ascii() {
        return None;
    }
    for (place, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&written[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(KeyId(id))
}

fn row_of(key: &Key, state: &str, now: Moment) -> vault_key::ActiveModel {
    vault_key::ActiveModel {
        id: Set(key.id().to_string()),
        proof: Set(key.seal(&place_of_proof(), PROOF)),
        state: Set(state.to_owned()),
        created_at: Set(now),
    }
}

/// Makes a key the one that seals, in a database that has none. Of two servers that start at once, one is first: whether the
/// other has the same key is looked at afterwards.
async fn register_first(connection: &impl ConnectionTrait, key: &Key, now: Moment) -> Result<(), Error> {
    match row_of(key, state::CURRENT, now).insert(connection).await {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            tracing::debug!(error = %chain(&error), "another server has made its key the current one");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{self, DemoSize};
    use crate::entity::{account, credential};
    use crate::{Services, Settings};
    use domain::workspace::Founding;
    use std::collections::HashMap;
    use uuid::Uuid;

    fn data_key(workspace: u128, account: u128) -> DataKey {
        let key = Key::new(KeyId([1; 16]), Zeroizing::new([1; 32]));
        DataKey {
            workspace: WorkspaceId(Uuid::from_u128(workspace)),
            account: AccountId(Uuid::from_u128(account)),
            key,
        }
    }

    #[test]
    fn a_secret_opens_only_where_it_was_kept() {
        let here = data_key(1, 2);
        let sealed = here.seal("password", 3, &Secret::new("hunter2"));
        assert_eq!(here.open("password", 3, &sealed).expect("it is as it was"), Secret::new("hunter2"));
        // The same key each time: it is the place that differs.
        assert!(here.open("note", 3, &sealed).is_err());
        assert!(here.open("password", 2, &sealed).is_err());
        assert!(data_key(9, 2).open("password", 3, &sealed).is_err());
        assert!(data_key(1, 9).open("password", 3, &sealed).is_err());
    }

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = KeyId(std::array::from_fn(|place| u8::try_from(place * 16).expect("small")));
        assert_eq!(id_of(&id.to_string()), Some(id));
        for wrong in ["", "00", "zz0102030405060708090a0b0c0d0e0f", "ü"] {
            assert_eq!(id_of(wrong), None, "{wrong}");
        }
    }

    /// Every envelope of the demo: each bit flipped, and each in the place of each other.
    #[tokio::test]
    async fn no_envelope_of_the_demo_can_be_altered_or_moved() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::connect(&format!("sqlite://{}", folder.path().join("demo.db").display())).await;
        let database = database.expect("a database");
        database.migrate().await.expect("tables");
        let key = KeySource::Value(new_key());
        let vault = Vault::open(&database, key, Moment::UNIX_EPOCH).await.expect("an open vault");
        let site_url = "https://latchkey.example".parse().expect("a URL");
        let settings = Settings::new(site_url, Founding::Operator);
        let services = Services::new(database.clone(), vault.clone(), settings);
        demo::fill(&services, DemoSize::default(), &|_| ()).await.expect("the demo");

        let accounts = account::Entity::find().all(database.read()).await.expect("accounts");
        let workspace_of: HashMap<_, _> = accounts.iter().map(|row| (row.id, row.workspace_id)).collect();
        let keys = data_key::Entity::find().all(database.read()).await.expect("data keys");
        let mut opened = HashMap::new();
        for row in &keys {
            let workspace = workspace_of[&row.account_id];
            let key = vault.opened_data_key(workspace, row.account_id, &row.sealed).await.expect("it is as it was");
            opened.insert(row.account_id, key);
            for bit in 0..row.sealed.len() * 8 {
                let mut altered = row.sealed.clone();
                altered[bit / 8] ^= 1 << (bit % 8);
                let refused = vault.opened_data_key(workspace, row.account_id, &altered).await;
                assert!(refused.is_err(), "bit {bit} of a data key");
            }
            for other in keys.iter().filter(|other| other.account_id != row.account_id) {
                let refused = vault.opened_data_key(workspace, row.account_id, &other.sealed).await;
                assert!(refused.is_err(), "the data key of another account");
            }
        }
        let secrets = credential::Entity::find().all(database.read()).await.expect("credentials");
        assert!(secrets.len() >= 14 + 5 + 5, "passwords, one-time codes and fields");
        for row in &secrets {
            let (key, sealed) = (&opened[&row.account_id], row.sealed.as_deref().expect("the demo takes nothing away"));
            key.open(&row.field, row.version, sealed).expect("it is as it was");
            for bit in 0..sealed.len() * 8 {
                let mut altered = sealed.to_vec();
                altered[bit / 8] ^= 1 << (bit % 8);
                assert!(key.open(&row.field, row.version, &altered).is_err(), "bit {bit} of {}", row.field);
            }
            for other in &secrets {
                let same = (other.account_id, &other.field) == (row.account_id, &row.field);
                let theirs = other.sealed.as_deref().expect("the demo takes nothing away");
                assert_eq!(key.open(&row.field, row.version, theirs).is_ok(), same, "{} there", other.field);
            }
            assert!(key.open(&row.field, row.version + 1, sealed).is_err(), "another version");
        }
    }

    #[test]
    fn a_vault_prints_no_key() {
        assert_eq!(format!("{:?}", Vault::closed()), "Vault");
        assert!(!format!("{:?}", data_key(1, 2)).contains("1, 1, 1"));
    }
}
