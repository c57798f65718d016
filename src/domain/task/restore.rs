//! What `backup restore` is asked for.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RestoreOptions {
    /// The bundle's name: `20261120T103104Z-3f9c`.
    pub name: String,
    pub mode: RestoreMode,
    /// Only these parts, by their paths in the bundle; all that the mode means when empty.
    pub parts: Vec<String>,
    /// Go on although something speaks against it that harms nobody who wants it so.
    pub force: bool,
    /// The file that holds what an encrypted bundle is read with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<PathBuf>,
    /// The [fingerprint](crate::domain::Plan::fingerprint) of the plan that was agreed to. Another plan is refused.
    pub agreed: Option<String>,
}

/// Which parts of a bundle are put back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestoreMode {
    #[default]
    Full,
    /// `PostgreSQL` and Redis.
    Database,
    /// Volumes and paths of the host.
    Artifacts,
}

impl RestoreMode {
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Database => "database",
            Self::Artifacts => "artifacts",
        }
    }
}
