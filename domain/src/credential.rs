//! Credentials: the secrets of an account, who is shown them, and what follows when somebody who has seen one loses access.

use crate::account::{AccountHeaderView, AccountRole};
use crate::secret::{Secret, disclosed};
use crate::text::{self, disturbs};
use crate::word::words;
use crate::workspace::WorkspaceBadge;
use crate::{AccountId, CustomFieldId, Moment, Problem};
use serde::{Deserialize, Serialize};

mod generator;

pub use generator::{GeneratedView, GeneratorForm, PasswordStyle, Strength};

/// Passwords of an account that are kept, the current one among them.
pub const PASSWORDS_KEPT: usize = 10;
/// Bytes that an account's password may have.
pub const LONGEST_ACCOUNT_PASSWORD: usize = 1_024;
/// Custom fields that an account may have.
pub const MOST_CUSTOM_FIELDS: usize = 20;
/// Characters that the value of a long custom field may have.
pub const LONGEST_FIELD: usize = 4_000;
/// Seconds for which a revealed value stands on a page.
pub const SHOWN_FOR_SECONDS: u32 = 30;
/// Seconds after which a copied secret is taken out of the clipboard again, where the browser allows it.
pub const IN_CLIPBOARD_SECONDS: u32 = 60;

words! {
    /// What a custom field holds.
    CustomFieldKind {
        /// An address that a browser opens.
        Url = "url",
        /// One line.
        ShortText = "short_text",
        /// Several lines.
        LongText = "long_text",
        /// One line that is shown only on demand, such as a PIN.
        Hidden = "hidden",
    }
}

impl CustomFieldKind {
    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Url => "Web address",
            Self::ShortText => "Short text",
            Self::LongText => "Long text",
            Self::Hidden => "Hidden text",
        }
    }
}

words! {
    /// How a secret was handed out.
    RevealWay {
        /// Shown on the screen.
        Shown = "shown",
        /// Put into the clipboard without being shown.
        Copied = "copied",
    }
}

/// What is typed about a custom field, or as [`CustomFieldForm::check`] has left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomFieldForm {
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub kind: CustomFieldKind,
    /// Its value. Never empty once checked.
    pub value: Secret,
}

impl CustomFieldForm {
    /// The same, as it is kept.
    ///
    /// # Errors
    ///
    /// Every [`Problem`], in the order of the form.
    pub fn check(&self) -> Result<Self, Vec<Problem>> {
        let name = text::name("name", "a name for the field", &self.name);
        let value = field_value(self.kind, &self.value);
        match (name, value) {
            (Ok(name), Ok(value)) => Ok(Self { name, kind: self.kind, value }),
            (name, value) => Err(name.err().into_iter().chain(value.err()).collect()),
        }
    }
}

/// The value of a field of this kind, as it is kept.
fn field_value(kind: CustomFieldKind, typed: &Secret) -> Result<Secret, Problem> {
    let refused = |text: &str| Err(Problem::new("value", text));
    let value = typed.expose();
    if value.trim().is_empty() {
        return refused("Enter what the field holds.");
    }
    if value.chars().count() > LONGEST_FIELD {
        return refused("Shorten the field to at most 4,000 characters.");
    }
    match kind {
        CustomFieldKind::Url => crate::account::web_address("value", "the address", value).map(Secret::new),
        CustomFieldKind::LongText => {
            let lines = value.replace("\r\n", "\n").replace('\r', "\n");
            if lines.chars().any(|c| c != '\n' && c != '\t' && disturbs(c)) {
                return refused(
                    "The field has invisible control characters. Type it again, or paste it as plain text.",
                );
            }
            Ok(Secret::new(lines.trim()))
        }
        CustomFieldKind::ShortText | CustomFieldKind::Hidden if value.chars().any(disturbs) => {
            refused("Enter the field in one line, or choose the kind Long text.")
        }
        // Spaces at the ends of a hidden text may belong to it.
        CustomFieldKind::Hidden => Ok(typed.clone()),
        CustomFieldKind::ShortText => Ok(Secret::new(value.trim())),
    }
}

