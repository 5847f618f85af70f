//! Settings: what an operator says, and what is made of it.
//!
//! Everything is checked before anything is done. An error names the setting and says what to do; it never repeats a
//! value that may hold a password.

use clap::{Args, CommandFactory};
use domain::secret::Secret;
use domain::workspace::Founding;
use services::activity::delivery::Keeper;
use services::activity::stamp::Places;
use services::mail::{Mailer, Transport, WrongSetting};
use services::vault::KeySource;
use std::error::Error as _;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use url::{Host, Url};

const DATABASE_URL: &str = "sqlite://data/latchkey.db";
const ADDRESS: &str = "127.0.0.1:3000";
const MAIL_FROM: &str = "Latchkey <latchkey@localhost>";
const MAIL_FOLDER: &str = "data/mail";
const KEY_FILE: &str = "data/latchkey.key";
const LOG: &str = "info";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Days that activity is kept at least.
const FEWEST_DAYS: u32 = 30;
/// And at most, unless for ever: a hundred years.
const MOST_DAYS: u32 = 36_525;

/// Variables of the project's own builds and tests, which can stand in the environment of a program they start.
const OF_THE_PROJECT: &[&str] = &["LATCHKEY_SITE", "LATCHKEY_PROGRAM", "LATCHKEY_CHROMIUM"];

/// Beginnings of further such variables, and of those that container platforms set for a service called latchkey.
const OF_OTHERS: &[&str] = &["LATCHKEY_E2E", "LATCHKEY_TEST_", "LATCHKEY_SERVICE_", "LATCHKEY_PORT"];

