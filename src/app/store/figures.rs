//! What the containers use: the last reading, the rates since the one before, and the course of fifteen minutes.

mod course;
mod held_back;
mod rates;

pub use course::{Channel, Course};
pub use held_back::HeldBack;
pub use rates::Rates;

use crate::domain::figures::FigureSource;
use crate::domain::{ContainerFigures, ContainerId};
use jiff::Timestamp;
use std::collections::HashMap;

/// A graph has a column for each so many seconds, counted from the epoch, so that what is past stays as it was drawn.
pub const STEP_SECONDS: i64 = 5;
/// So many steps after a reading of the daemon's it still stands for what came after it.
const HELD_STEPS: i64 = 3;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FigureStore {
    containers: HashMap<ContainerId, Known>,
    newest: Option<i64>,
}

/// What is known of one container.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub figures: ContainerFigures,
    pub rates: Rates,
    pub held_back: HeldBack,
    pub course: Course,
}

impl FigureStore {
    /// Says whether there was anything new.
    pub fn apply(&mut self, batch: Vec<(ContainerId, ContainerFigures)>) -> bool {
        let mut changed = false;
        for (id, figures) in batch {
            self.newest = Some(figures.time.as_second());
            changed |= match self.containers.get_mut(&id) {
                Some(known) => known.take(&figures),
                None => self.containers.insert(id, Known::new(&figures)).is_none(),
            };
        }
        changed
    }

    pub fn get(&self, id: &ContainerId) -> Option<&ContainerFigures> {
        self.known(id).map(|known| &known.figures)
    }

    pub fn known(&self, id: &ContainerId) -> Option<&Known> {
        self.containers.get(id)
    }

    /// How many of the readings the daemon was asked for.
    pub fn asked(&self) -> usize {
        self.containers.values().filter(|known| known.figures.source == FigureSource::StatsApi).count()
    }

    pub fn len(&self) -> usize {
        self.containers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.containers.is_empty()
    }

    /// What nothing has followed for long is unknown. Says whether there was any.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let mut any = false;
        for known in self.containers.values_mut().filter(|known| known.figures.is_stale(now)) {
            let unknown = ContainerFigures::unknown(known.figures.time, known.figures.source);
            any |= known.figures != unknown;
            known.figures = unknown;
            (known.rates, known.held_back) = (Rates::default(), HeldBack::default());
        }
        any
    }

    pub fn remove(&mut self, id: &ContainerId) {
        self.containers.remove(id);
    }

    /// Forgets containers that are gone.
    pub fn retain(&mut self, keep: impl Fn(&ContainerId) -> bool) {
        self.containers.retain(|id, _| keep(id));
    }

    /// The second of the last reading of any of the containers.
    pub fn newest(&self) -> Option<i64> {
        self.newest
    }
}

impl Known {
    fn new(figures: &ContainerFigures) -> Self {
        let rates = Rates::default();
        let mut known =
            Self { figures: *figures, rates, held_back: HeldBack::default(), course: Course::default() };
        known.held_back.note(figures);
        known.course.note(figures, &known.rates);
        known
    }

    fn take(&mut self, figures: &ContainerFigures) -> bool {
        if *figures == self.figures {
            return false;
        }
        self.rates = Rates::between(&self.figures, figures);
        self.held_back.note(figures);
        self.figures = *figures;
        self.course.note(figures, &self.rates);
        true
    }

    /// The mean of a step of [`STEP_SECONDS`]. Where the daemon is asked now and then only, what it said last holds for
    /// a while; a reading that this host missed is missing.
    pub fn step(&self, channel: Channel, step: i64) -> Option<f64> {
        let held = match self.figures.source {
            FigureSource::Cgroup => 0,
            FigureSource::StatsApi => HELD_STEPS,
        };
        (0..=held).find_map(|back| {
            let from = (step - back) * STEP_SECONDS;
            self.course.mean(channel, from, from + STEP_SECONDS)
        })
    }
}

#[cfg(test)]
mod tests;
