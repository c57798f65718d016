//! What came of a check.

use super::CheckId;
use crate::domain::{ContainerId, Health, Safe};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Unknown,
    Starting,
    Up,
    Degraded,
    Down,
}

impl Verdict {
    /// In one word, as it is printed and shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Starting => "starting",
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }

    /// What asks for attention first: what fails, and then what nobody can tell, before what is well.
    pub fn urgency(self) -> u8 {
        match self {
            Self::Down => 0,
            Self::Degraded => 1,
            Self::Starting => 2,
            Self::Unknown => 3,
            Self::Up => 4,
        }
    }

    /// Whether it answers, well or not so well.
    pub fn is_alive(self) -> bool {
        matches!(self, Self::Up | Self::Degraded)
    }

    /// Docker says one thing and we another. Who only starts, or of whom nothing is known, contradicts nobody.
    pub fn disagrees_with(self, docker: Health) -> bool {
        match docker {
            Health::Healthy => self == Self::Down,
            Health::Unhealthy => self.is_alive(),
            Health::Starting => false,
        }
    }
}

/// The container that a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    pub container: ContainerId,
    /// `inference-2`
    pub name: Safe,
}

/// The present state of one check; of a check that asks each replica, the sum of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    pub id: CheckId,
    /// `http /health`, `tcp 5432`, `docker`.
    pub label: Safe,
    pub verdict: Verdict,
    /// Since when the verdict stands; while it flaps, since it does.
    pub since: Option<Timestamp>,
    pub last_run: Option<Timestamp>,
    pub latency: Option<Duration>,
    /// The last message in full: `connection refused`, `503 Service Unavailable`.
    pub message: Safe,
    /// What the last runs found, oldest first. At most 60.
    pub history: Vec<Verdict>,
    /// It goes up and down so often that each change is no news.
    #[serde(default)]
    pub flapping: bool,
    /// Whom it is about, when it is about a single container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<Replica>,
    /// Of a sum: a report for each replica, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<CheckReport>,
}

impl CheckReport {
    /// Of a check that has not run.
    pub fn new(id: CheckId, label: impl Into<Safe>) -> Self {
        Self {
            id,
            label: label.into(),
            verdict: Verdict::Unknown,
            since: None,
            last_run: None,
            latency: None,
            message: Safe::default(),
            history: Vec::new(),
            flapping: false,
            replica: None,
            replicas: Vec::new(),
        }
    }

    /// It says the same as this one before it, but for when it ran and how long that took.
    pub fn repeats(&self, before: &Self) -> bool {
        (self.verdict, self.since, self.flapping) == (before.verdict, before.since, before.flapping)
            && (&self.id, &self.replica, &self.message) == (&before.id, &before.replica, &before.message)
            && self.replicas.len() == before.replicas.len()
            && self.replicas.iter().zip(&before.replicas).all(|(now, before)| now.repeats(before))
    }

    /// It repeats what Docker's own health check says, so there is nothing of ours in it.
    pub fn is_dockers(&self) -> bool {
        self.label.as_str() == "docker"
    }
}
