//! The vault of a database of the tests, for tests of any crate that can reach `services`.
#![allow(dead_code, unreachable_pub, reason = "shared by several test programs, none of which needs everything")]
#![allow(clippy::unwrap_used, reason = "a test may break off")]

use domain::Moment;
use domain::secret::Secret;
use services::Database;
use services::vault::{KeySource, Vault};

/// The key of every database of the tests.
pub const KEY: &str = "latchkey-key-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// Opens the vault of a migrated database.
pub async fn vault_of(database: &Database) -> Vault {
    Vault::open(database, KeySource::Value(Secret::new(KEY)), Moment::UNIX_EPOCH).await.unwrap()
}
