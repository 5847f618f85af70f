//! Passwords: hashed with Argon2id, off the async threads, a few at a time.

use crate::Error;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::AppError;
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// Memory in KiB, passes and lanes that the OWASP Password Storage Cheat Sheet recommends for Argon2id.
const PARAMETERS: (u32, u32, u32) = (19_456, 2, 1);
/// Hashes computed at a time: one core stays free for everything else on the smallest machine with two.
const AT_A_TIME: usize = 1;
/// Sign-ins that may wait for their turn, some two seconds' worth. Further ones are told to try again.
const WAITING: usize = 64;
/// Longer ones are refused before they cost anything.
pub(crate) const LONGEST: usize = 1_024;

/// Lets only so many passwords be hashed at a time, and only so many wait.
#[derive(Debug)]
pub(crate) struct Gate {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_A_TIME)), places: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Gate {
    /// Whether `password` is the one that was hashed. Without a hash it takes as long, and is not.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let _place = self.places.try_acquire().map_err(|_| AppError::Unavailable)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| AppError::Unavailable)?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            verify(&password, hash.as_deref())
        })
        .await?
    }
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
    /// What an unknown address is compared with, so that it takes as long as a known one.
    static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash("nobody has this password").ok());
    let known = stored.is_some();
    let Some(stored) = stored.or(NOBODYS.as_deref()) else {
        return Ok(false);
    };
    let stored = PasswordHash::new(stored).map_err(|error| Error::Password(error.to_string()))?;
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
        assert!(verify("correct horse", Some(&stored)).expect("verified"));
        assert!(!verify("correct house", Some(&stored)).expect("verified"));
    }

    #[test]
    fn nobody_has_no_password() {
        assert!(!verify("nobody has this password", None).expect("verified"));
    }

    #[tokio::test]
    async fn a_flood_is_told_to_come_back() {
        let gate = Gate::default();
        let _held = gate.turns.acquire().await.expect("open");
        let _places = gate.places.acquire_many(64).await.expect("open");
        let answer = gate.verify("x".to_owned(), None).await;
        assert!(matches!(answer, Err(Error::App(AppError::Unavailable))));
    }
}
