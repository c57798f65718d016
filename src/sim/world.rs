//! The state of the simulated engine. It moves by its own schedule (`run_until`) and by requests; it never looks at a
//! clock itself, so the same script and the same requests always tell the same story.

mod build;
pub mod container;
mod create;
mod curve;
pub mod event;
pub mod exec;
pub mod files;
pub mod gpu;
pub mod health;
pub mod host;
pub mod image;
mod incident;
mod launch;
pub mod lifecycle;
pub mod log_book;
pub mod mount;
pub mod network;
mod postgres;
pub mod reach;
mod schedule;
pub mod script;
pub mod stats;
mod template;
mod tools;
pub mod volume;

use super::clock::Moment;
use super::random::Random;
use super::scenario::spec::Script;
use container::Container;
use event::EventLog;
use exec::Exec;
use image::Image;
use indexmap::IndexMap;
use network::Network;
use schedule::{Action, Schedule};
use std::sync::Arc;
use volume::Volume;

/// How many of a kind a world may hold.
pub const CEILING: usize = 20_000;

pub struct World {
    pub script: Arc<Script>,
    /// When the story began.
    pub origin: Moment,
    pub now: Moment,
    /// Up to when the schedule is being carried out.
    target: Moment,
    pub containers: IndexMap<String, Container>,
    pub networks: IndexMap<String, Network>,
    pub volumes: IndexMap<String, Volume>,
    pub images: Vec<Image>,
    pub execs: IndexMap<String, Exec>,
    pub events: EventLog,
    gpus: Vec<gpu::Device>,
    schedule: Schedule,
    random: Random,
    next_pid: u32,
    changed: bool,
}

/// A request that the engine turns down: the HTTP status and Docker's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub fn missing(message: impl Into<String>) -> Self {
        Self::new(404, message)
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }
}

impl World {
    /// Carries out everything that is due by `now`, in order.
    pub fn run_until(&mut self, now: Moment) {
        self.target = now;
        while let Some((due, action)) = self.schedule.take_due(now) {
            self.now = self.now.max(due);
            self.carry_out(action);
        }
        self.now = self.now.max(now);
    }

    pub fn next_due(&self) -> Option<Moment> {
        self.schedule.next_due()
    }

    pub fn touch(&mut self) {
        self.changed = true;
    }

    /// Whether something changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Incident(index) => self.incident(index),
            Action::Deed { incident, step } => self.deed(incident, step),
            Action::Exit { id, run, code, out_of_memory } => {
                if self.is_run(&id, run) {
                    self.exit(&id, code, out_of_memory, None);
                }
            }
            Action::StartAgain { id, run } => self.start_again(&id, run),
            Action::Health { id, run } => self.settle_health(&id, run),
            Action::Continue { id, run } => self.continue_script(&id, run),
        }
    }

    fn is_run(&self, id: &str, run: u64) -> bool {
        self.containers.get(id).is_some_and(|container| container.run == run)
    }

    fn take_pid(&mut self) -> u32 {
        self.next_pid += 1 + u32::try_from(self.random.below(40)).unwrap_or(0);
        self.next_pid
    }
}