/// The settings as they are given.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// The database: sqlite://PATH, made when it is missing, or postgres://USER:PASSWORD@HOST/NAME
    /// [default: sqlite://data/latchkey.db]
    #[arg(long, env = "LATCHKEY_DATABASE_URL", hide_env_values = true, value_name = "URL", global = true)]
    pub database_url: Option<String>,

    /// The IP address and port to listen on. Use a reverse proxy with TLS to be reached from elsewhere
    /// [default: 127.0.0.1:3000]
    #[arg(long, env = "LATCHKEY_ADDRESS", hide_env_values = true, value_name = "IP:PORT", global = true)]
    pub address: Option<String>,

    /// The address people open in their browser; links in mail begin with it. With https://, cookies are bound to TLS
    /// [default: http:// and the address to listen on]
    #[arg(long, env = "LATCHKEY_SITE_URL", hide_env_values = true, value_name = "URL", global = true)]
    pub site_url: Option<String>,

    /// Whether every request comes through a reverse proxy that adds the client's address to X-Forwarded-For, whose last
    /// entry is then believed: on or off. Attempts to sign in are limited by that address [default: off]
    #[arg(
        long, env = "LATCHKEY_TRUST_PROXY", hide_env_values = true, value_name = "on|off", global = true,
        num_args = 0..=1, require_equals = true, default_missing_value = "on"
    )]
    pub trust_proxy: Option<String>,

    /// The sender of mail, such as "Latchkey <latchkey@example.com>". Needed with a mail server or Resend;
    /// without one, mail is from latchkey@localhost [default: none]
    #[arg(long, env = "LATCHKEY_MAIL_FROM", hide_env_values = true, value_name = "MAILBOX", global = true)]
    pub mail_from: Option<String>,

    /// The folder that mail is written to, as .eml files, when neither a mail server nor Resend is set. On a loopback
    /// address the site shows them at /dev/mail [default: data/mail]
    #[arg(long, env = "LATCHKEY_MAIL_FOLDER", hide_env_values = true, value_name = "FOLDER", global = true)]
    pub mail_folder: Option<String>,

    /// The mail server: smtps://USER:PASSWORD@HOST (TLS from the start) or smtp://USER:PASSWORD@HOST?tls=required
    /// (STARTTLS), with signs such as @ in the password as %40 [default: none]
    #[arg(long, env = "LATCHKEY_SMTP_URL", hide_env_values = true, value_name = "URL", global = true)]
    pub smtp_url: Option<String>,

    /// The API key of Resend, which then sends the mail [default: none]
    #[arg(long, env = "LATCHKEY_RESEND_API_KEY", hide_env_values = true, value_name = "KEY", global = true)]
    pub resend_api_key: Option<String>,

    /// Who can found a further workspace: invitation (whoever the operator, or a company that wants to share accounts with
    /// theirs, has invited to), open (anyone with an email address) or operator (`latchkey workspace create` alone)
    /// [default: invitation]
    #[arg(
        long,
        env = "LATCHKEY_FOUNDING",
        hide_env_values = true,
        value_name = "invitation|open|operator",
        global = true
    )]
    pub founding: Option<String>,

    /// A file in MaxMind's format (such as GeoLite2-City.mmdb) that tells at which place a network address is; the
    /// activity then says it [default: none, and no place is told]
    #[arg(long, env = "LATCHKEY_LOCATION_FILE", hide_env_values = true, value_name = "FILE", global = true)]
    pub location_file: Option<String>,

    /// How long activity is kept: forever, or a number of days such as "400 days", at least 30. What is older is removed, and
    /// an event says so [default: forever]
    #[arg(long, env = "LATCHKEY_KEEP_ACTIVITY", hide_env_values = true, value_name = "TIME", global = true)]
    pub keep_activity: Option<String>,

    /// A file that every checkpoint of the activity is added to, a line each. Keep it where whoever can change the database
    /// cannot: `latchkey verify-activity --checkpoints` then finds a cut-off end [default: none]
    #[arg(long, env = "LATCHKEY_CHECKPOINT_FILE", hide_env_values = true, value_name = "FILE", global = true)]
    pub checkpoint_file: Option<String>,

    /// A command of the shell that gets every checkpoint of the activity on its standard input, a line each, to keep it
    /// elsewhere [default: none]
    #[arg(long, env = "LATCHKEY_CHECKPOINT_COMMAND", hide_env_values = true, value_name = "COMMAND", global = true)]
    pub checkpoint_command: Option<String>,
    /// The file with the key that the secrets in the database are encrypted with. It is made at the first start: keep a copy
    /// of it elsewhere, not beside the backups of the database [default: data/latchkey.key]
    #[arg(long, env = "LATCHKEY_KEY_FILE", hide_env_values = true, value_name = "FILE", global = true)]
    pub key_file: Option<String>,

    /// The key itself, as `latchkey new-key` prints it; older keys after it, on lines of their own [default: none]
    #[arg(long, env = "LATCHKEY_KEY", hide_env_values = true, value_name = "KEY", global = true)]
    pub key: Option<String>,

    /// A command that prints the key, such as one that asks a hardware module or a cloud's key service. A shell runs it
    /// when the program starts, and when the keys have been rotated [default: none]
    #[arg(long, env = "LATCHKEY_KEY_COMMAND", hide_env_values = true, value_name = "COMMAND", global = true)]
    pub key_command: Option<String>,

    /// What is logged to the standard error stream: error, warn, info, debug, trace, or a filter such as
    /// "info,services=debug". Readable on a terminal, JSON otherwise [default: info]
    #[arg(long, env = "LATCHKEY_LOG", hide_env_values = true, value_name = "FILTER", global = true)]
    pub log: Option<String>,
}

/// A setting that cannot be used, as a sentence for the operator.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// A value that is not what the setting takes.
    #[error("{setting} {problem}")]
    Wrong {
        /// The variable's name.
        setting: &'static str,
        /// What is wrong with it, and what it takes.
        problem: String,
    },
    /// A variable that looks like a setting and is none.
    #[error("{0} is not a setting of Latchkey: `latchkey --help` lists them. Correct its name, or unset it.")]
    Unknown(String),
    /// The way mail is to be sent.
    #[error("{0}")]
    Mail(#[from] WrongSetting),
    /// Two ways to send mail.
    #[error("LATCHKEY_SMTP_URL and LATCHKEY_RESEND_API_KEY are both set. Keep the one that is to send the mail.")]
    TwoTransports,
    /// Two places for the key.
    #[error(
        "Of LATCHKEY_KEY_FILE, LATCHKEY_KEY and LATCHKEY_KEY_COMMAND more than one is set. Keep the one that has the key."
    )]
    TwoKeys,
}

