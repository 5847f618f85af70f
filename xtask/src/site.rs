//! The browser's part: Trunk builds it, and every file is then named by its final bytes.
//!
//! Trunk's own names are hashes of what the compiler made, before wasm-opt: another wasm-opt would give other bytes under
//! a name that browsers keep forever.

use crate::digest::{self, Stamp};
use crate::program::Profile;
use crate::tool::{self, Tool};
use crate::{child, project, style};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Whatever the browser's part is made from, beside the tools.
const INPUTS: &[&str] = &[
    "app",
    "domain",
    "frontend",
    "style",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "xtask/src/site.rs",
    "xtask/src/style.rs",
];

/// Where the finished files of a profile lie, with the index.html that names them.
pub(crate) fn folder(profile: Profile) -> PathBuf {
    project::path("target/site").join(profile.name())
}

/// Builds the browser's part, unless it is there and nothing it is made from has changed.
pub(crate) fn build(profile: Profile) -> Result<()> {
    let tools = tool::for_site(profile)?;
    let stamp = stamp(profile, &tools)?;
    if stamp.holds() && folder(profile).join("index.html").is_file() {
        return Ok(());
    }
    println!("Building the browser's part ({}) …", profile.name());
    stamp.remove()?;
    style::bundle()?;
    let trunk = project::path("target/trunk").join(profile.name());
    let mut command = child::command("trunk");
    command.arg("build").arg("--dist").arg(&trunk).arg("--skip-version-check");
    if profile == Profile::Release {
        command.arg("--release");
    }
    // Trunk takes this variable for an option of its own and refuses the customary "1".
    if std::env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
    child::run(&mut command).context("the browser's part could not be built")?;
    if profile == Profile::Release {
        minify(&trunk)?;
    }
    finish(&trunk, &folder(profile))?;
    stamp.write()
}

fn stamp(profile: Profile, tools: &[Tool]) -> Result<Stamp> {
    let tools = tools.iter().map(|tool| format!("{} {}", tool.name, tool.version));
    let tools = tools.collect::<Vec<_>>().join("\n");
    let compiler = child::answer(child::command("rustc").arg("--version")).unwrap_or_default();
    let value = digest::of_inputs(INPUTS, &[profile.name(), &tools, &compiler])?;
    Ok(Stamp::new(&format!("target/site/{}.stamp", profile.name()), value))
}

/// Makes the scripts and the style sheets small. wasm-opt has done so with the program already.
fn minify(trunk: &Path) -> Result<()> {
    let mut files = digest::files(trunk)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "js" || extension == "css"));
    let mut command = child::command("esbuild");
    command.args(files).args(["--minify", "--charset=utf8", "--allow-overwrite", "--log-level=warning"]);
    child::run(command.arg("--outbase=.").arg("--outdir=."))
}

/// Puts Trunk's files into the site's folder under their final names, and the names into index.html.
fn finish(trunk: &Path, site: &Path) -> Result<()> {
    let fresh = site.with_extension("new");
    clear(&fresh)?;
    let mut index = String::from_utf8(digest::read(&trunk.join("index.html"))?).context("index.html is not UTF-8")?;
    let mut kinds = Vec::new();
    for file in digest::files(trunk)? {
        let name = file.strip_prefix(trunk)?.to_str().context("a file's name is not UTF-8")?;
        if name == "index.html" {
            continue;
        }
        let bytes = digest::read(&file)?;
        let named = final_name(name, &bytes);
        ensure!(
            name == named || index.contains(name),
            "index.html does not name {name}: is something left over in {}?",
            trunk.display()
        );
        index = index.replace(name, &named);
        kinds.push(file.extension().unwrap_or_default().to_owned());
        digest::write(&fresh.join(&named), &bytes)?;
    }
    for kind in ["js", "wasm", "css"] {
        if !kinds.iter().any(|found| found == kind) {
            bail!("Trunk has made no .{kind} file");
        }
    }
    digest::write(&fresh.join("index.html"), index.as_bytes())?;
    clear(site)?;
    fs::rename(&fresh, site).with_context(|| format!("{} cannot be put there", site.display()))
}

/// `frontend-<Trunk's hash>_bg.wasm` gets the hash of its bytes instead. What Trunk has not hashed is imported by the
/// script under its own name, below a folder that already bears a hash, and keeps it.
fn final_name(name: &str, bytes: &[u8]) -> String {
    let hashed = name.rsplit_once('-').filter(|_| !name.contains('/')).and_then(|(stem, rest)| {
        let end = rest.find(|character: char| !character.is_ascii_hexdigit())?;
        (end >= 8).then(|| format!("{stem}-{}{}", digest::of_bytes(bytes), &rest[end..]))
    });
    hashed.unwrap_or_else(|| name.to_owned())
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} is in the way", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_the_bytes() {
        let one = final_name("frontend-1b4f2eae35a6e9c2_bg.wasm", b"one");
        let two = final_name("frontend-1b4f2eae35a6e9c2_bg.wasm", b"two");
        assert_ne!(one, two);
        assert_eq!(one, format!("frontend-{}_bg.wasm", digest::of_bytes(b"one")));
    }

    #[test]
    fn what_a_script_imports_keeps_its_name() {
        let name = "snippets/crate-1b4f2eae35a6e9c2/inline0.js";
        assert_eq!(final_name(name, b"one"), name);
        assert_eq!(final_name("robots.txt", b"one"), "robots.txt");
    }

    #[test]
    fn the_index_names_the_final_files() {
        let folder = std::env::temp_dir().join(format!("latchkey-site-{}", std::process::id()));
        let (trunk, site) = (folder.join("trunk"), folder.join("site"));
        for (name, bytes) in [
            ("a-0000000000000001.js", "js"),
            ("a-0000000000000001_bg.wasm", "wasm"),
            ("b-0000000000000002.css", "css"),
            (
                "index.html",
                "<link href=/a-0000000000000001.js><link href=/a-0000000000000001_bg.wasm>\
                 <link href=/b-0000000000000002.css>",
            ),
        ] {
            digest::write(&trunk.join(name), bytes.as_bytes()).unwrap();
        }
        finish(&trunk, &site).unwrap();
        let index = fs::read_to_string(site.join("index.html")).unwrap();
        for kind in [".js", "_bg.wasm", ".css"] {
            let bytes = kind.trim_start_matches("_bg").trim_start_matches('.');
            let stem = if kind == ".css" { "b" } else { "a" };
            let name = format!("{stem}-{}{kind}", digest::of_bytes(bytes.as_bytes()));
            assert!(index.contains(&format!("href=/{name}>")), "{index}");
            assert!(site.join(name).is_file());
        }
        fs::remove_file(trunk.join("b-0000000000000002.css")).unwrap();
        assert!(finish(&trunk, &site).is_err(), "a site without a style sheet");
        fs::remove_dir_all(folder).unwrap();
    }
}
