//! The program `latchkey`, built together with what it serves.

use crate::{child, project, site};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// The crates that run on a server or beside it: all but the browser's entry.
pub(crate) const SERVER_PACKAGES: &[&str] = &["domain", "services", "app", "server", "migration", "xtask"];

/// How a build is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build; the program reads its assets from target/site/debug while it runs.
    Debug,
    /// Optimised; the program carries its assets inside.
    Release,
}

impl Profile {
    /// What `--release` says.
    pub(crate) fn from_release(release: bool) -> Self {
        if release { Self::Release } else { Self::Debug }
    }

    /// Its folder's name below target.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// Where the program lies once it is built.
pub(crate) fn path(profile: Profile) -> PathBuf {
    project::path("target").join(profile.name()).join("latchkey")
}

/// A call of cargo that finds the site of this profile, which the release program embeds.
pub(crate) fn cargo(profile: Profile) -> Command {
    let mut command = child::command("cargo");
    command.env("LATCHKEY_SITE", site::folder(profile));
    command
}

/// Builds the browser's part, then the program. They are separate calls: together, their features would mix.
pub(crate) fn build(profile: Profile) -> Result<()> {
    site::build(profile)?;
    println!("Building the program ({}) …", profile.name());
    let mut command = cargo(profile);
    command.args(["build", "--package", "server", "--bin", "latchkey"]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    child::run(&mut command).context("the program could not be built")
}
