//! What the containers use, as of the last reading.

use crate::domain::figures::FigureSource;
use crate::domain::{ContainerFigures, ContainerId, units};
use jiff::Timestamp;
use std::collections::HashMap;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FigureStore {
    figures: HashMap<ContainerId, ContainerFigures>,
}

impl FigureStore {
    /// Says whether a column reads differently now.
    pub fn apply(&mut self, batch: Vec<(ContainerId, ContainerFigures)>) -> bool {
        let mut changed = false;
        for (id, figures) in batch {
            let before = self.figures.insert(id, figures);
            changed |= before.is_none_or(|before| !reads_the_same(&before, &figures));
        }
        changed
    }

    pub fn get(&self, id: &ContainerId) -> Option<&ContainerFigures> {
        self.figures.get(id)
    }

    /// How many of the readings the daemon was asked for.
    pub fn asked(&self) -> usize {
        self.figures.values().filter(|figures| figures.source == FigureSource::StatsApi).count()
    }

    pub fn len(&self) -> usize {
        self.figures.len()
    }

    pub fn is_empty(&self) -> bool {
        self.figures.is_empty()
    }

    /// What nothing has followed for long is unknown. Says whether there was any.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let mut any = false;
        for figures in self.figures.values_mut().filter(|figures| figures.is_stale(now)) {
            let unknown = ContainerFigures::unknown(figures.time, figures.source);
            any |= *figures != unknown;
            *figures = unknown;
        }
        any
    }

    pub fn remove(&mut self, id: &ContainerId) {
        self.figures.remove(id);
    }

    /// Forgets containers that are gone.
    pub fn retain(&mut self, keep: impl Fn(&ContainerId) -> bool) {
        self.figures.retain(|id, _| keep(id));
    }
}

fn reads_the_same(a: &ContainerFigures, b: &ContainerFigures) -> bool {
    let cpu = |figures: &ContainerFigures| figures.cpu_percent.map(units::percent);
    let memory = |figures: &ContainerFigures| figures.memory_bytes.map(units::bytes);
    cpu(a) == cpu(b) && memory(a) == memory(b)
}
