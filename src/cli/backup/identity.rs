//! What an encrypted backup is read with.

use crate::domain::Fault;
use std::path::PathBuf;

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Identity {
    /// A file that `age-keygen` made, with which an encrypted backup is read
    #[arg(long, value_name = "FILE", env = crate::backup::IDENTITY_VARIABLE, hide_env_values = true)]
    identity: Option<PathBuf>,
}

impl Identity {
    /// The task runs elsewhere: the path must mean the same there.
    pub fn path(&self) -> Result<Option<PathBuf>, Fault> {
        let Some(path) = &self.identity else { return Ok(None) };
        let absolute = std::path::absolute(path);
        absolute.map(Some).map_err(|error| Fault::io("find identity", path.display(), &error))
    }
}
