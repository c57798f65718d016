//! A stack: a Compose project, seen from its files.

mod backup;
mod labelled;
mod offsite;
mod standing;

pub use backup::{
    BackupEntry, BackupPart, BackupPolicy, BackupSource, Proof, ProofFailure, ProofLevel, Recovery,
    Retention, bytes_on_disk,
};
pub use offsite::{OffsiteCopy, OffsiteFailure, OffsiteLack, OffsitePlace, OffsiteStanding};
pub use standing::{BackupStanding, Backups};

use super::{CheckSpec, Safe};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The most replicas one service may have. A bridge of Linux has 1,023 ports, so no network of one host connects more;
/// what is above that is a slip of the finger, and merely planning it could exhaust the server that is to be kept up.
pub const MOST_REPLICAS: u32 = 1_000;

/// Enough to load a project again in another process.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StackRef {
    /// The Compose project name.
    pub project: String,
    /// Empty when the stack is known by its labels only.
    pub files: Vec<PathBuf>,
    pub directory: Option<PathBuf>,
    pub env_files: Vec<PathBuf>,
    pub profiles: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StackOrigin {
    /// Found in a directory of the search path.
    Directory,
    /// Part of the binary.
    BuiltIn,
    /// Named with `--file`.
    Given,
    /// Outside of the search path: named by the labels of the containers that were made from it.
    Labels,
}

/// What a stack's file says, as far as the console needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackFile {
    pub reference: StackRef,
    pub origin: StackOrigin,
    /// `x-mcp.title`.
    pub title: Option<Safe>,
    pub services: Vec<StackService>,
    pub checks: Vec<CheckSpec>,
    pub backup: Vec<BackupSource>,
    #[serde(default)]
    pub backup_policy: BackupPolicy,
    /// `x-mcp.addresses`: what to open in a browser once it is up.
    pub addresses: Vec<Safe>,
    /// Files that can be laid over those of the reference; those that are, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlays: Vec<Overlay>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<Profile>,
}

/// `compose.prod.yaml` beside `compose.yaml` is the overlay `prod`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    pub name: String,
    pub file: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    /// That are part of the stack only with this profile, or another one of theirs.
    pub services: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackService {
    pub name: String,
    pub image: Option<Safe>,
    /// Replicas the file asks for.
    pub replicas: u32,
    pub depends_on: Vec<String>,
}

impl StackFile {
    /// A stack that is known by nothing but its containers. What its file says of its backups is not known either, so that
    /// none of them is let go for their age.
    pub fn unfiled(reference: StackRef, origin: StackOrigin) -> Self {
        Self {
            reference,
            origin,
            title: None,
            services: Vec::new(),
            checks: Vec::new(),
            backup: Vec::new(),
            backup_policy: BackupPolicy { prune: false, ..BackupPolicy::default() },
            addresses: Vec::new(),
            overlays: Vec::new(),
            profiles: Vec::new(),
        }
    }

    /// The stack's own files, without any overlay.
    pub fn base(&self) -> impl Iterator<Item = &PathBuf> {
        let files = self.reference.files.iter();
        files.filter(|file| !self.overlays.iter().any(|overlay| overlay.file == **file))
    }

    /// The files that the labels of its containers name, as far as they are the stack's own and its overlays. `None`
    /// where there is another one among them, or the stack's first is not.
    pub fn deployed_from(&self, labelled: &StackRef) -> Option<Vec<PathBuf>> {
        let known = || self.base().chain(self.overlays.iter().map(|overlay| &overlay.file));
        // The label is absolute, the search path may not be.
        let is_labelled = |file: &Path, label: &Path| label.ends_with(file.strip_prefix(".").unwrap_or(file));
        let own = |label: &PathBuf| known().find(|file| is_labelled(file, label)).cloned();
        let files: Option<Vec<PathBuf>> = labelled.files.iter().map(own).collect();
        let first = self.base().next()?;
        files.filter(|files| files.contains(first))
    }
}
