//! A Chromium for the browser tests.

use crate::{child, project};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Chromium without a window, and without all that surrounds a page in one: the tests take half the time in it.
const SHELL: &str = "chromium-headless-shell";
const NAMES: &[&str] = &[SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// Without one, nothing has a width.
const FONT: &str = "fonts-dejavu-core";

/// A browser that starts: named by LATCHKEY_TEST_CHROMIUM, installed, Playwright's own, or brought now.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("LATCHKEY_TEST_CHROMIUM").map(PathBuf::from) {
        if starts(&named) {
            return Ok(named);
        }
        bail!("LATCHKEY_TEST_CHROMIUM names {}, which does not start", named.display());
    }
    // Where it costs nothing but a moment, the quicker one is brought even if there is another.
    if child::find(&[SHELL]).is_none() && can_apt() {
        let _ = super::apt_install(&[SHELL, FONT]);
    }
    if let Some(found) = installed() {
        return Ok(found);
    }
    for bring in [by_apt, by_playwright] {
        // A way that fails has said why; the next one may do.
        if bring().is_ok()
            && let Some(found) = installed()
        {
            return Ok(found);
        }
        if child::told_to_stop() {
            bail!("stopped");
        }
    }
    bail!(
        "the browser tests need Chromium, and it could not be installed: install the package `chromium` (or Chrome) from \
         your system's packages, or name one by LATCHKEY_TEST_CHROMIUM"
    )
}

fn installed() -> Option<PathBuf> {
    let on_path = NAMES.iter().filter_map(|name| child::find(&[name]));
    on_path.chain(playwrights_own()).find(|path| starts(path))
}

/// Some systems ship a `chromium` that only tells how to install one.
fn starts(path: &Path) -> bool {
    child::answer(child::command(path).arg("--version")).is_some()
}

fn playwrights_own() -> Option<PathBuf> {
    let script = "process.stdout.write(require('@playwright/test').chromium.executablePath())";
    let mut command = child::command("node");
    command.current_dir(project::path("end2end")).args(["-e", script]);
    child::answer(&mut command).map(PathBuf::from).filter(|path| path.is_file())
}

/// As root on a system with apt-get: it brings the libraries and a font along, which a downloaded browser lacks there.
fn by_apt() -> Result<()> {
    if !can_apt() {
        bail!("apt-get is for root");
    }
    super::apt_install(&["chromium", FONT])
}

fn can_apt() -> bool {
    super::is_root() && child::find(&["apt-get"]).is_some()
}

fn by_playwright() -> Result<()> {
    println!("Downloading a Chromium with Playwright …");
    let mut command = child::command("npx");
    command.current_dir(project::path("end2end")).args(["playwright", "install", "chromium"]);
    child::run(&mut command)
}
