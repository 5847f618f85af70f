//! What proves who somebody is beside their password.

use crate::{Moment, PasskeyId};
use serde::{Deserialize, Serialize};

/// A user's second factors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorView {
    /// Since when one-time codes are set up; not at all otherwise.
    pub codes_since: Option<Moment>,
    /// Recovery codes that have not been used.
    pub recovery_codes_left: u32,
    /// Passkeys, oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// Whether browsers offer passkeys at this installation's address.
    pub passkeys_work_here: bool,
    /// The workspace that asks for a second factor before anything else, while there is none.
    pub asked_for_by: Option<String>,
    /// Whether the user has proven a moment ago who they are.
    pub confirmed: bool,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyView {
    /// The passkey.
    pub passkey: PasskeyId,
    /// What its user calls it.
    pub name: String,
    /// When it was set up.
    pub created_at: Moment,
    /// When it was last used to sign in.
    pub last_used_at: Option<Moment>,
}

/// What an app has to learn to make one-time codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeCodeSetUp {
    /// The secret in groups of four letters, for typing.
    pub secret: String,
    /// The same as an address that apps on this device open.
    pub address: String,
    /// The address as a QR code: the path of a drawing, one unit for each of its squares.
    pub drawing: String,
    /// The width and height of the drawing.
    pub width: u32,
}

/// Recovery codes, shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodes {
    /// As they are typed.
    pub codes: Vec<String>,
}

/// What a passkey is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyQuestion {
    /// Goes back with the answer.
    pub token: String,
    /// What the browser is to be given, as JSON (Web Authentication Level 3, 5.1.9 and 5.1.10).
    pub options: String,
}

/// What a sign-in waits for, when the password was right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HalfOpenView {
    /// Whether the user has one-time codes or recovery codes.
    pub codes: bool,
    /// Whether the user has a passkey.
    pub passkeys: bool,
}

/// What a workspace asks of its members when they sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRulesView {
    /// Whether they need a second factor.
    pub second_factor_required: bool,
    /// Active members who have none.
    pub without: u32,
    /// Whether the reader may change the rules.
    pub may_change: bool,
}
