//! Where things lie: configuration, state and data, after the XDG base directories.

use std::ffi::OsString;
use std::path::PathBuf;

const NAME: &str = "mcp-tui";
/// Root's state and data are the server's, not those of one login.
const SYSTEM: &str = "/var/lib/mcp-tui";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Settings, themes and the operator's own stacks.
    pub config: PathBuf,
    /// Tasks, locks, the audit log, backups.
    pub state: PathBuf,
    /// The built-in stacks, once written out.
    pub data: PathBuf,
}

impl Paths {
    pub fn from_environment() -> Self {
        Self::new(std::env::var_os, std::env::home_dir(), rustix::process::geteuid().is_root())
    }

    /// The same from a given environment.
    pub fn new(
        variable: impl Fn(&'static str) -> Option<OsString>,
        home: Option<PathBuf>,
        root: bool,
    ) -> Self {
        // The specification has relative paths ignored.
        let named = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = home.filter(|home| home.is_absolute());
        let below = |name, under_home: &str| {
            named(name)
                .or_else(|| home.as_ref().map(|home| home.join(under_home)))
                .map_or_else(|| PathBuf::from(SYSTEM), |base| base.join(NAME))
        };
        let shared = |name, under_home: &str| match named(name) {
            None if root => PathBuf::from(SYSTEM),
            _ => below(name, under_home),
        };
        Self {
            config: below("XDG_CONFIG_HOME", ".config"),
            state: shared("XDG_STATE_HOME", ".local/state"),
            data: shared("XDG_DATA_HOME", ".local/share"),
        }
    }

    /// `config.yaml`
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("config.yaml")
    }

    /// Where the operator's themes are looked for.
    pub fn theme_directories(&self) -> Vec<PathBuf> {
        vec![self.config.join("themes")]
    }

    /// Where stacks are looked for when the settings do not say, the first place first.
    pub fn stack_directories(&self) -> Vec<PathBuf> {
        vec![PathBuf::from("stacks"), self.config.join("stacks"), PathBuf::from("/etc/mcp-tui/stacks")]
    }
}

#[cfg(test)]
mod tests;
