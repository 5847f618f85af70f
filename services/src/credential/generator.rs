//! Making passwords, and telling how strong one is.

use crate::{Ctx, Error};
use diceware_wordlists::EFF_LONG_WORDLIST;
use domain::credential::{GeneratedView, GeneratorForm, LONGEST_ACCOUNT_PASSWORD, PasswordStyle, Strength};
use domain::secret::Secret;
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};

const SMALL: &[u8] = b"abcdefghijkmnopqrstuvwxyz";
const CAPITALS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";
/// Those that sites rarely refuse, and that no shell or address takes for its own.
const SIGNS: &[u8] = b"!#%+-=?@_.:*";

/// Letters of a password that the estimator looks at: it takes long for long ones, which are strong anyway.
const LONGEST_LOOKED_AT: usize = 100;

impl Ctx {
    /// Makes a password. It is stored nowhere.
    ///
    /// # Errors
    ///
    /// [`domain::AppError::Invalid`] on `length` or `words`.
    pub fn generate_password(&self, form: &GeneratorForm) -> Result<GeneratedView, Error> {
        form.check()?;
        let password = generated(form, &mut rand::rng());
        let strength = strength_of(&password);
        Ok(GeneratedView { password, strength })
    }

    /// How strong a password is. It is stored nowhere.
    ///
    /// # Errors
    ///
    /// [`Error::Task`] when the program is stopping.
    pub async fn password_strength(&self, password: &Secret) -> Result<Strength, Error> {
        let password = password.clone();
        // Some milliseconds for a long one: no other request waits for it.
        Ok(tokio::task::spawn_blocking(move || strength_of(&password)).await?)
    }
}

/// A password as the form asks for. Each kind of characters that is asked for is in it at least once.
fn generated(form: &GeneratorForm, rng: &mut impl Rng) -> Secret {
    match form.style {
        PasswordStyle::Characters => {
            let kinds: Vec<&[u8]> =
                [(true, SMALL), (form.capitals, CAPITALS), (form.digits, DIGITS), (form.signs, SIGNS)]
                    .into_iter()
                    .filter_map(|(wanted, kind)| wanted.then_some(kind))
                    .collect();
            let all = kinds.concat();
            let mut draw = |kind: &[u8]| char::from(*kind.choose(rng).expect("no kind is empty"));
            let length = form.length as usize;
            let mut letters: Vec<char> = kinds.iter().map(|kind| draw(kind)).collect();
            letters.extend((kinds.len()..length).map(|_| draw(&all)));
            letters.shuffle(rng);
            Secret::new(letters.into_iter().collect::<String>())
        }
        PasswordStyle::Passphrase => {
            let words: Vec<&str> =
                (0..form.words).map(|_| *EFF_LONG_WORDLIST.choose(rng).expect("the list has words")).collect();
            Secret::new(words.join("-"))
        }
    }
}

/// How strong a password is, by the guesses that zxcvbn estimates.
fn strength_of(password: &Secret) -> Strength {
    if password.expose().len() > LONGEST_ACCOUNT_PASSWORD {
        return Strength { score: Strength::BEST, advice: None };
    }
    let start: String = password.expose().chars().take(LONGEST_LOOKED_AT).collect();
    let entropy = zxcvbn::zxcvbn(zeroize::Zeroizing::new(start).as_str(), &["latchkey"]);
    let advice = entropy.feedback().and_then(|feedback| match (feedback.warning(), feedback.suggestions().first()) {
        (Some(warning), _) => Some(warning.to_string()),
        (None, Some(suggestion)) => Some(suggestion.to_string()),
        (None, None) => None,
    });
    Strength { score: u8::from(entropy.score()), advice }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_password_has_what_was_asked_for() {
        let mut rng = rand::rng();
        for _ in 0..200 {
            let form = GeneratorForm { length: 8, ..GeneratorForm::default() };
            let password = generated(&form, &mut rng);
            let bytes = password.expose().as_bytes();
            assert_eq!(bytes.len(), 8);
            for kind in [SMALL, CAPITALS, DIGITS, SIGNS] {
                assert!(bytes.iter().any(|byte| kind.contains(byte)), "each kind is in it");
            }
            let plain = GeneratorForm { capitals: false, digits: false, signs: false, ..form };
            assert!(generated(&plain, &mut rng).expose().bytes().all(|byte| SMALL.contains(&byte)));
        }
    }

    #[test]
    fn a_passphrase_has_words_of_the_list() {
        let form = GeneratorForm { style: PasswordStyle::Passphrase, words: 12, ..GeneratorForm::default() };
        let phrase = generated(&form, &mut rand::rng());
        // A few words of the list have a hyphen of their own.
        assert!(phrase.expose().split('-').count() >= 12);
        assert_eq!(EFF_LONG_WORDLIST.len(), 7_776);
    }

    #[test]
    fn no_two_are_the_same_and_all_are_strong() {
        let mut seen = HashSet::new();
        for _ in 0..100 {
            for style in [PasswordStyle::Characters, PasswordStyle::Passphrase] {
                let password = generated(&GeneratorForm { style, ..GeneratorForm::default() }, &mut rand::rng());
                assert_eq!(strength_of(&password).score, Strength::BEST);
                assert!(seen.insert(password.expose().to_owned()));
            }
        }
    }

    #[test]
    fn what_is_easily_guessed_is_weak_and_says_why() {
        let weak = strength_of(&Secret::new("password1"));
        assert_eq!(weak.score, 0);
        assert!(weak.advice.is_some_and(|advice| !advice.contains("password1")));
        assert_eq!(strength_of(&Secret::default()).score, 0);
        assert_eq!(strength_of(&Secret::new("x".repeat(LONGEST_ACCOUNT_PASSWORD + 1))).score, Strength::BEST);
    }
}
