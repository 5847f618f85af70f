//! Passwords that are made: which kinds there are, and how strong one is in words.

use crate::Problem;
use crate::secret::{Secret, disclosed};
use crate::word::words;
use serde::{Deserialize, Serialize};

words! {
    /// What a generated password is made of.
    PasswordStyle {
        /// Letters, digits and signs.
        Characters = "characters",
        /// Words from a list, easier to read out and to type.
        Passphrase = "passphrase",
    }
}

/// What is asked of a password that is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratorForm {
    /// What it is made of.
    pub style: PasswordStyle,
    /// Characters it has, as [`PasswordStyle::Characters`].
    pub length: u32,
    /// Whether capital letters are among them.
    pub capitals: bool,
    /// Whether digits are among them.
    pub digits: bool,
    /// Whether signs such as `%` are among them.
    pub signs: bool,
    /// Words it has, as [`PasswordStyle::Passphrase`].
    pub words: u32,
}

impl Default for GeneratorForm {
    /// About 130 bits by characters; 77 bits by words.
    fn default() -> Self {
        Self { style: PasswordStyle::Characters, length: 20, capitals: true, digits: true, signs: true, words: 6 }
    }
}

impl GeneratorForm {
    /// Characters that a generated password has at least.
    pub const SHORTEST: u32 = 8;
    /// Characters that it has at most.
    pub const LONGEST: u32 = 100;
    /// Words that a passphrase has at least.
    pub const FEWEST_WORDS: u32 = 4;
    /// Words that it has at most.
    pub const MOST_WORDS: u32 = 12;

    /// Whether it can be made.
    ///
    /// # Errors
    ///
    /// A [`Problem`] with the length or the number of words.
    pub fn check(&self) -> Result<(), Problem> {
        match self.style {
            PasswordStyle::Characters if !(Self::SHORTEST..=Self::LONGEST).contains(&self.length) => {
                Err(Problem::new("length", "Enter a length from 8 to 100 characters."))
            }
            PasswordStyle::Passphrase if !(Self::FEWEST_WORDS..=Self::MOST_WORDS).contains(&self.words) => {
                Err(Problem::new("words", "Enter a number from 4 to 12 words."))
            }
            _ => Ok(()),
        }
    }
}

/// How well a password resists guessing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    /// From 0, guessed at once, to 4.
    pub score: u8,
    /// What would make it better, when something would.
    pub advice: Option<String>,
}

impl Strength {
    /// The score that nothing is better than.
    pub const BEST: u8 = 4;

    /// The word people read.
    pub const fn label(&self) -> &'static str {
        match self.score {
            0 => "Very weak",
            1 => "Weak",
            2 => "Fair",
            3 => "Good",
            _ => "Strong",
        }
    }
}

/// A password that was made, and how strong it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratedView {
    /// The password.
    #[serde(with = "disclosed")]
    pub password: Secret,
    /// How strong it is.
    pub strength: Strength,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_has_to_be_right() {
        let usual = GeneratorForm::default();
        assert_eq!(usual.check(), Ok(()));
        assert!(GeneratorForm { length: 7, ..usual.clone() }.check().is_err());
        assert!(GeneratorForm { length: 101, ..usual.clone() }.check().is_err());
        let phrase = GeneratorForm { style: PasswordStyle::Passphrase, length: 0, ..usual };
        assert_eq!(phrase.check(), Ok(()));
        assert!(GeneratorForm { words: 3, ..phrase.clone() }.check().is_err());
        assert!(GeneratorForm { words: 13, ..phrase }.check().is_err());
    }
}
