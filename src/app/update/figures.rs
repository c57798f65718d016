//! What the containers use. A frame is due only when something that is on the screen reads differently.

use super::Turn;
use crate::app::State;
use crate::app::hit::HitTarget;
use crate::app::pane::PaneId;
use crate::app::pane::gpus::GpuGraphs;
use crate::app::pane::services::{Column, Graphs, Standing};
use crate::app::tree::{Subject, Usage};
use crate::domain::{ContainerFigures, ContainerId, units};
use std::hash::{DefaultHasher, Hash, Hasher};

impl Turn<'_> {
    pub(super) fn figures(&mut self, batch: Vec<(ContainerId, ContainerFigures)>) {
        let fleet = &self.state.fleet;
        let known: Vec<(ContainerId, ContainerFigures)> =
            batch.into_iter().filter(|(id, _)| fleet.get(id).is_some()).collect();
        // Of all figures it is these that are a trouble by themselves.
        let before = |id: &ContainerId| self.state.figures.get(id).and_then(|figures| figures.zombies);
        let zombies =
            known.iter().any(|(id, figures)| figures.zombies.unwrap_or(0) != before(id).unwrap_or(0));
        if !self.state.figures.apply(known) {
            return;
        }
        self.state.tree.refresh_usage(&self.state.figures);
        let moved = self.measure_rows();
        self.redraw_if(moved);
        // A frame that is due anyway shows them, however they read.
        if !self.state.dirty {
            let reading = reading(self.state);
            let reads = std::mem::replace(&mut self.state.derived.reading, reading) != reading;
            self.redraw_if(reads);
        }
        if zombies {
            self.findings_changed();
        }
    }

    /// Gives the rows the places that their figures ask for, when it is time.
    pub(super) fn measure_rows(&mut self) -> bool {
        let State { tree, health, gpus, panes, .. } = &mut *self.state;
        panes.services.measure(Standing { tree, health, gpus }, self.now)
    }

    /// Sorts the rows another way.
    pub(super) fn sort_rows(&mut self, change: impl FnOnce(&mut crate::app::pane::services::Sort)) {
        let State { tree, health, gpus, panes, .. } = &mut *self.state;
        panes.services.sort(change, Standing { tree, health, gpus }, self.now);
    }

    /// To the next column or the one before it, of those that are on the screen.
    pub(super) fn sort_by_neighbour(&mut self, forwards: bool) {
        let columns = self.state.hits.columns.clone();
        let columns = if columns.is_empty() { USUAL.to_vec() } else { columns };
        self.sort_rows(|sort| sort.step(forwards, &columns));
    }

    /// Where they are shown they get the whole screen, for they need it.
    pub(super) fn toggle_graphs(&mut self) {
        let state = &mut *self.state;
        let shown = state.zoomed && state.shows_graphs();
        state.zoomed = true;
        state.panes.services.graphs_wanted = Some(!shown);
    }

    /// The graphs follow the selection and the figures. Called after every message, and nearly always does nothing.
    pub(super) fn follow_graphs(&mut self) {
        let state = &mut *self.state;
        let services = &state.panes.services;
        let selected = services.list.selected().filter(|_| services.marked().len() == 0);
        // Marks are what actions and logs are of, and so are the graphs.
        let subjects = || services.marked().chain(selected);
        let wanted = state.shows_graphs() && subjects().next().is_some();
        let newest = state.figures.newest();
        let same = match &services.graphs {
            None => !wanted || newest.is_none(),
            Some(graphs) => wanted && graphs.subjects.iter().eq(subjects()) && Some(graphs.newest) == newest,
        };
        if !same {
            let subjects: Vec<_> = subjects().filter(|_| wanted).cloned().collect();
            let graphs = Some(subjects).filter(|subjects| !subjects.is_empty());
            let graphs = graphs.and_then(|subjects| Graphs::of(subjects, &state.tree, &state.figures));
            state.panes.services.graphs = graphs;
            self.redraw();
        }
        self.follow_gpu_graphs();
    }

    /// Likewise those of the selected GPU.
    fn follow_gpu_graphs(&mut self) {
        let State { gpus, panes, focus, zoomed, .. } = &mut *self.state;
        let pane = &mut panes.gpus;
        let shown = *focus == PaneId::Gpus && *zoomed;
        let device = pane.list.selected().map(|place| place.device).filter(|_| shown);
        let newest = device.and_then(|device| gpus.course(device)?.newest());
        let same = pane.graphs.as_ref().map(|graphs| (graphs.device, graphs.newest)) == device.zip(newest);
        if !same {
            pane.graphs = device.and_then(|device| GpuGraphs::of(device, gpus));
            self.redraw();
        }
    }
}

/// What is sorted by while nothing has been drawn.
const USUAL: [Column; 3] = [Column::Name, Column::Cpu, Column::Memory];

/// What the figures on the screen read as, in a number.
fn reading(state: &State) -> u64 {
    let mut hasher = DefaultHasher::new();
    let columns = if state.hits.columns.is_empty() { &USUAL[..] } else { &state.hits.columns };
    let list = state.panes.services.list.keys();
    let mut note = |subject: &Subject| {
        let Some(usage) = state.tree.usage_of(subject) else { return };
        for column in columns {
            if *column == Column::Course {
                let course = state.tree.course(subject, &state.figures);
                course.map(|part| part.map(|part| units::whole(part * 7.0))).hash(&mut hasher);
            } else {
                read(&usage, *column).hash(&mut hasher);
            }
        }
    };
    if state.hits.panes.is_empty() {
        list.iter().for_each(note);
    } else {
        for (_, target) in &state.hits.targets {
            if let HitTarget::Row { pane: PaneId::Services, index } = target
                && let Some(subject) = list.get(*index)
            {
                note(subject);
            }
        }
    }
    // The row of all containers stands where the columns have headings.
    let sums = state.hits.targets.iter().any(|(_, target)| matches!(target, HitTarget::Heading(_)));
    for column in columns.iter().filter(|_| sums) {
        read(&state.tree.usage, *column).hash(&mut hasher);
    }
    hasher.finish()
}

/// Two figures that read the same give the same.
fn read(usage: &Usage, column: Column) -> Option<(u64, u8)> {
    let bytes = |value: Option<u64>| value.map(units::bytes_reading);
    match column {
        Column::Cpu => usage.cpu_percent.map(|percent| (units::percent_reading(percent), 0)),
        Column::Memory => bytes(usage.memory_bytes),
        // Its bar is a few cells wide.
        Column::MemoryPart => usage.memory_part().map(|part| (units::whole(part * 24.0), 0)),
        Column::Received => bytes(usage.received),
        Column::Sent => bytes(usage.sent),
        Column::Read => bytes(usage.read),
        Column::Written => bytes(usage.written),
        Column::Pids => usage.pids.map(|pids| (pids, 0)),
        Column::Throttled => usage.throttled_percent.map(|percent| (units::whole(percent), 0)),
        Column::OomKills => usage.oom_kills.map(|kills| (kills, 0)),
        Column::Name
        | Column::Replicas
        | Column::State
        | Column::Drift
        | Column::Check
        | Column::Restarts
        | Column::Gpus
        | Column::Ports
        | Column::Course => None,
    }
}
