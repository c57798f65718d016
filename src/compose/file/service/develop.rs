//! What `watch` does when files change, and commands that run at a turn of a container's life.

use crate::compose::file::values::is_default;
use serde::Serialize;
use std::collections::BTreeMap;

/// `develop`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Develop {
    #[serde(skip_serializing_if = "is_default")]
    pub watch: Vec<Trigger>,
}

/// Files that are watched, and what their change brings about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// Absolute.
    pub path: String,
    pub action: WatchAction,
    /// The path in the container; empty for a rebuild or a restart.
    #[serde(skip_serializing_if = "is_default")]
    pub target: String,
    /// For [`WatchAction::SyncExec`]; Compose writes it for every action.
    pub exec: Hook,
    #[serde(skip_serializing_if = "is_default")]
    pub include: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub ignore: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub initial_sync: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum WatchAction {
    #[serde(rename = "rebuild")]
    Rebuild,
    #[serde(rename = "restart")]
    Restart,
    #[serde(rename = "sync")]
    Sync,
    #[serde(rename = "sync+restart")]
    SyncRestart,
    #[serde(rename = "sync+exec")]
    SyncExec,
}

impl WatchAction {
    pub const WORDS: [(&'static str, Self); 5] = [
        ("rebuild", Self::Rebuild),
        ("restart", Self::Restart),
        ("sync", Self::Sync),
        ("sync+restart", Self::SyncRestart),
        ("sync+exec", Self::SyncExec),
    ];
}

/// A command of `pre_start`, `post_start`, `pre_stop` or a watch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Hook {
    pub command: Option<Vec<String>>,
    /// `pre_start` only: what its own container is made from.
    #[serde(skip_serializing_if = "is_default")]
    pub image: String,
    #[serde(skip_serializing_if = "is_default")]
    pub user: String,
    #[serde(skip_serializing_if = "is_default")]
    pub privileged: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub working_dir: String,
    #[serde(skip_serializing_if = "is_default")]
    pub environment: BTreeMap<String, Option<String>>,
    /// `pre_start` only: once for every container instead of once for the service.
    #[serde(skip_serializing_if = "is_default")]
    pub per_replica: bool,
}
