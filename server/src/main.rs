//! The program `latchkey`.

use clap::Parser;
use domain::AppError;
use domain::member::MemberStatus;
use domain::text::one_line;
use domain::workspace::WorkspaceRole;
use server::assets::{AssetError, Site};
use server::cli::{Cli, Command, Demo, UserAct, VerifyActivity, WorkspaceAct};
use server::config::{self, Config, SettingError};
use server::router::{self, Server, Way};
use server::serve::{LONGEST_STOP, serve};
use server::telemetry;
use server::worker::Workers;
use services::activity::verify::{Trust, verify_export};
use services::backup::{self, BackupError, Checked, IfAltered};
use services::vault::{OpenError, Rotated, Vault};
use services::{Clock, Database, Services};
use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// glibc's allocator keeps what many short renderings leave behind, and takes a tenth of a page's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the workers may take to put down what they hold: a little longer than mails on their way are waited for.
const LONGEST_REST: Duration = Duration::from_secs(12);

/// Users listed at a time.
const USERS_AT_ONCE: u64 = 1_000;

/// Why the program ends before its time, as a sentence for the operator.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Setting(#[from] SettingError),
    #[error("{0}")]
    Assets(#[from] AssetError),
    #[error("The folder of LATCHKEY_DATABASE_URL cannot be made ({0}). Make it, or name another.")]
    Folder(io::Error),
    #[error(
        "The database of LATCHKEY_DATABASE_URL cannot be used: {0}. Check the address, and that the database runs."
    )]
    Database(String),
    #[error("The database cannot be brought up to date: {0}.")]
    Migration(String),
    #[error("{0} of LATCHKEY_ADDRESS cannot be listened on ({1}). Stop what listens there, or name another address.")]
    Address(SocketAddr, io::Error),
    #[error("The demo wants an empty database, and this one is not. Name another with LATCHKEY_DATABASE_URL.")]
    NotEmpty,
    #[error("The demo could not be made: {0}.")]
    Demo(String),
    #[error(
        "There is a workspace already, so nothing is left to set up. `latchkey workspace create` founds further ones."
    )]
    SetUp,
    #[error("{file} cannot be read ({1}). Name a file that this program may read.", file = .0.display())]
    File(PathBuf, io::Error),
    #[error("{0}")]
    Backup(#[from] BackupError),
    #[error("Line {1} of {file} is no checkpoint, or contradicts an earlier one.", file = .0.display())]
    Checkpoints(PathBuf, usize),
    #[error("The database has not the tables of this version. `latchkey migrate` brings it up to date.")]
    NotCurrent,
    #[error("There is no database at {0}. Say with LATCHKEY_DATABASE_URL or --database-url where it is.")]
    NoDatabase(PathBuf),
    #[error("The record of activity is not as it was sealed.")]
    NotAsSealed,
    #[error("{0}")]
    Key(services::vault::KeyError),
    #[error("{0}")]
    Refused(AppError),
    #[error("Nobody has joined with the address {0}. `latchkey user list` shows who has.")]
    NoUser(String),
    #[error("{0} has no second factor: their password alone signs them in.")]
    NoSecondFactor(String),
    #[error("{0}")]
    System(#[from] io::Error),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match start(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell when the standard error stream is gone.
            let _ = writeln!(io::stderr(), "latchkey: {failure}");
            ExitCode::from(if matches!(failure, Failure::Setting(_)) { 2 } else { 1 })
        }
    }
}

fn start(cli: Cli) -> Result<(), Failure> {
    config::check_names(std::env::vars_os().map(|(name, _)| name))?;
    let filter = cli.settings.log_filter()?;
    telemetry::start(filter);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let config = cli.settings.check()?;
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => run(config).await,
            Command::Migrate => migrate(&config).await.map(drop),
            Command::Demo(demo) => fill(&config, &demo).await,
            Command::SetupLink => print_set_up_link(&config).await,
            Command::NewKey => Ok(writeln!(io::stdout(), "{}", services::vault::new_key().expose())?),
            Command::RotateKeys => rotate_keys(&config).await,
            Command::Workspace { act: WorkspaceAct::Create { owner, mail } } => {
                print_founding_link(&config, &owner, mail).await
            }
            Command::Backup { file, accept_altered } => back_up(&config, &file, if_altered(accept_altered)).await,
            Command::Restore { file, accept_altered } => restore(&config, &file, if_altered(accept_altered)).await,
            Command::VerifyActivity(what) => verify_activity(&config, *what).await,
            Command::ActivityKey => print_activity_key(&config).await,
            Command::User { act: UserAct::List } => list_users(&config).await,
            Command::User { act: UserAct::ResetPassword { email } } => print_reset_link(&config, &email).await,
            Command::User { act: UserAct::ResetSecondFactor { email } } => reset_second_factor(&config, &email).await,
        }
    })
}