/// An account's password as it is kept: exactly as typed, since every sign of it may matter.
///
/// # Errors
///
/// A [`Problem`] on `password`, which never repeats it.
pub fn account_password(typed: &Secret) -> Result<(), Problem> {
    let refused = |text: &str| Err(Problem::new("password", text));
    if typed.is_empty() {
        return refused("Enter the password that logs in to the account.");
    }
    if typed.expose().len() > LONGEST_ACCOUNT_PASSWORD {
        return refused("Enter a shorter password: at most 1,024 letters.");
    }
    if typed.expose().chars().any(char::is_control) {
        return refused(
            "Enter the password in one line: what was entered has a line break or another control character.",
        );
    }
    Ok(())
}

/// What is typed about the secrets of an account that is new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSecrets {
    /// The password; empty for none.
    pub password: Secret,
    /// What one-time codes are made of, as a site shows it; empty for none.
    pub one_time_code: Secret,
}

/// A custom field on the General tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomFieldView {
    /// The field.
    pub field: CustomFieldId,
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub kind: CustomFieldKind,
    /// Its value; none for a hidden one, which is asked for.
    pub value: Option<String>,
}

/// What a member with access can do with an account's secrets. None of them is in it but what stands open on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialView {
    /// A note for everyone with access. May be empty.
    pub note: String,
    /// Custom fields, in their order.
    pub fields: Vec<CustomFieldView>,
    /// Whether a password is kept.
    pub has_password: bool,
    /// Whether the reader may copy it.
    pub may_copy_password: bool,
    /// Whether the reader may have it shown: owners.
    pub may_show_password: bool,
    /// Whether one-time codes can be made.
    pub has_code: bool,
    /// Whether the reader has proven a moment ago who they are, as showing the password asks for.
    pub confirmed: bool,
}

/// What the panel offers that stands beside a log-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogInPanelView {
    /// The account's label.
    pub label: String,
    /// The app's name.
    pub app: String,
    /// The login's user name. May be empty.
    pub username: String,
    /// Whether a password is kept.
    pub has_password: bool,
    /// Whether the reader may copy it.
    pub may_copy_password: bool,
    /// Whether one-time codes can be made.
    pub has_code: bool,
}

/// A secret that is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevealView {
    /// The secret.
    #[serde(with = "disclosed")]
    pub value: Secret,
}

/// A one-time code that is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeView {
    /// Its digits.
    #[serde(with = "disclosed")]
    pub code: Secret,
    /// Seconds for which the site still takes it.
    pub seconds_left: u32,
    /// Seconds for which each code holds.
    pub period: u32,
}

/// Something secret that is kept: since when, and from whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptView {
    /// Which version it is, counted from 1.
    pub version: i32,
    /// Since when it is kept.
    pub set_at: Moment,
    /// Who has stored it.
    pub set_by: String,
}

/// The Secrets tab: what an account's owners store and take away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretsView {
    /// The top.
    pub header: AccountHeaderView,
    /// The password, when one is kept.
    pub password: Option<KeptView>,
    /// The latest version of the password, kept or taken away; 0 when there never was one. Sent with the form, so that
    /// nobody replaces unseen what somebody else has stored.
    pub password_version: i32,
    /// Earlier passwords that are kept.
    pub earlier_passwords: u32,
    /// The secret of one-time codes, when one is kept.
    pub one_time_code: Option<KeptView>,
    /// Custom fields, in their order, hidden ones without their value.
    pub fields: Vec<CustomFieldView>,
    /// Whether collaborators and account managers can copy the password.
    pub copying: bool,
    /// What to do about the password, when somebody who has seen it has lost access.
    pub rotation: Option<RotationTaskView>,
    /// Whether the reader has proven a moment ago who they are.
    pub confirmed: bool,
}

/// The passwords of an account that are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHistoryView {
    /// The top.
    pub header: AccountHeaderView,
    /// The versions, the latest first.
    pub passwords: Vec<KeptView>,
    /// Whether the reader has proven a moment ago who they are.
    pub confirmed: bool,
}

