//! Commands that an operator has named, run by the shell.

use tokio::process::Command;

/// A shell that runs this line and ends with whoever waits for it. It gets the program's environment but for its own settings:
/// the command needs no key, no way to the database, and no mail.
pub(crate) fn shell(line: &str) -> Command {
    let mut shell = Command::new("sh");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LATCHKEY_")) {
        shell.env_remove(name);
    }
    shell.arg("-c").arg(line).kill_on_drop(true);
    shell
}
