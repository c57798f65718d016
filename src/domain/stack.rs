//! A stack: a Compose project, seen from its files.

mod labelled;

use super::{CheckSpec, Safe};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

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
    /// `x-mcp.addresses`: what to open in a browser once it is up.
    pub addresses: Vec<Safe>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackService {
    pub name: String,
    pub image: Option<Safe>,
    /// Replicas the file asks for.
    pub replicas: u32,
    pub depends_on: Vec<String>,
}

/// `x-mcp.backup`, or what is derived from the images when nothing is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupSource {
    Postgres { service: String, database: Option<String>, user: Option<String> },
}

/// One finished backup, as its manifest tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupEntry {
    pub name: String,
    pub stack: String,
    pub created: jiff::Timestamp,
    pub size_bytes: u64,
    pub parts: Vec<BackupPart>,
    pub directory: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPart {
    /// Relative to the bundle: `postgres/mlflow.dump`.
    pub path: String,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}