/// An open rotation task: somebody who has seen the password has lost access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationTaskView {
    /// The account.
    pub account: AccountId,
    /// Its label.
    pub label: String,
    /// The app it is a login to.
    pub app: String,
    /// Since when it is open.
    pub opened_at: Moment,
    /// Who has seen the current password and lost access since, by name.
    pub leavers: Vec<String>,
}

/// A page of open rotation tasks, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationListView {
    /// The tasks.
    pub tasks: Vec<RotationTaskView>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// Somebody who could have, or has, learned a version of a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposedMember {
    /// Their name.
    pub name: String,
    /// Their company, when it is not the reader's own.
    pub badge: Option<WorkspaceBadge>,
    /// The highest role they had meanwhile.
    pub role: AccountRole,
    /// Whether they have stored it.
    pub stored: bool,
    /// When they last had it shown or copied; not at all when they only could have.
    pub seen_at: Option<Moment>,
    /// How often.
    pub times: u32,
    /// Whether they have access now.
    pub has_access: bool,
}

impl ExposedMember {
    /// Whether they have learned it here, and not only could have.
    pub const fn knows(&self) -> bool {
        self.stored || self.seen_at.is_some()
    }
}

/// A version of a password, and who could know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposedVersion {
    /// Which one, since when, from whom.
    pub kept: KeptView,
    /// When another took its place, or it was taken away.
    pub until: Option<Moment>,
    /// Who knows it, then who could have learned it; each by name.
    pub people: Vec<ExposedMember>,
    /// How many more there are, too many to show.
    pub others: u32,
}

/// The Exposure tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureView {
    /// The top.
    pub header: AccountHeaderView,
    /// What to do, when somebody who has seen the current password has lost access.
    pub rotation: Option<RotationTaskView>,
    /// Whether the reader can store a new password.
    pub may_store: bool,
    /// The versions, the latest first.
    pub versions: Vec<ExposedVersion>,
    /// Whether there are earlier ones, too many to show.
    pub earlier: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: CustomFieldKind, value: &str) -> Result<String, Vec<Problem>> {
        let form = CustomFieldForm { name: " Support  PIN ".to_owned(), kind, value: Secret::new(value) };
        form.check().map(|kept| {
            assert_eq!(kept.name, "Support PIN");
            kept.value.expose().to_owned()
        })
    }

    #[test]
    fn a_field_is_kept_as_its_kind_asks() {
        use CustomFieldKind::{Hidden, LongText, ShortText, Url};
        assert_eq!(field(Url, "status.example/x").as_deref(), Ok("https://status.example/x"));
        assert_eq!(field(ShortText, "  4711 ").as_deref(), Ok("4711"));
        assert_eq!(field(Hidden, " 4711 ").as_deref(), Ok(" 4711 "), "a space may belong to it");
        assert_eq!(field(LongText, " a\r\nb ").as_deref(), Ok("a\nb"));
        for (kind, refused) in [
            (Url, "javascript:alert(1)"),
            (Url, ""),
            (ShortText, "a\nb"),
            (Hidden, "a\u{202E}b"),
            (LongText, "a\u{0}b"),
            (Hidden, "   "),
        ] {
            assert!(field(kind, refused).is_err(), "{kind} {refused:?}");
        }
        assert!(field(LongText, &"a".repeat(LONGEST_FIELD + 1)).is_err());
    }

    #[test]
    fn a_problem_with_a_secret_does_not_repeat_it() {
        for wrong in ["canary\nsecret", &"canary".repeat(200), ""] {
            let problem = account_password(&Secret::new(wrong)).expect_err("it cannot be kept");
            assert!(!problem.text.contains("canary"));
            assert_eq!(problem.field, "password");
        }
        assert_eq!(account_password(&Secret::new(" p w ü🔑 ")), Ok(()));
    }

    #[test]
    fn a_field_without_a_name_says_so_beside_its_other_problem() {
        let form = CustomFieldForm { name: String::new(), kind: CustomFieldKind::Hidden, value: Secret::default() };
        let problems = form.check().expect_err("both are missing");
        assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), ["name", "value"]);
    }
}