/// Serves until told to stop.
async fn run(config: Config) -> Result<(), Failure> {
    let assets = Site::built()?;
    config.check_mail_folder()?;
    let places = config.places()?.map(Arc::new);
    let listener = TcpListener::bind(config.address).await.map_err(|error| Failure::Address(config.address, error))?;
    let database = migrate(&config).await?;
    let bound = listener.local_addr()?;
    let site_url = config.site_url(bound);
    for warning in config.warnings(bound) {
        tracing::warn!("{warning}");
    }

    let settings = services::Settings { places, ..settings(&config, bound) };
    let services = services_on(&config, database, settings).await?;
    if let Some(link) = services.set_up_link().await.map_err(unusable)? {
        tracing::info!(link, "there is no workspace yet: open this link within a day to set up the first one");
    }
    let stop = CancellationToken::new();
    let workers = Workers::start(&services, config.mailer.clone(), config.keepers.clone(), &stop);
    let way = Way { site_url, trust_proxy: config.trust_proxy, mail_folder: config.shown_mail_folder() };
    let site = way.site_url.to_string();
    let router = router::build(Server::new(services, assets, way, stop.clone()));
    tokio::spawn(stop_when_told(stop.clone()));

    tracing::info!(address = %bound, site, "latchkey {} is listening", env!("CARGO_PKG_VERSION"));
    serve(listener, router, stop, LONGEST_STOP).await;
    if tokio::time::timeout(LONGEST_REST, workers.end()).await.is_err() {
        tracing::warn!("stopped before the workers had put down what they held");
    }
    tracing::info!("stopped");
    Ok(())
}

/// The database, brought up to date.
async fn migrate(config: &Config) -> Result<Database, Failure> {
    make_folder(&config.database_url).map_err(Failure::Folder)?;
    let database = Database::connect(&config.database_url).await.map_err(unusable)?;
    database.migrate().await.map_err(|error| Failure::Migration(services::chain(&error)))?;
    Ok(database)
}

/// What the use cases need to know of a site that listens there.
fn settings(config: &Config, address: SocketAddr) -> services::Settings {
    let keep_activity = config.keep_activity;
    services::Settings { keep_activity, ..services::Settings::new(config.site_url(address), config.founding) }
}

/// What the use cases run on.
async fn services_on(config: &Config, database: Database, settings: services::Settings) -> Result<Services, Failure> {
    let vault = Vault::open(&database, config.key.clone(), Clock::system().now()).await.map_err(closed)?;
    let services = services_with(database, vault, settings).await?;
    let taken = services.take_in_open_secrets().await.map_err(unusable)?;
    if taken > 0 {
        tracing::info!(taken, "what was kept in the open before is encrypted now");
    }
    Ok(services)
}

/// The same for a command beside the server, which needs no key.
async fn services_beside(config: &Config) -> Result<Services, Failure> {
    let database = migrate(config).await?;
    services_with(database, Vault::closed(), settings(config, config.address)).await
}

async fn services_with(database: Database, vault: Vault, settings: services::Settings) -> Result<Services, Failure> {
    let services = Services::new(database, vault, settings);
    services.catch_up_with_time().await.map_err(unusable)?;
    Ok(services)
}

fn closed(error: OpenError) -> Failure {
    match error {
        OpenError::Key(error) => Failure::Key(error),
        OpenError::Other(error) => unusable(error),
    }
}