/// The settings, checked.
#[derive(Clone)]
pub struct Config {
    /// Where the database is. May hold a password.
    pub database_url: String,
    /// Where to listen.
    pub address: SocketAddr,
    /// Where people reach the site, when that has been said.
    site_url: Option<Url>,
    /// Whether the last entry of `X-Forwarded-For` is the client's address.
    pub trust_proxy: bool,
    /// How mail is sent.
    pub mailer: Mailer,
    /// Who can found a further workspace.
    pub founding: Founding,
    /// How long activity is kept, unless for ever.
    pub keep_activity: Option<Duration>,
    /// Where checkpoints of the activity are kept beside the database.
    pub keepers: Vec<Keeper>,
    /// The file that tells at which place a network address is.
    pub location_file: Option<PathBuf>,
    /// Where the key of the vault comes from.
    pub key: KeySource,
}

impl Settings {
    /// What is to be logged.
    ///
    /// # Errors
    ///
    /// When the filter cannot be read.
    pub fn log_filter(&self) -> Result<EnvFilter, SettingError> {
        let filter = given(&self.log).unwrap_or(LOG);
        EnvFilter::try_new(filter).map_err(|error| {
            wrong(
                "LATCHKEY_LOG",
                format!("cannot be read ({error}). Use a level such as info, or a filter such as info,services=debug."),
            )
        })
    }

    /// Checks everything. A way to send mail is made in a runtime.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub fn check(&self) -> Result<Config, SettingError> {
        let database_url = database_url(given(&self.database_url).unwrap_or(DATABASE_URL))?;
        let address = address(given(&self.address).unwrap_or(ADDRESS))?;
        let site_url = given(&self.site_url).map(site_url).transpose()?;
        if site_url.is_none() && address.ip().is_unspecified() {
            return Err(wrong(
                "LATCHKEY_SITE_URL",
                "is needed when LATCHKEY_ADDRESS stands for every address of the machine. Set it to the address people \
                 open in their browser.",
            ));
        }
        let trust_proxy = given(&self.trust_proxy).map(switch).transpose()?.unwrap_or(false);
        let mailer = self.mailer(&site_url_or(site_url.as_ref(), address))?;
        let founding = given(&self.founding).map(founding).transpose()?.unwrap_or(Founding::Invitation);
        let location_file = given(&self.location_file).map(PathBuf::from);
        let keep_activity = given(&self.keep_activity).map(keep_activity).transpose()?.flatten();
        let file = given(&self.checkpoint_file).map(|file| Keeper::File(PathBuf::from(file)));
        let command = given(&self.checkpoint_command).map(|command| Keeper::Command(command.to_owned()));
        let keepers = file.into_iter().chain(command).collect();
        let key = self.key()?;
        Ok(Config {
            database_url,
            address,
            site_url,
            trust_proxy,
            mailer,
            founding,
            keep_activity,
            keepers,
            location_file,
            key,
        })
    }

    fn key(&self) -> Result<KeySource, SettingError> {
        match (given(&self.key_file), given(&self.key), given(&self.key_command)) {
            (file, None, None) => Ok(KeySource::File(PathBuf::from(file.unwrap_or(KEY_FILE)))),
            (None, Some(key), None) => Ok(KeySource::Value(Secret::new(key))),
            (None, None, Some(command)) => Ok(KeySource::Command(command.to_owned())),
            _ => Err(SettingError::TwoKeys),
        }
    }

    fn mailer(&self, site_url: &Url) -> Result<Mailer, SettingError> {
        let transport = match (given(&self.smtp_url), given(&self.resend_api_key)) {
            (Some(_), Some(_)) => return Err(SettingError::TwoTransports),
            (Some(url), None) => Transport::smtp(url)?,
            (None, Some(key)) => Transport::resend(key, None)?,
            (None, None) => Transport::Folder(PathBuf::from(given(&self.mail_folder).unwrap_or(MAIL_FOLDER))),
        };
        let from = match (given(&self.mail_from), &transport) {
            (Some(from), _) => from,
            (None, Transport::Folder(_)) => MAIL_FROM,
            (None, _) => {
                return Err(wrong(
                    "LATCHKEY_MAIL_FROM",
                    "is needed to send mail. Set it to the sender, such as Latchkey <latchkey@example.com>.",
                ));
            }
        };
        Ok(Mailer::new(transport, from, site_url)?)
    }
}

