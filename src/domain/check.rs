//! Health checks as a stack names them, and what came of them.

mod derived;
mod gist;
mod kind;
mod report;
mod url;

pub use derived::{Known, derived};
pub use gist::gist;
pub use kind::{CheckKind, Expected, JsonExpected};
pub use report::{CheckReport, Replica, Verdict};
pub use url::HttpUrl;

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// `stack/service/name`, unique on one server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CheckId {
    pub stack: String,
    pub service: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckSpec {
    pub id: CheckId,
    pub kind: CheckKind,
    pub interval: Duration,
    pub timeout: Duration,
    /// Failures in a row until it is down.
    pub fall: u32,
    /// Successes in a row until it is up again.
    pub rise: u32,
}

/// A command in a container costs a process each time: it is never asked more often than this.
pub const EXEC_APART: Duration = Duration::from_mins(1);

impl CheckSpec {
    /// With the usual times of its kind.
    pub fn new(id: CheckId, kind: CheckKind) -> Self {
        let (interval, timeout) = match kind {
            CheckKind::Exec { .. } => (EXEC_APART, Duration::from_secs(10)),
            // Certificates change by the month.
            CheckKind::Certificate { .. } => (Duration::from_hours(1), Duration::from_secs(5)),
            CheckKind::Tcp { .. } => (Duration::from_secs(15), Duration::from_secs(2)),
            CheckKind::Docker
            | CheckKind::Http { .. }
            | CheckKind::Redis { .. }
            | CheckKind::Postgres { .. }
            | CheckKind::LlmProgress { .. } => (Duration::from_secs(15), Duration::from_secs(3)),
        };
        Self { id, kind, interval, timeout, fall: 3, rise: 2 }
    }

    /// Whether each container of the service is asked by itself: a check that names the service's own host, by which
    /// Compose's networks know every replica, and a command that runs inside.
    pub fn asks_replicas(&self) -> bool {
        match &self.kind {
            CheckKind::Docker => false,
            CheckKind::Exec { .. } => true,
            CheckKind::Http { url, .. } | CheckKind::LlmProgress { url } => {
                HttpUrl::parse(url).is_ok_and(|url| url.host == self.id.service)
            }
            CheckKind::Tcp { host, .. }
            | CheckKind::Redis { host, .. }
            | CheckKind::Postgres { host, .. }
            | CheckKind::Certificate { host, .. } => *host == self.id.service,
        }
    }

    /// Runs are never closer together than this, however much changes.
    pub fn apart(&self) -> Duration {
        match self.kind {
            CheckKind::Exec { .. } => EXEC_APART,
            CheckKind::Docker
            | CheckKind::Http { .. }
            | CheckKind::Tcp { .. }
            | CheckKind::Redis { .. }
            | CheckKind::Postgres { .. }
            | CheckKind::Certificate { .. }
            | CheckKind::LlmProgress { .. } => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests;
