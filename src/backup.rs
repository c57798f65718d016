//! Backups: bundles that open with `sha256sum` and `pg_restore` and need no program of ours.
//!
//! A bundle is a directory `<root>/<stack>/<time>-<id>/` with `manifest.json`, `SHA256SUMS`, `RESTORE.md` and the parts.
//! It is written under a `.partial-` name that no list shows, and gets its own name only when all of it is on the disk:
//! a backup that failed, for whatever reason, leaves nothing behind.
//!
//! [`plan`] says what would be dumped, [`take`] does it, [`list`] reads the manifests.

mod bundle;
mod dump;
mod list;
pub mod manifest;
mod plan;
mod postgres;
mod take;

pub use list::{list, survey};
pub use manifest::{Manifest, ManifestPart, is_bundle_name};
pub use plan::plan;
pub use take::{Order, take};

use std::path::{Path, PathBuf};

/// Names another directory for backups than the state directory's.
pub const ROOT_VARIABLE: &str = "MCP_TUI_BACKUPS";

/// Where backups are kept: `$MCP_TUI_BACKUPS`, else under the state directory.
pub fn root(state_directory: &Path) -> PathBuf {
    match std::env::var_os(ROOT_VARIABLE).filter(|value| !value.is_empty()) {
        Some(path) => path.into(),
        None => state_directory.join("backups"),
    }
}
