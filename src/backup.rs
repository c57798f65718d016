//! Backups: bundles that open with `sha256sum` and `pg_restore` and need no program of ours.
//!
//! A bundle is a directory `<root>/<stack>/<time>-<id>/` with `manifest.json`, `SHA256SUMS`, `RESTORE.md` and the parts.
//! It is written under a `.partial-` name that no list shows, and gets its own name only when all of it is on the disk:
//! a backup that failed, for whatever reason, leaves nothing behind. Large files lie beside the bundles of a stack, each once
//! (`store`).
//!
//! [`look`] finds out what there is to take, [`plan`] says it, `take` does it, [`list`] reads the manifests.

mod action;
mod archives;
mod bundle;
mod check;
mod create;
mod deep;
mod export;
mod feed;
mod find;
mod job;
mod list;
mod look;
pub mod manifest;
pub mod offsite;
mod papers;
mod part;
mod pin;
mod plan;
mod postgres;
pub mod proof;
pub mod prune;
mod redis;
mod rehearse;
pub mod restore;
pub mod retain;
pub mod schedule;
mod seal;
mod sink;
mod source;
mod space;
mod standing;
mod store;
mod stream;
mod take;
mod tar_count;
mod verification;
pub mod verify;
mod workshop;

pub use action::{BundleAction, BundlePlaces, StackFiles};
pub use check::check;
pub use create::create;
pub use export::{export, place_in};
pub use feed::UNWATCHED;
pub use find::{Found, LATEST, find, find_of};
pub use job::Survey;
pub use list::{bundles, good_times, list, manifest as read_manifest, places, survey};
pub use look::{Scene, derive, look};
pub use manifest::{Content, Manifest, ManifestPart, is_bundle_name};
pub use plan::plan;
pub use seal::{IDENTITY_VARIABLE, Keys};
pub use source::Shelf;
pub use space::Room;
pub use standing::standing;
pub use take::Order;
pub use verify::{Problem, Verdict};
pub use workshop::Workshop;

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
