//! What can be said on the command line.

use crate::config::Settings;
use clap::{Args, Parser, Subcommand};
use services::activity::record::PublicKey;
use std::path::PathBuf;

/// Share login accounts with partner companies, without passing passwords around.
///
/// One program with everything in it. Each setting can be given as an option or as an environment variable; the option
/// wins. A setting that is wrong stops the program before it does anything, with exit code 2.
#[derive(Parser)]
#[command(name = "latchkey", version, max_term_width = 100)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings, which every command knows.
    #[command(flatten)]
    pub settings: Settings,
}

/// What the program can do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the site (the default). Brings the database up to date first.
    ///
    /// Several servers can run on one PostgreSQL database; one at a time on a SQLite file. SIGTERM or Ctrl-C finishes
    /// what is in flight, for at most 25 seconds.
    Serve,
    /// Bring the database up to date, and end. `serve` does the same when it starts.
    Migrate,
    /// Fill an empty database with two companies, a partnership, accounts and people, and print who can sign in.
    Demo(Demo),
    /// Print a new link that sets up the first workspace. It works once, for a day. `serve` prints one when it starts on an
    /// empty database.
    SetupLink,
    /// Print a new key for LATCHKEY_KEY, or for what LATCHKEY_KEY_COMMAND asks. Nothing is changed.
    NewKey,
    /// Encrypt with a new key from now on, while servers run: makes one in the key file, or takes the one that was put first.
    ///
    /// What is encrypted with the old key is encrypted anew. Killed anywhere, nothing is lost, and the next run goes on. The old
    /// key stays in the file: backups from before need it. Take it out when none of them is kept any more.
    RotateKeys,
    /// Workspaces: the companies.
    Workspace {
        /// What to do.
        #[command(subcommand)]
        act: WorkspaceAct,
    },
    /// Write a copy of a SQLite database to a file, while servers go on with it, and look whether it is whole.
    ///
    /// The key is not in it: keep a copy of the key elsewhere. For PostgreSQL use pg_dump.
    Backup {
        /// The file, which must not be there yet.
        file: PathBuf,
        /// Keep the copy although its activity is not as it was sealed.
        #[arg(long)]
        accept_altered: bool,
    },
    /// Make the SQLite database that LATCHKEY_DATABASE_URL names of a backup. It must not be there yet.
    ///
    /// The backup is looked at first: whether it is whole, whether its activity is as it was sealed, and whether the key opens
    /// it. For PostgreSQL use pg_restore.
    Restore {
        /// The backup.
        file: PathBuf,
        /// Restore it although its activity is not as it was sealed.
        #[arg(long)]
        accept_altered: bool,
    },
    /// Verify the record of activity: whether every event is as it was sealed, and none is missing, added or moved.
    ///
    /// Reads the database, or with --export a file that a company has downloaded, and writes nothing. Ends with exit code 1
    /// when something is wrong, and says where.
    VerifyActivity(Box<VerifyActivity>),
    /// Print the key with which the record of activity is verified. Keep it elsewhere, and give it to the companies.
    ActivityKey,
    /// Users: who can sign in.
    User {
        /// What to do.
        #[command(subcommand)]
        act: UserAct,
    },
}

/// What an operator does about workspaces.
#[derive(Subcommand)]
pub enum WorkspaceAct {
    /// Print a link with which the owner of an email address founds a workspace. It works once, for 14 days.
    Create {
        /// The email address of who will be its Owner.
        #[arg(value_name = "EMAIL")]
        owner: String,
        /// Send the link there as well.
        #[arg(long)]
        mail: bool,
    },
}

/// What an operator does about users.
#[derive(Subcommand)]
pub enum UserAct {
    /// List the users with their workspaces: email address, name, workspace, role and status, separated by tabs.
    List,
    /// Print a link with which a user sets a new password. It works once, for an hour.
    ResetPassword {
        /// The user's email address.
        #[arg(value_name = "EMAIL")]
        email: String,
    },
    /// Take away the one-time codes, recovery codes and passkeys of a user who has lost them, and end their sessions.
    ResetSecondFactor {
        /// The user's email address.
        #[arg(value_name = "EMAIL")]
        email: String,
    },
}

/// What is verified, and what it is compared with.
#[derive(Args)]
pub struct VerifyActivity {
    /// A file that a company has downloaded, instead of the database.
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// The key that `latchkey activity-key` has printed. Without it, the one is taken that comes with what is verified.
    #[arg(long, value_name = "KEY")]
    pub activity_key: Option<PublicKey>,
    /// Checkpoints that were kept elsewhere (LATCHKEY_CHECKPOINT_FILE): they show whether the end was cut off.
    #[arg(long, value_name = "FILE")]
    pub checkpoints: Option<PathBuf>,
    /// Print the findings as JSON.
    #[arg(long)]
    pub json: bool,
}

/// How big the demo is.
#[derive(Args)]
pub struct Demo {
    /// Members of the guest company, at least those who can sign in. At most four million.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=4_000_000))]
    pub members: Option<u32>,
    /// Accounts of the host company.
    #[arg(long, value_name = "N")]
    pub accounts: Option<u32>,
    /// Events of the two years before, made up and sealed, for measuring. Ten million take some minutes, and 8 GB.
    #[arg(long, value_name = "N")]
    pub events: Option<u32>,
    /// When there is something in the database already, leave it as it is, and end well.
    #[arg(long)]
    pub if_empty: bool,
}