async fn rotate_keys(config: &Config) -> Result<(), Failure> {
    let database = migrate(config).await?;
    let services = services_on(config, database, settings(config, config.address)).await?;
    let progress = |done: u64| drop(writeln!(io::stderr(), "Keys of accounts that are encrypted anew: {done}"));
    let Rotated { current, sealed_anew } = services.rotate_keys(progress).await.map_err(closed)?;
    writeln!(
        io::stdout(),
        "The key with the id {current} encrypts now. Keys of accounts that were encrypted anew: {sealed_anew}.\n\
         Copy the new key to a safe place now. The one before it opens older backups: keep it as long as you keep those."
    )?;
    Ok(())
}

fn unusable(error: services::Error) -> Failure {
    match error {
        services::Error::App(refused) => Failure::Refused(refused),
        error => Failure::Database(services::chain(&error)),
    }
}

async fn print_set_up_link(config: &Config) -> Result<(), Failure> {
    let link = services_beside(config).await?.set_up_link().await.map_err(unusable)?.ok_or(Failure::SetUp)?;
    writeln!(io::stdout(), "{link}")?;
    Ok(())
}

async fn print_activity_key(config: &Config) -> Result<(), Failure> {
    let services = services_on(config, migrate(config).await?, settings(config, config.address)).await?;
    let key = services.activity_key().await.map_err(unusable)?;
    writeln!(io::stdout(), "{key}")?;
    Ok(())
}

/// The database as it is, for a command that makes none and changes nothing.
async fn existing(config: &Config) -> Result<Database, Failure> {
    if let Some(file) = sqlite_file(&config.database_url).filter(|file| !file.exists()) {
        return Err(Failure::NoDatabase(file.to_owned()));
    }
    let database = Database::connect(&config.database_url).await.map_err(unusable)?;
    if database.is_current().await.map_err(unusable)? { Ok(database) } else { Err(Failure::NotCurrent) }
}

fn if_altered(accept: bool) -> IfAltered {
    if accept { IfAltered::Accept } else { IfAltered::Refuse }
}

/// What a copy was found to be, for people.
fn found(checked: &Checked) -> String {
    let Checked { bytes, events, altered } = checked;
    match altered {
        None => format!("{bytes} bytes, {events} events as they were sealed"),
        Some(what) => format!("{bytes} bytes, {events} events, NOT all as they were sealed ({what})"),
    }
}

async fn back_up(config: &Config, file: &Path, if_altered: IfAltered) -> Result<(), Failure> {
    let database = existing(config).await?;
    let checked = database.back_up(file, if_altered).await?;
    writeln!(
        io::stdout(),
        "{} is complete: {}.\n\
         The secrets in it are encrypted, and the key is not in it: without the key it is useless to a thief, and to you. Keep a \
         copy of the key elsewhere.",
        file.display(),
        found(&checked)
    )?;
    Ok(())
}

async fn restore(config: &Config, file: &Path, if_altered: IfAltered) -> Result<(), Failure> {
    let database = sqlite_file(&config.database_url).ok_or(BackupError::Postgres)?;
    make_folder(&config.database_url).map_err(Failure::Folder)?;
    let now = Clock::system().now();
    let checked = backup::restore(file, database, config.key.clone(), now, if_altered).await?;
    writeln!(io::stdout(), "{} is restored: {}. The key opens it.", database.display(), found(&checked))?;
    Ok(())
}

/// Verifies the record of activity, and says what was found.
async fn verify_activity(config: &Config, what: VerifyActivity) -> Result<(), Failure> {
    let mut trust = Trust { key: what.activity_key, ..Trust::default() };
    if let Some(file) = &what.checkpoints {
        let text = std::fs::read_to_string(file).map_err(|error| Failure::File(file.clone(), error))?;
        trust.keep(&text).map_err(|line| Failure::Checkpoints(file.clone(), line))?;
    }
    let report = match &what.export {
        Some(file) => {
            let opened = File::open(file).map_err(|error| Failure::File(file.clone(), error))?;
            let reader = io::BufReader::with_capacity(1 << 20, opened);
            verify_export(reader, &trust).map_err(|error| Failure::File(file.clone(), error))?
        }
        None => {
            let database = existing(config).await?;
            database.verify_activity(&trust).await.map_err(unusable)?
        }
    };
    if what.json {
        serde_json::to_writer_pretty(io::stdout(), &report).map_err(io::Error::from)?;
        writeln!(io::stdout())?;
    } else {
        writeln!(io::stdout(), "{report}")?;
    }
    if report.is_clean() { Ok(()) } else { Err(Failure::NotAsSealed) }
}

