//! Passwords: hashed with Argon2id, off the async threads, a few at a time.

mod own;

pub use own::Forgotten;

use crate::Error;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::AppError;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory in KiB, passes and lanes that the OWASP Password Storage Cheat Sheet recommends for Argon2id.
const PARAMETERS: (u32, u32, u32) = (19_456, 2, 1);
/// What an unknown address is compared with, so that it takes as long as a known one: no password has all zeros.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Hashes computed at a time: one core stays free for everything else on the smallest machine with two.
const AT_A_TIME: usize = 1;
/// Sign-ins that may wait for their turn, some two seconds' worth. Further ones are told to try again.
const WAITING: usize = 64;
/// Longer ones are refused before they cost anything.
pub(crate) const LONGEST: usize = domain::text::LONGEST_PASSWORD;

/// Lets only so many passwords be hashed at a time, and only so many wait.
#[derive(Debug)]
pub(crate) struct Gate {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// Somebody's place at the [`Gate`], free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Place(#[expect(dead_code, reason = "it is held, not looked at")] OwnedSemaphorePermit);

impl Default for Gate {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_A_TIME)), places: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Gate {
    /// A place among those who wait.
    ///
    /// # Errors
    ///
    /// [`AppError::Unavailable`] when there is none left.
    pub(crate) fn place(&self) -> Result<Place, Error> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| AppError::Unavailable)?;
        Ok(Place(place))
    }

    /// Hashes a password, in PHC string format.
    pub(crate) async fn hash(&self, place: Place, password: String) -> Result<String, Error> {
        self.at_its_turn(place, move || hash(&password)).await
    }

    /// Hashes each of some secrets with one salt: among many with the same salt, one hash finds the right one.
    pub(crate) async fn derive(&self, place: Place, secrets: Vec<String>, salt: String) -> Result<Vec<String>, Error> {
        self.at_its_turn(place, move || derive(&secrets, &salt)).await
    }

    /// Whether `password` is the one that was hashed. Without a hash it takes as long, and is not.
    pub(crate) async fn verify(&self, place: Place, password: String, hash: Option<String>) -> Result<bool, Error> {
        self.at_its_turn(place, move || verify(&password, hash.as_deref())).await
    }

    /// Runs what takes long, off the async threads, when it is its turn.
    async fn at_its_turn<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _place = place;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| AppError::Unavailable)?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await?
    }
}

/// Hashes each of some secrets with one salt, in base 64.
fn derive(secrets: &[String], salt: &str) -> Result<Vec<String>, Error> {
    let hash = |secret: &String| {
        let mut bytes = [0; 32];
        argon2()
            .hash_password_into(secret.as_bytes(), salt.as_bytes(), &mut bytes)
            .map_err(|error| Error::Password(error.to_string()))?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    };
    secrets.iter().map(hash).collect()
}

/// Hashes a password, in PHC string format. Takes tens of milliseconds: not to be called on an async thread.
///
/// # Errors
///
/// [`Error::Password`] when the operating system gives no randomness for the salt.
pub fn hash(password: &str) -> Result<String, Error> {
    let hash = argon2().hash_password(password.as_bytes()).map_err(|error| Error::Password(error.to_string()))?;
    Ok(hash.to_string())
}

fn verify(password: &str, stored: Option<&str>) -> Result<bool, Error> {
    let known = stored.is_some();
    let stored = PasswordHash::new(stored.unwrap_or(NOBODYS)).map_err(|error| Error::Password(error.to_string()))?;
    Ok(argon2().verify_password(password.as_bytes(), &stored).is_ok() && known)
}

fn argon2() -> Argon2<'static> {
    let (memory, passes, lanes) = PARAMETERS;
    let parameters = Params::new(memory, passes, lanes, None).expect("OWASP's parameters are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let stored = hash("correct horse").expect("hashed");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(stored.len(), NOBODYS.len(), "nobody's costs as much");
        assert!(verify("correct horse", Some(&stored)).expect("verified"));
        assert!(!verify("correct house", Some(&stored)).expect("verified"));
    }

    #[test]
    fn nobody_has_no_password() {
        for password in ["", "nobody has this password"] {
            assert!(!verify(password, None).expect("verified"));
            assert!(!verify(password, Some(NOBODYS)).expect("verified"));
        }
    }

    #[test]
    fn a_flood_is_told_to_come_back() {
        let gate = Gate::default();
        let _places: Vec<Place> = (0..WAITING).map(|_| gate.place().expect("a place")).collect();
        assert!(matches!(gate.place(), Err(Error::App(AppError::Unavailable))));
    }
}
