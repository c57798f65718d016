//! The containers and the daemon that runs them.

use crate::domain::{Container, ContainerId, DaemonInfo, Fault, FleetEvent};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How it stands with the daemon.
#[derive(Debug, Clone, PartialEq)]
pub enum Connection {
    Connecting,
    Connected,
    /// What is known is of `since` at the latest.
    Lost {
        fault: Fault,
        since: Timestamp,
        retry_at: Timestamp,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct FleetStore {
    containers: BTreeMap<ContainerId, Container>,
    daemon: Option<DaemonInfo>,
    connection: Connection,
    /// Whether a list has come; before it, no containers means nothing.
    listed: bool,
}

impl Default for FleetStore {
    fn default() -> Self {
        Self { containers: BTreeMap::new(), daemon: None, connection: Connection::Connecting, listed: false }
    }
}

impl FleetStore {
    pub fn apply(&mut self, event: FleetEvent, now: Timestamp) -> bool {
        match event {
            FleetEvent::Connected(daemon) => {
                self.daemon = Some(daemon);
                self.connection = Connection::Connected;
                true
            }
            FleetEvent::Listed(containers) => {
                let mut listed: BTreeMap<_, _> =
                    containers.into_iter().map(|container| (container.id.clone(), container)).collect();
                for (id, container) in &mut listed {
                    self.keep_details(id, container);
                }
                let connected = self.connection == Connection::Connected;
                let changed = !connected || !self.listed || listed != self.containers;
                self.containers = listed;
                self.listed = true;
                self.connection = Connection::Connected;
                changed
            }
            FleetEvent::Changed(mut container) => {
                let id = container.id.clone();
                self.keep_details(&id, &mut container);
                let changed = self.containers.get(&id) != Some(&container);
                self.containers.insert(id, *container);
                changed
            }
            FleetEvent::Removed(id) => self.containers.remove(&id).is_some(),
            // The containers themselves come as changes; the words about them go to the messages.
            FleetEvent::Noted(_) => false,
            FleetEvent::Lost { fault, retry_in_ms } => {
                let since = match &self.connection {
                    Connection::Lost { since, .. } => *since,
                    Connection::Connecting | Connection::Connected => now,
                };
                let wait = jiff::SignedDuration::from_millis(i64::try_from(retry_in_ms).unwrap_or(i64::MAX));
                let retry_at = now.saturating_add(wait).unwrap_or(now);
                self.connection = Connection::Lost { fault, since, retry_at };
                true
            }
        }
    }

    pub fn containers(&self) -> &BTreeMap<ContainerId, Container> {
        &self.containers
    }

    pub fn get(&self, id: &ContainerId) -> Option<&Container> {
        self.containers.get(id)
    }

    pub fn daemon(&self) -> Option<&DaemonInfo> {
        self.daemon.as_ref()
    }

    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    pub fn is_listed(&self) -> bool {
        self.listed
    }

    /// Since when what is shown may be wrong; `None` while it is fresh.
    pub fn stale_since(&self) -> Option<Timestamp> {
        match &self.connection {
            Connection::Lost { since, .. } => Some(*since),
            Connection::Connecting | Connection::Connected => None,
        }
    }

    /// A list tells less than an inspect. What an inspect told of the same run of a container is kept.
    fn keep_details(&self, id: &ContainerId, container: &mut Container) {
        if container.details.is_some() {
            return;
        }
        if let Some(before) = self.containers.get(id)
            && before.state == container.state
        {
            container.details.clone_from(&before.details);
        }
    }
}
