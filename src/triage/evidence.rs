//! What a finding was seen by.

use crate::domain::Safe;
use jiff::Timestamp;
use serde::Serialize;

/// Where something was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// What the daemon tells of a container, its last health checks included.
    Inspect,
    /// The daemon's events, or that it does not answer.
    Daemon,
    /// A line that the container wrote.
    Log,
    /// A check of ours.
    Check,
    /// The cgroup files.
    Cgroup,
    /// What the host tells: disks, ports, processes.
    Host,
    /// The kernel's own messages.
    Kernel,
    Nvml,
    /// Compose files.
    File,
    /// A task of ours.
    Task,
}

impl Origin {
    /// In one word, for a column.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Daemon => "daemon",
            Self::Log => "log",
            Self::Check => "check",
            Self::Cgroup => "cgroup",
            Self::Host => "host",
            Self::Kernel => "kernel",
            Self::Nvml => "nvml",
            Self::File => "file",
            Self::Task => "task",
        }
    }
}

/// One line of it. It may quote what a container wrote; secrets are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub origin: Origin,
    /// When it happened, if that is known.
    pub time: Option<Timestamp>,
    pub text: Safe,
}
