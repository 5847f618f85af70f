//! Typed ids: a member's id cannot be passed where an account's is wanted.

/// Declares a typed id around a UUID (version 7 where Latchkey makes it, so that ids sort by age).
macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident ),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "database", derive(sea_orm::DeriveValueType))]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        #[cfg(feature = "database")]
        impl sea_orm::TryFromU64 for $name {
            /// Ids are made by Latchkey, never by the database.
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

ids! {
    /// A company.
    WorkspaceId,
    /// A sign-in identity.
    UserId,
    /// A user in a workspace.
    MemberId,
    /// The link from a host to a guest workspace.
    PartnershipId,
    /// A login that a workspace owns.
    AccountId,
    /// "This account is offered through this partnership."
    AccountShareId,
    /// One member's role on one account, from one source.
    AccessGrantId,
    /// What an account manager asks.
    AccessRequestId,
    /// One person in a request: the unit of decision.
    RequestLineId,
    /// An event told to a member.
    NotificationId,
    /// A browser that somebody is signed in with.
    SessionId,
    /// A passkey.
    PasskeyId,
    /// A field of an account beside those that every account has.
    CustomFieldId,
    /// A mail on its way.
    OutboxEmailId,
    /// Made with a form, sent with each attempt to send it: the same key is the same act.
    IdempotencyKey,
}
