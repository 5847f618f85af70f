//! `cargo xtask screenshots`: the README's pictures, taken from the demo.

use crate::child::{self, Running};
use crate::program::{self, Profile};
use crate::scratch::{self, Folder};
use crate::test::browser;
use crate::{project, serve};
use anyhow::{Result, ensure};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Serves a new demo and lets end2end/screenshots.ts look at it.
pub(crate) fn run() -> Result<()> {
    let profile = Profile::Debug;
    program::build(profile)?;
    let folder = Folder::new("screenshots", None)?;
    let address = format!("127.0.0.1:{}", scratch::free_port()?);
    let latchkey = |what: &str| -> Command {
        let mut command = child::command(program::path(profile));
        command
            .arg(what)
            .env("LATCHKEY_DATABASE_URL", format!("sqlite://{}", folder.join("latchkey.db").display()))
            .env("LATCHKEY_MAIL_FOLDER", folder.join("mail"))
            .env("LATCHKEY_KEY_FILE", folder.join("latchkey.key"))
            .env("LATCHKEY_ADDRESS", &address)
            .env("LATCHKEY_LOG", "warn")
            .stdout(Stdio::null());
        command
    };
    child::run(&mut latchkey("demo"))?;
    let mut server = Running::start(&mut latchkey("serve"))?;
    let ready = child::poll(Duration::from_secs(60), || {
        !matches!(server.try_wait(), Ok(None)) || child::told_to_stop() || serve::is_ready(&address)
    });
    ensure!(ready && serve::is_ready(&address), "the server does not answer http://{address}/ready");

    println!("Taking the pictures …");
    let mut command = browser::playwright(profile)?;
    command
        .arg("test")
        .env("LATCHKEY_TEST_ADDRESS", format!("http://{address}"))
        .env("LATCHKEY_TEST_PICTURES", project::path("docs/screenshots"));
    child::run(&mut command)
}
