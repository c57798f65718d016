//! What is done with backups that there are.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "bundle")]
pub enum BundleOperation {
    /// Restores it into throw-away containers, compares, and removes those again.
    Rehearse { name: String },
    /// Removes it for good.
    Remove { name: String },
    /// Removes those that the stack's policy does not want any more.
    Prune,
}

impl BundleOperation {
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Rehearse { .. } => "rehearse",
            Self::Remove { .. } => "backup-rm",
            Self::Prune => "backup-prune",
        }
    }

    /// Whether it takes something away that nobody can bring back.
    pub fn destroys(&self) -> bool {
        match self {
            Self::Remove { .. } => true,
            Self::Rehearse { .. } | Self::Prune => false,
        }
    }
}
