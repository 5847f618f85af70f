//! Accounts that come in a CSV file: which column is what, and what became of each line.

use super::AccountForm;
use crate::Problem;
use crate::credential::NewSecrets;
use crate::secret::Secret;
use serde::{Deserialize, Serialize};

/// Bytes of a file.
pub const LONGEST_FILE: usize = 1024 * 1024;
/// Lines with accounts in one file.
pub const MOST_LINES: usize = 2_000;

/// Which column of a file is what. A column is named by its place, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportColumns {
    /// Whether the first line has names of columns, and no account.
    pub headings: bool,
    /// The labels.
    pub label: Option<usize>,
    /// The apps' names.
    pub app: Option<usize>,
    /// The login URLs.
    pub login_url: Option<usize>,
    /// The user names.
    pub username: Option<usize>,
    /// The notes.
    pub note: Option<usize>,
    /// The passwords.
    pub password: Option<usize>,
    /// What one-time codes are made of.
    pub one_time_code: Option<usize>,
    /// Whether accounts are imported that are there already.
    pub doubles: bool,
}

/// What a column is probably called.
struct Called {
    wanted: fn(&mut ImportColumns) -> &mut Option<usize>,
    names: &'static [&'static str],
}

/// After the exports of browsers and password managers: the likeliest name first.
const CALLED: [Called; 7] = [
    Called { wanted: |columns| &mut columns.label, names: &["label", "name", "title", "account", "account name"] },
    Called {
        wanted: |columns| &mut columns.app,
        names: &["app", "application", "service", "software", "tool", "platform", "website name"],
    },
    Called {
        wanted: |columns| &mut columns.login_url,
        names: &[
            "login url",
            "login_url",
            "loginurl",
            "login_uri",
            "url",
            "uri",
            "website",
            "web site",
            "address",
            "link",
        ],
    },
    Called {
        wanted: |columns| &mut columns.username,
        names: &[
            "username",
            "user name",
            "user",
            "login_username",
            "login name",
            "login",
            "email",
            "e-mail",
            "email address",
        ],
    },
    Called {
        wanted: |columns| &mut columns.note,
        names: &["note", "notes", "comment", "comments", "description", "extra", "remark"],
    },
    Called { wanted: |columns| &mut columns.password, names: &["password", "login_password", "pass", "passphrase"] },
    Called {
        wanted: |columns| &mut columns.one_time_code,
        names: &["one-time code", "one-time code secret", "totp", "login_totp", "otpauth", "otp", "otp secret"],
    },
];

impl ImportColumns {
    /// A guess from the first line of a file. Where none of its cells is the name of a column, it is taken for an account,
    /// in the order label, app, login URL, username, note, password, one-time code.
    pub fn guess(first: &[String]) -> Self {
        let names: Vec<String> = first.iter().map(|cell| cell.trim().to_lowercase()).collect();
        let mut columns = Self { headings: true, ..Self::default() };
        let mut taken = Vec::new();
        for Called { wanted, names: known } in &CALLED {
            let found = known.iter().find_map(|known| {
                names.iter().enumerate().position(|(place, name)| name == known && !taken.contains(&place))
            });
            taken.extend(found);
            *wanted(&mut columns) = found;
        }
        if taken.is_empty() {
            columns.headings = false;
            for (place, Called { wanted, .. }) in CALLED.iter().enumerate() {
                *wanted(&mut columns) = (place < first.len()).then_some(place);
            }
        }
        columns
    }

    /// The account on a line.
    pub fn account(&self, cells: &[String]) -> AccountForm {
        let cell = |column: Option<usize>| column.and_then(|column| cells.get(column)).cloned().unwrap_or_default();
        AccountForm {
            label: cell(self.label),
            app: cell(self.app),
            login_url: cell(self.login_url),
            username: cell(self.username),
            note: cell(self.note),
        }
        .with_some_app()
    }

