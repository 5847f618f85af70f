//! Closed sets of words, such as roles and states: one spelling for the database, the wire and the address bar.

/// Declares an enum whose variants each have one written word.
///
/// The word is what stands in the database, in forms and in addresses. `FromStr` refuses any other word, so a row or a
/// request with an unknown state is an error and never a default.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "database", derive(sea_orm::DeriveValueType))]
        #[cfg_attr(feature = "database", sea_orm(value_type = "String"))]
        pub enum $name {
            $( $(#[$variant_meta])* #[serde(rename = $word)] $variant ),+
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// The written word.
            pub const fn word(self) -> &'static str {
                match self { $( Self::$variant => $word ),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::word::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::word::UnknownWord { kind: stringify!($name) }),
                }
            }
        }
    };
}

pub(crate) use words;

/// A word that is none of the set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known {kind}")]
pub struct UnknownWord {
    /// The set that was meant, such as `AccountRole`.
    pub kind: &'static str,
}