impl Config {
    /// Where people reach a site that listens on `bound`.
    pub fn site_url(&self, bound: SocketAddr) -> Url {
        site_url_or(self.site_url.as_ref(), bound)
    }

    /// Reads the file of places, where one is named.
    ///
    /// # Errors
    ///
    /// [`SettingError::Wrong`] when it cannot be read.
    pub fn places(&self) -> Result<Option<Places>, SettingError> {
        let Some(file) = &self.location_file else { return Ok(None) };
        Places::read(file).map(Some).map_err(|error| {
            let cause = error.source().map_or_else(String::new, ToString::to_string);
            wrong(
                "LATCHKEY_LOCATION_FILE",
                format!("cannot be read ({cause}). Name a file in MaxMind's format, such as GeoLite2-City.mmdb."),
            )
        })
    }

    /// Makes the folder that mails are written to, where they are.
    ///
    /// # Errors
    ///
    /// [`SettingError::Wrong`] when it cannot be made, or written to.
    pub fn check_mail_folder(&self) -> Result<(), SettingError> {
        let Transport::Folder(folder) = self.mailer.transport() else { return Ok(()) };
        let probe = folder.join(".latchkey");
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&probe, ""))
            .and_then(|()| std::fs::remove_file(&probe))
            .map_err(|error| {
                wrong(
                    "LATCHKEY_MAIL_FOLDER",
                    format!("cannot be written to ({error}). Name a folder that this program may write to."),
                )
            })
    }

    /// Where the mails that nobody has sent can be looked at, if they can.
    ///
    /// They are shown to everybody who reaches the address, so it has to be one that only this machine reaches.
    /// A site with a public address is behind a proxy, through which everybody does.
    pub fn shown_mail_folder(&self) -> Option<PathBuf> {
        match self.mailer.transport() {
            Transport::Folder(folder)
                if self.address.ip().is_loopback() && self.site_url.as_ref().is_none_or(is_loopback) =>
            {
                Some(folder.clone())
            }
            _ => None,
        }
    }

    /// What works, but is dangerous or useless outside a test.
    pub fn warnings(&self, bound: SocketAddr) -> Vec<&'static str> {
        let site = self.site_url(bound);
        let mut warnings = Vec::new();
        if site.scheme() == "http" && !is_loopback(&site) {
            warnings.push(
                "LATCHKEY_SITE_URL begins with http://, so passwords and sessions travel readable for everyone on the \
                 way. Put a reverse proxy with TLS before the site, and set the https:// address.",
            );
        }
        if site.scheme() == "https" && !self.trust_proxy {
            warnings.push(
                "LATCHKEY_SITE_URL begins with https://, so a proxy stands before the site, and everybody seems to come \
                 from its address: failed sign-ins by one hold up all. Set LATCHKEY_TRUST_PROXY=on if the proxy adds \
                 X-Forwarded-For.",
            );
        }
        if matches!(self.mailer.transport(), Transport::Folder(_)) && !is_loopback(&site) {
            warnings.push(
                "Nobody gets mail: it is written to LATCHKEY_MAIL_FOLDER. Set LATCHKEY_SMTP_URL or \
                 LATCHKEY_RESEND_API_KEY to send it.",
            );
        }
        warnings
    }
}