    /// The secrets on a line.
    pub fn secrets(&self, cells: &[String]) -> NewSecrets {
        let cell = |column: Option<usize>| column.and_then(|column| cells.get(column)).cloned().unwrap_or_default();
        NewSecrets { password: Secret::new(cell(self.password)), one_time_code: Secret::new(cell(self.one_time_code)) }
    }

    /// Whether a file can be read with them.
    ///
    /// # Errors
    ///
    /// A [`Problem`] on `label`.
    pub fn check(&self) -> Result<(), Problem> {
        match self.label {
            Some(_) => Ok(()),
            None => Err(Problem::new("label", "Choose the column that has the labels.")),
        }
    }

    /// All of it as one word, to see whether it is still the same.
    pub fn word(&self) -> String {
        let places =
            [self.label, self.app, self.login_url, self.username, self.note, self.password, self.one_time_code];
        let places = places.map(|place| place.map_or_else(|| "-".to_owned(), |place| place.to_string()));
        format!("{}~{}~{}", places.join("~"), u8::from(self.headings), u8::from(self.doubles))
    }
}

/// What a file would become.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// The columns by name, or by place where they have none.
    pub columns: Vec<String>,
    /// Which of them is what.
    pub chosen: ImportColumns,
    /// The accounts that can be imported.
    pub ready: Vec<ReadyLine>,
    /// Lines that cannot be imported as they are.
    pub wrong: Vec<WrongLine>,
    /// Lines with an account that is there already, or twice in the file. Ready as well when they are wanted.
    pub doubles: Vec<WrongLine>,
}

/// A line that can be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyLine {
    /// The line in the file, from 1.
    pub line: u64,
    /// Its account.
    pub account: AccountForm,
    /// Its secrets, which no page shows.
    #[serde(skip)]
    pub secrets: NewSecrets,
}

/// A line that is not imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongLine {
    /// The line in the file, from 1.
    pub line: u64,
    /// The label there. May be empty.
    pub label: String,
    /// Why, and what to do about it.
    pub problems: Vec<String>,
}

/// What was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// How many accounts.
    pub count: u32,
    /// Lines that were left out.
    pub left_out: Vec<WrongLine>,
}

impl Imported {
    /// What to tell the reader.
    pub fn message(&self) -> String {
        let imported = match self.count {
            1 => "1 account was imported. You are its Owner.".to_owned(),
            count => format!("{} accounts were imported. You are their Owner.", crate::text::thousands(count as usize)),
        };
        match self.left_out.len() {
            0 => imported,
            1 => format!("{imported} 1 line was left out:"),
            lines => format!("{imported} {} lines were left out:", crate::text::thousands(lines)),
        }
    }

    /// The lines that were left out, for people.
    pub fn items(&self) -> Vec<String> {
        self.left_out.iter().map(|line| format!("Line {}: {}", line.line, line.problems.join(" "))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn columns_are_known_by_their_usual_names() {
        let of_ours = ImportColumns::guess(&cells("Label,App,Login URL,Username,Note"));
        assert_eq!(of_ours.word(), "0~1~2~3~4~-~-~1~0");
        let of_a_browser = ImportColumns::guess(&cells("name,url,username,password,note"));
        assert_eq!(of_a_browser.word(), "0~-~1~2~4~3~-~1~0");
        let of_a_password_manager = ImportColumns::guess(&cells(
            "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp",
        ));
        assert_eq!(of_a_password_manager.word(), "3~-~7~8~4~9~10~1~0");
    }

    #[test]
    fn a_first_line_without_such_names_is_an_account() {
        assert_eq!(ImportColumns::guess(&cells("Our shop,Shopify,shop.example")).word(), "0~1~2~-~-~-~-~0~0");
        assert_eq!(ImportColumns::guess(&[]).word(), "-~-~-~-~-~-~-~0~0");
    }

    #[test]
    fn a_line_that_is_too_short_has_empty_cells() {
        let columns = ImportColumns::guess(&cells("Label,App,Login URL,Username,Note"));
        let account = columns.account(&cells("Our shop,Shopify"));
        assert_eq!((account.label.as_str(), account.username.as_str()), ("Our shop", ""));
    }
}
