//! A simulated container.

use super::files::Files;
use super::health::HealthState;
use super::log_book::LogBook;
use super::mount::Mount;
use super::network::Endpoint;
use super::postgres::Server;
use super::script::Running;
use super::{Refusal, World};
use crate::sim::clock::Moment;
use crate::sim::scenario::spec::Behaviour;
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Created,
    Running,
    Paused,
    /// Waiting for its restart policy's back-off.
    Restarting,
    Exited,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Exited => "exited",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartPolicy {
    No,
    Always,
    UnlessStopped,
    /// With the greatest number of attempts; 0 is without end.
    OnFailure(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub container_port: u16,
    pub protocol: String,
    pub host_ip: String,
    /// As asked for; the one given at start stands in `given`.
    pub host_port: Option<u16>,
    /// While it runs.
    pub given: Option<u16>,
}

pub struct Container {
    pub id: String,
    pub name: String,
    pub created: Moment,
    /// The reference it was created with.
    pub image: String,
    pub image_id: String,
    pub config: Value,
    pub host_config: Value,
    pub path: String,
    pub arguments: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub tty: bool,
    pub restart: RestartPolicy,
    pub stop_timeout: Duration,
    pub health: Option<HealthState>,
    /// Exposed ports that are not published.
    pub exposed: Vec<(u16, String)>,
    pub published: Vec<Published>,
    /// By the name of the network, as it was given.
    pub endpoints: IndexMap<String, Endpoint>,
    pub mounts: Vec<Mount>,
    /// Indices of the GPUs it was given.
    pub gpus: Vec<u32>,
    pub state: State,
    pub pid: u32,
    pub exit_code: i64,
    pub out_of_memory: bool,
    pub error: String,
    pub started: Option<Moment>,
    pub finished: Option<Moment>,
    pub restart_count: u64,
    pub backoff: Duration,
    /// A user stopped or killed it: its restart policy rests.
    pub stopped_by_hand: bool,
    /// Counts starts; what was scheduled for an earlier run is void.
    pub run: u64,
    pub behaviour: Arc<Behaviour>,
    /// The command, when it is one that can be played.
    pub script: Option<Running>,
    pub log: LogBook,
    pub files: Files,
    /// The server that it runs, when it is one.
    pub postgres: Option<Server>,
    pub seed: u64,
}

impl Container {
    pub fn is_running(&self) -> bool {
        matches!(self.state, State::Running | State::Paused)
    }

    /// Alive as Docker counts it: one that waits for its restart is.
    pub fn is_alive(&self) -> bool {
        self.is_running() || self.state == State::Restarting
    }

    pub fn short_id(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }

    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }

    pub fn command_line(&self) -> String {
        let words = std::iter::once(&self.path).chain(&self.arguments);
        let quoted: Vec<String> = words
            .filter(|word| !word.is_empty())
            .map(|word| if word.contains(char::is_whitespace) { format!("'{word}'") } else { word.clone() })
            .collect();
        quoted.join(" ")
    }

    /// Docker's own words for its state: `Up 3 days (healthy)`.
    pub fn status(&self, now: Moment) -> String {
        let ago = |moment: Option<Moment>| moment.map(|then| human_duration(now.since(then)));
        match self.state {
            State::Created => "Created".to_owned(),
            State::Running | State::Paused => {
                let up = ago(self.started).unwrap_or_default();
                let health = self.health.as_ref().map(HealthState::suffix).unwrap_or_default();
                let suffix = if self.state == State::Paused { " (Paused)" } else { health };
                format!("Up {up}{suffix}")
            }
            State::Restarting => {
                format!("Restarting ({}) {} ago", self.exit_code, ago(self.finished).unwrap_or_default())
            }
            State::Exited => {
                format!("Exited ({}) {} ago", self.exit_code, ago(self.finished).unwrap_or_default())
            }
        }
    }
}

/// As Docker's command line says it.
pub fn human_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours) = (seconds / 60, (seconds + 1800) / 3600);
    match seconds {
        0 => "Less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..=59 => format!("{seconds} seconds"),
        _ if minutes == 1 => "About a minute".to_owned(),
        _ if minutes < 60 => format!("{minutes} minutes"),
        _ if hours == 1 => "About an hour".to_owned(),
        _ if hours < 48 => format!("{hours} hours"),
        _ if hours < 24 * 14 => format!("{} days", hours / 24),
        _ if hours < 24 * 60 => format!("{} weeks", hours / 24 / 7),
        _ if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        _ => format!("{} years", hours / 24 / 365),
    }
}

impl World {
    /// By full id, name, or an unambiguous beginning of the id, as Docker looks containers up.
    pub fn find(&self, reference: &str) -> Result<String, Refusal> {
        if self.containers.contains_key(reference) {
            return Ok(reference.to_owned());
        }
        let name = reference.strip_prefix('/').unwrap_or(reference);
        if let Some(found) = self.containers.values().find(|container| container.name == name) {
            return Ok(found.id.clone());
        }
        let mut matching =
            self.containers.keys().filter(|id| !reference.is_empty() && id.starts_with(reference));
        match (matching.next(), matching.next()) {
            (Some(id), None) => Ok(id.clone()),
            (Some(_), Some(_)) => {
                Err(Refusal::bad(format!("Multiple IDs found with provided prefix: {reference}")))
            }
            (None, _) => Err(Refusal::missing(format!("No such container: {reference}"))),
        }
    }

    pub fn container(&mut self, reference: &str) -> Result<&mut Container, Refusal> {
        let id = self.find(reference)?;
        self.containers
            .get_mut(&id)
            .ok_or_else(|| Refusal::missing(format!("No such container: {reference}")))
    }

    /// The container of a Compose service's replica.
    pub fn replica(&self, project: &str, service: &str, number: u32) -> Option<String> {
        let number = number.to_string();
        let is = |container: &Container, key: &str, value: &str| {
            container.label(&format!("com.docker.compose.{key}")) == Some(value)
        };
        self.containers
            .values()
            .find(|container| {
                is(container, "project", project)
                    && is(container, "service", service)
                    && is(container, "container-number", &number)
            })
            .map(|container| container.id.clone())
    }
}