/// Looks for variables that are meant as settings, and are none.
///
/// # Errors
///
/// The first such variable.
pub fn check_names(variables: impl Iterator<Item = OsString>) -> Result<(), SettingError> {
    let command = crate::cli::Cli::command();
    let known = command.get_arguments().filter_map(|argument| argument.get_env()?.to_str()).collect::<Vec<_>>();
    let mut unknown = variables.map(|name| name.to_string_lossy().into_owned()).filter(|name| {
        name.starts_with("LATCHKEY_")
            && !known.contains(&name.as_str())
            && !OF_THE_PROJECT.contains(&name.as_str())
            && !OF_OTHERS.iter().any(|start| name.starts_with(start))
    });
    unknown.next().map_or(Ok(()), |name| Err(SettingError::Unknown(name)))
}

/// A value that is empty is one that is not set.
fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|value| !value.is_empty())
}

fn wrong(setting: &'static str, problem: impl Into<String>) -> SettingError {
    SettingError::Wrong { setting, problem: problem.into() }
}

fn database_url(value: &str) -> Result<String, SettingError> {
    let taken = "Use sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME.";
    match value.split_once("://") {
        Some(("sqlite", path)) if path.split('?').next().is_some_and(|path| !path.is_empty()) => Ok(value.to_owned()),
        Some(("sqlite", _)) => Err(wrong("LATCHKEY_DATABASE_URL", format!("names no file. {taken}"))),
        Some(("postgres" | "postgresql", _)) => match Url::parse(value) {
            Ok(url) if url.path().len() > 1 => Ok(value.to_owned()),
            Ok(_) => Err(wrong("LATCHKEY_DATABASE_URL", format!("names no database. {taken}"))),
            Err(error) => Err(wrong(
                "LATCHKEY_DATABASE_URL",
                format!("is not a URL ({error}). {taken} Write signs such as @ or / in a password as %40, %2F."),
            )),
        },
        _ => Err(wrong("LATCHKEY_DATABASE_URL", format!("names neither kind of database. {taken}"))),
    }
}

fn address(value: &str) -> Result<SocketAddr, SettingError> {
    value.parse().map_err(|_| {
        wrong("LATCHKEY_ADDRESS", "is not an IP address and port. Use one such as 127.0.0.1:3000 or [::1]:3000.")
    })
}

fn site_url(value: &str) -> Result<Url, SettingError> {
    let error = |problem: &str| {
        let example = "Use the beginning of the address, such as https://latchkey.example.com.";
        Err(wrong("LATCHKEY_SITE_URL", format!("{problem} {example}")))
    };
    let Ok(url) = Url::parse(value) else { return error("is not a URL.") };
    if !["http", "https"].contains(&url.scheme()) {
        return error("begins with neither http:// nor https://.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return error("holds a user or a password.");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return error("goes on after the host and port.");
    }
    Ok(url)
}

fn switch(value: &str) -> Result<bool, SettingError> {
    match value.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err(wrong("LATCHKEY_TRUST_PROXY", "is neither on nor off. Set one of them.")),
    }
}

/// None stands for ever.
fn keep_activity(value: &str) -> Result<Option<Duration>, SettingError> {
    let value = value.to_ascii_lowercase();
    if value == "forever" {
        return Ok(None);
    }
    let days = value.strip_suffix("days").unwrap_or(&value).trim().parse::<u32>().ok();
    let days = days.filter(|days| (FEWEST_DAYS..=MOST_DAYS).contains(days)).ok_or_else(|| {
        wrong("LATCHKEY_KEEP_ACTIVITY", "is neither forever nor a number of days of at least 30, such as 400 days.")
    })?;
    Ok(Some(DAY * days))
}

fn founding(value: &str) -> Result<Founding, SettingError> {
    let unknown = "is neither invitation nor open nor operator. Set one of them.";
    value.to_ascii_lowercase().parse().map_err(|_| wrong("LATCHKEY_FOUNDING", unknown))
}

/// The address people open, where none was said: the one that is listened on.
fn site_url_or(said: Option<&Url>, address: SocketAddr) -> Url {
    said.cloned()
        .unwrap_or_else(|| Url::parse(&format!("http://{address}")).expect("an IP address and a port make a URL"))
}

/// Whether only this machine reaches the site's host.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
