//! The tools that the project needs, found or brought.
//!
//! What is found in the right version on PATH is used. What is missing is put into target/tools or end2end/node_modules;
//! the system is changed only where nothing else serves (a browser, by apt-get as root).

mod chromium;
mod postgres;

use crate::digest::{self, Stamp};
use crate::program::Profile;
use crate::{child, project};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

pub(crate) use chromium::chromium;
pub(crate) use postgres::postgres_programs;

/// The last Trunk that builds with our Rust.
const TRUNK: &str = "0.21.14";

/// What `cargo xtask check` was written against.
const CARGO_DENY: &str = "0.20.2";

/// The oldest Node that our packages from npm run on.
const NODE: u32 = 20;

/// A tool as it was found.
pub(crate) struct Tool {
    /// Its program's name.
    pub(crate) name: &'static str,
    /// Its version.
    pub(crate) version: String,
}

/// Everything that building the browser's part needs.
pub(crate) fn for_site(profile: Profile) -> Result<Vec<Tool>> {
    wasm_target()?;
    let bindgen = locked_version("wasm-bindgen")?;
    let mut tools = vec![
        installed("trunk", "trunk", TRUNK, &["--locked"], "about four minutes on two cores")?,
        // Its own lock file is older than our compiler and does not build.
        installed("wasm-bindgen", "wasm-bindgen-cli", &bindgen, &[], "about two minutes on two cores")?,
    ];
    if profile == Profile::Release {
        node_packages()?;
        for (name, package) in [("wasm-opt", "binaryen"), ("esbuild", "esbuild")] {
            tools.push(Tool { name, version: node_package_version(package)? });
        }
    }
    Ok(tools)
}

/// The program that looks at licences, sources and advisories.
pub(crate) fn cargo_deny() -> Result<()> {
    installed("cargo-deny", "cargo-deny", CARGO_DENY, &["--locked"], "about five minutes on two cores").map(drop)
}

/// The packages of end2end/package-lock.json, installed.
pub(crate) fn node_packages() -> Result<()> {
    node()?;
    let lock = digest::of_inputs(&["end2end/package-lock.json", "end2end/package.json"], &[])?;
    let stamp = Stamp::new("end2end/node_modules/.latchkey-stamp", lock);
    if stamp.holds() {
        return Ok(());
    }
    println!("Installing the packages from npm in end2end …");
    let mut command = child::command("npm");
    command
        .current_dir(project::path("end2end"))
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        // The browser comes in a step of its own, which knows other ways.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    child::run(&mut command).context("the packages could not be installed")?;
    stamp.write()
}

fn node() -> Result<()> {
    let need = format!("Node {NODE} or newer with npm is needed: install it from your system's packages");
    let Some(version) = child::answer(child::command("node").arg("--version")) else {
        bail!("{need}; no `node` was found on PATH");
    };
    let version = version.trim();
    let major = version.trim_start_matches('v').split('.').next().and_then(|it| it.parse().ok());
    ensure!(major.is_some_and(|major: u32| major >= NODE), "{need}; `node --version` says {version}");
    ensure!(child::find(&["npm"]).is_some(), "{need}; no `npm` was found on PATH");
    Ok(())
}

fn node_package_version(name: &str) -> Result<String> {
    let manifest = project::path("end2end/node_modules").join(name).join("package.json");
    let manifest = serde_json::from_slice::<serde_json::Value>(&digest::read(&manifest)?)?;
    let version = manifest["version"].as_str();
    Ok(version.with_context(|| format!("{name} from npm does not say its version"))?.to_owned())
}

/// The compiler's target for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let sysroot = child::output(child::command("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    println!("Adding the compiler's target {TARGET} …");
    child::run(child::command("rustup").args(["target", "add", TARGET])).with_context(|| {
        format!(
            "the Rust compiler lacks the target {TARGET}: run `rustup target add {TARGET}`, or install it from the \
             packages that your Rust comes from"
        )
    })
}

/// A program that cargo can install, in exactly this version.
fn installed(name: &'static str, package: &str, version: &str, options: &[&str], effort: &str) -> Result<Tool> {
    let tool = Tool { name, version: version.to_owned() };
    if says_version(name, version) {
        return Ok(tool);
    }
    println!("Installing {package} {version} into target/tools: once, {effort} …");
    let scratch = project::path("target/tools/build");
    let mut command = child::command("cargo");
    command
        .args(["install", package, "--version", version])
        .args(options)
        .arg("--root")
        .arg(project::path("target/tools"))
        .env("CARGO_TARGET_DIR", &scratch)
        // A tool that runs for a second need not be optimised across crates for minutes.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    child::run(&mut command).with_context(|| format!("{package} {version} could not be installed"))?;
    ensure!(
        says_version(name, version),
        "{name} was installed into target/tools/bin, but does not say that it is {version}"
    );
    // Gigabytes that nothing needs any more; what stays of them does no harm.
    let _ = std::fs::remove_dir_all(scratch);
    Ok(tool)
}

/// Installs packages of the system's own. For root alone.
fn apt_install(packages: &[&str]) -> Result<()> {
    println!("Installing {} with apt-get …", packages.join(", "));
    // Without fresh lists an old index may name files that are gone; a failure here shows in the next step.
    let _ = child::run(apt_get().args(["update", "--quiet"]));
    let options = ["install", "--yes", "--quiet", "--no-install-recommends"];
    child::run(apt_get().args(options).args(packages))
}

fn apt_get() -> Command {
    let mut command = child::command("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Whether this is the superuser, who may change the system, and as whom PostgreSQL does not run.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn says_version(name: &str, version: &str) -> bool {
    let said = child::answer(child::command(name).arg("--version"));
    said.is_some_and(|said| said.split_whitespace().nth(1) == Some(version))
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Result<String> {
    let lock = String::from_utf8(digest::read(&project::path("Cargo.lock"))?)?;
    version_in(&lock, package).with_context(|| format!("Cargo.lock has no {package}"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(rest.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"s\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "wasm"), None);
    }

    #[test]
    fn the_pinned_wasm_opt_is_the_one_that_trunk_asks_for() {
        let trunk = std::fs::read_to_string(project::path("Trunk.toml")).unwrap();
        let packages = std::fs::read(project::path("end2end/package.json")).unwrap();
        let packages = serde_json::from_slice::<serde_json::Value>(&packages).unwrap();
        let version = packages["devDependencies"]["binaryen"].as_str().unwrap();
        let major = version.split('.').next().unwrap();
        assert!(trunk.contains(&format!("wasm_opt = \"version_{major}\"")), "{trunk}");
        assert!(trunk.contains(&format!("trunk-version = \"{TRUNK}\"")), "{trunk}");
    }
}
