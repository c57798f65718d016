//! How many lines the audit log has and what the last one is, beside the log: a chain alone does not miss its own end.
//!
//! It is written after the line and not taken to the disk, so that after a loss of power it may be a line behind the log,
//! never before it.

use crate::task::files;
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    /// Lines that are not empty.
    pub lines: u64,
    /// The hash of the last of them.
    pub last: String,
}

impl Seal {
    fn path(log: &Path) -> PathBuf {
        log.with_extension("seal")
    }

    pub fn read(log: &Path) -> std::io::Result<Option<Self>> {
        match std::fs::read(Self::path(log)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn write(&self, log: &Path) -> std::io::Result<()> {
        let path = Self::path(log);
        let temporary = path.with_extension("seal.tmp");
        let mut file = files::options().write(true).create(true).truncate(true).open(&temporary)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        std::fs::rename(&temporary, &path)
    }
}
