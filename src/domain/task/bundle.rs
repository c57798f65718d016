//! What is done with backups that there are.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "bundle")]
pub enum BundleOperation {
    /// Reads all of it again, and with `deep` has the services' own tools read it too.
    Verify { name: String, deep: bool },
    /// Restores it into throw-away containers, compares, and removes those again.
    Rehearse {
        name: String,
        /// The file that holds what an encrypted one is read with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<PathBuf>,
    },
    /// Keeps it whatever the policy says, or leaves it to the policy again.
    Pin { name: String, pinned: bool },
    /// Writes it into one file among those that the console saves.
    Export { name: String },
    /// Copies it off site, or what is lacking of it there; `again` is for what seems to be there and has rotted.
    Push {
        name: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
    /// Brings it back from off site.
    Fetch { name: String },
    /// Removes it for good.
    Remove { name: String },
    /// Removes those that the stack's policy does not want any more.
    Prune,
}

impl BundleOperation {
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Verify { .. } => "verify",
            Self::Rehearse { .. } => "rehearse",
            Self::Pin { pinned: true, .. } => "pin",
            Self::Pin { pinned: false, .. } => "unpin",
            Self::Export { .. } => "export",
            Self::Push { .. } => "backup-push",
            Self::Fetch { .. } => "backup-pull",
            Self::Remove { .. } => "backup-rm",
            Self::Prune => "backup-prune",
        }
    }

    /// The backup that it is about; `None` where a policy says which.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Verify { name, .. }
            | Self::Rehearse { name, .. }
            | Self::Pin { name, .. }
            | Self::Export { name }
            | Self::Push { name, .. }
            | Self::Fetch { name }
            | Self::Remove { name } => Some(name),
            Self::Prune => None,
        }
    }

    /// Whether it takes something away that nobody can bring back.
    pub fn destroys(&self) -> bool {
        match self {
            Self::Remove { .. } => true,
            Self::Verify { .. }
            | Self::Rehearse { .. }
            | Self::Pin { .. }
            | Self::Export { .. }
            | Self::Push { .. }
            | Self::Fetch { .. }
            | Self::Prune => false,
        }
    }
}
