//! Where things are in the project's tree.

use std::path::PathBuf;
use std::sync::LazyLock;

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    // Cargo tells at run time where it started us from; the place at compile time serves a program started by hand.
    let here =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().expect("xtask lies in the project's root").to_path_buf()
});

/// The absolute path of something in the project's tree, `""` being its root.
pub(crate) fn path(relative: &str) -> PathBuf {
    if relative.is_empty() { ROOT.clone() } else { ROOT.join(relative) }
}