async fn print_founding_link(config: &Config, owner: &str, mail: bool) -> Result<(), Failure> {
    let link = services_beside(config).await?.founding_link(owner, mail).await.map_err(unusable)?;
    writeln!(io::stdout(), "{link}")?;
    Ok(())
}

/// Prints a line for each membership, and one for each user without any.
async fn list_users(config: &Config) -> Result<(), Failure> {
    let services = services_beside(config).await?;
    let mut after = String::new();
    loop {
        let lines = services.user_lines(&after, USERS_AT_ONCE).await.map_err(unusable)?;
        let Some(last) = lines.last() else { return Ok(()) };
        after.clone_from(&last.email);
        for line in &lines {
            let role = line.role.map_or("", WorkspaceRole::label);
            let status = line.status.map_or("", MemberStatus::label);
            let cells = [line.email.as_str(), &line.name, line.workspace.as_deref().unwrap_or_default(), role, status];
            writeln!(io::stdout(), "{}", cells.map(one_line).join("\t"))?;
        }
    }
}

async fn print_reset_link(config: &Config, email: &str) -> Result<(), Failure> {
    let link = services_beside(config).await?.operator_reset_link(email).await.map_err(unusable)?;
    let link = link.ok_or_else(|| Failure::NoUser(one_line(email)))?;
    writeln!(io::stdout(), "{link}")?;
    Ok(())
}

async fn reset_second_factor(config: &Config, email: &str) -> Result<(), Failure> {
    let reset = services_beside(config).await?.operator_reset_second_factor(email).await.map_err(unusable)?;
    match reset {
        Some(true) => Ok(writeln!(io::stdout(), "The password alone signs {} in now.", one_line(email))?),
        Some(false) => Err(Failure::NoSecondFactor(one_line(email))),
        None => Err(Failure::NoUser(one_line(email))),
    }
}

/// The file of a SQLite database.
fn sqlite_file(database_url: &str) -> Option<&Path> {
    database_url.strip_prefix("sqlite://").and_then(|path| path.split('?').next()).map(Path::new)
}

/// The folder of a SQLite file.
fn make_folder(database_url: &str) -> io::Result<()> {
    match sqlite_file(database_url).and_then(Path::parent) {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// Fills an empty database with the demo, and says who can sign in.
async fn fill(config: &Config, demo: &Demo) -> Result<(), Failure> {
    let database = migrate(config).await?;
    let empty = database.is_empty().await.map_err(|error| Failure::Database(services::chain(&error)))?;
    if !empty {
        return if demo.if_empty { Ok(()) } else { Err(Failure::NotEmpty) };
    }
    let services = services_on(config, database, settings(config, config.address)).await?;
    let default = services::demo::DemoSize::default();
    let size = services::demo::DemoSize {
        members: demo.members.unwrap_or(default.members),
        accounts: demo.accounts.unwrap_or(default.accounts),
        events: demo.events.unwrap_or(default.events),
    };
    // Whoever has closed the standard error stream does not want to know.
    let progress = |said: &str| drop(writeln!(io::stderr(), "{said}"));
    let summary = services::demo::fill(&services, size, &progress).await;
    let summary = summary.map_err(|error| Failure::Demo(services::chain(&error)))?;
    write!(io::stdout(), "{summary}")?;
    Ok(())
}

/// Stops the server at the first SIGTERM or Ctrl-C, and the program at the second.
async fn stop_when_told(stop: CancellationToken) {
    told().await;
    tracing::info!("stopping: requests in flight are answered first");
    stop.cancel();
    told().await;
    std::process::exit(1);
}

#[cfg(unix)]
async fn told() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => interrupted().await,
    }
}

#[cfg(not(unix))]
async fn told() {
    interrupted().await;
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a way to be told, the server runs until it is killed.
        std::future::pending::<()>().await;
    }
}
