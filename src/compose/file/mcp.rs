//! What `x-mcp` of a service says: checks, and what is done to whom after something has happened.

use crate::domain::CheckSpec;
use std::time::Duration;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServiceExtension {
    /// `None` where none are named, so that they are derived; an empty list asks for none.
    pub checks: Option<Vec<CheckSpec>>,
    pub hooks: Hooks,
    /// Once the service's containers are others than before: more, fewer, or new ones.
    pub on_scale: Vec<Reaction>,
    pub update: UpdatePolicy,
    /// Whether it is started when a backup is rehearsed; absent means that it is where it can be.
    pub rehearse: Option<bool>,
}

/// How `update` replaces the containers of the service; absent means that `deploy.update_config` or our defaults say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdatePolicy {
    pub order: Option<Order>,
    /// How many replicas at a time; 0 means all.
    pub parallelism: Option<u32>,
    /// How long a new one has to be healthy without a break.
    pub min_healthy_time: Option<Duration>,
    /// How long it may take to become so.
    pub healthy_deadline: Option<Duration>,
    /// How long an old one that gets no new requests is given to answer those that it is at.
    pub drain: Option<Duration>,
    /// How long the new ones are watched before the old ones go.
    pub soak: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The new one is there before the old one goes.
    StartFirst,
    StopFirst,
}

impl Order {
    /// As `deploy.update_config` has it.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "start-first" => Some(Self::StartFirst),
            "stop-first" => Some(Self::StopFirst),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Once the containers of this service that an `up` started are healthy.
    pub after_healthy: Vec<Reaction>,
}

/// What is done to the running containers of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    pub service: String,
    pub kind: ReactionKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReactionKind {
    /// The program and its arguments; no shell is added.
    Exec {
        command: Vec<String>,
    },
    Restart,
}

impl ServiceExtension {
    /// Every reaction, with the key it stands under.
    pub fn reactions(&self) -> impl Iterator<Item = (&'static str, &Reaction)> {
        let hooks = self.hooks.after_healthy.iter().map(|reaction| ("hooks.after_healthy", reaction));
        hooks.chain(self.on_scale.iter().map(|reaction| ("on_scale", reaction)))
    }
}
