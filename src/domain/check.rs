//! Health checks as a stack names them, and what came of them.

use super::{Safe, units};
use jiff::Timestamp;
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
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Docker's own verdict over the service's containers.
    Docker,
    /// `http(s)://host:port/path`; 200 to 399 is up.
    Http { url: String, expect_status: Option<u16> },
    /// A connection that is accepted is up.
    Tcp { host: String, port: u16 },
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Unknown,
    Starting,
    Up,
    Degraded,
    Down,
}

/// The present state of one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    pub id: CheckId,
    /// `http /health`, `tcp 5432`, `docker`.
    pub label: Safe,
    pub verdict: Verdict,
    /// Since when the verdict stands.
    pub since: Option<Timestamp>,
    pub last_run: Option<Timestamp>,
    pub latency: Option<Duration>,
    /// The last message in full: `connection refused`, `503 Service Unavailable`.
    pub message: Safe,
    /// The last results, oldest first; true is a success. At most 60.
    pub history: Vec<bool>,
}

impl CheckKind {
    pub fn label(&self) -> String {
        match self {
            Self::Docker => "docker".to_owned(),
            Self::Http { url, .. } => format!("http {}", units::url_path(url)),
            Self::Tcp { port, .. } => format!("tcp {port}"),
        }
    }
}
