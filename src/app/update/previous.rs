//! The black box: what is kept of a run at its end, and how it is shown.

use super::Turn;
use crate::app::effect::Effect;
use crate::app::message::LogBatch;
use crate::app::pane::logs::Previous;
use crate::app::store::logs::Note;
use crate::app::store::notices::Severity;
use crate::app::store::previous::{LastLines, Run};
use crate::domain::check::gist;
use crate::domain::daemon::DaemonEvent;
use crate::domain::{ContainerId, ContainerState, Fault, FleetEvent, LogLine, Safe, units};

impl Turn<'_> {
    /// Before the fleet changes: what is known of the run is of the run that ended.
    pub(super) fn record_end(&mut self, event: &FleetEvent) {
        match event {
            FleetEvent::Noted(event) if event.kind == "container" => {
                let id = ContainerId(event.id.clone());
                match event.action.as_str() {
                    "oom" => self.state.previous.ran_out_of_memory(&id),
                    "start" => self.state.previous.started(&id, event.time.unwrap_or(self.now)),
                    "die" => self.died(&id, event),
                    "stop" => {
                        self.state.previous.stopped(&id, event.time.unwrap_or(self.now));
                        self.refresh_previous();
                    }
                    _ => {}
                }
            }
            FleetEvent::Changed(container) => self.state.previous.complete(container),
            FleetEvent::Removed(id) => self.state.previous.forget(id),
            FleetEvent::Connected(_)
            | FleetEvent::Listed(_)
            | FleetEvent::Noted(_)
            | FleetEvent::Lost { .. } => {}
        }
    }

    fn died(&mut self, id: &ContainerId, event: &DaemonEvent) {
        let state = &mut *self.state;
        let known = state.fleet.get(id);
        let name = known.map_or(&event.name, |container| &container.name);
        let end = (event.time.unwrap_or(self.now), event.exit_code);
        let (run, reads) = state.previous.ended(
            id,
            known,
            (name, event.service.as_ref()),
            end,
            state.figures.get(id).copied(),
        );
        if reads {
            let since = state.previous.get(run).and_then(|run| run.since);
            let container = id.clone();
            self.effects.push(Effect::ReadLastLines { run, container, since, until: event.time });
        }
        self.refresh_previous();
    }

    pub(super) fn last_lines(&mut self, run: u64, result: Result<Vec<LogLine>, Fault>) {
        self.state.previous.read(run, result);
        self.refresh_previous();
        let pane = &self.state.panes.logs;
        if pane.previous.as_ref().is_some_and(|previous| previous.open == Some(run)) {
            self.show_run(run);
        }
    }

    fn refresh_previous(&mut self) {
        let state = &mut *self.state;
        let subjects = state.panes.logs.subjects().to_vec();
        if let Some(previous) = &mut state.panes.logs.previous {
            previous.refresh(&subjects, &state.previous, &state.fleet);
            state.dirty = true;
        }
    }

    /// Lists the runs that ended, or goes back to the live lines.
    pub(super) fn toggle_previous(&mut self) {
        if self.close_previous() {
            self.close_previous();
            return;
        }
        let state = &mut *self.state;
        let mut previous = Previous::default();
        previous.refresh(state.panes.logs.subjects(), &state.previous, &state.fleet);
        if previous.list.keys().is_empty() {
            let words = self.nothing_ended();
            self.state.notices.tell(Severity::Info, words, self.now);
        } else {
            state.panes.logs.previous = Some(previous);
        }
    }

    /// Of what ended before the console was opened only an inspect tells, and only of the last run of each.
    fn nothing_ended(&self) -> String {
        let state = &*self.state;
        let nodes = state.panes.logs.subjects().iter().flat_map(|subject| state.tree.containers_of(subject));
        let known = nodes.filter_map(|node| state.fleet.get(&node.id));
        let ends = known.filter_map(|container| {
            let details = container.details.as_ref()?;
            let code = match container.state {
                ContainerState::Exited | ContainerState::Dead | ContainerState::Restarting => {
                    Some(details.exit_code)
                }
                // The present run's code says nothing yet.
                ContainerState::Running
                | ContainerState::Paused
                | ContainerState::Created
                | ContainerState::Removing
                | ContainerState::Unknown => details.last_end.map(|end| end.exit_code),
            };
            Some((details.finished_at?, &container.name, code))
        });
        let words = "runs are kept from when the console was opened on: none of this has ended since";
        let Some((finished, name, code)) = ends.max_by_key(|(finished, ..)| *finished) else {
            return words.to_owned();
        };
        let age = units::duration(units::since(finished, self.now));
        let code = code.map_or_else(String::new, |code| format!(" with exit code {code}"));
        format!("{words}; before, {name} ended {age} ago{code}")
    }

    /// Shows the lines of the selected run. Says whether there is a list to select from.
    pub(super) fn open_previous(&mut self) -> bool {
        let Some(previous) = &mut self.state.panes.logs.previous else { return false };
        if previous.open.is_some() {
            return false;
        }
        previous.open = previous.list.selected().copied();
        if let Some(run) = previous.open {
            self.effects.push(Effect::StopLogs);
            self.show_run(run);
        }
        true
    }

    /// From a run to the list, from the list to the live lines. Says whether there was any.
    pub(super) fn close_previous(&mut self) -> bool {
        let pane = &mut self.state.panes.logs;
        let Some(previous) = &mut pane.previous else { return false };
        if previous.open.take().is_some() {
            let previous = pane.previous.take();
            let (subject, set) = (pane.subject.clone(), pane.set.clone());
            self.state.logs.clear();
            self.state.panes.logs.start(subject, set);
            self.state.panes.logs.previous = previous;
            self.state.derived.streams_are_due = true;
            self.refresh_previous();
        } else {
            pane.previous = None;
        }
        true
    }

    fn show_run(&mut self, run: u64) {
        let state = &mut *self.state;
        let Some(run) = state.previous.get(run) else { return };
        let pane = &mut state.panes.logs;
        let previous = pane.previous.take();
        pane.start(pane.subject.clone(), pane.set.clone());
        pane.previous = previous;
        state.logs.clear();
        state.logs.name(&run.container, run.name.clone());
        let lines = match &run.lines {
            LastLines::Read(lines) => lines.clone(),
            LastLines::Awaited | LastLines::Unread(_) => Vec::new(),
        };
        let note = |text| Note { container: run.container.clone(), time: Some(run.ended), text };
        let notes: Vec<Note> = notes(run).into_iter().map(note).collect();
        state.logs.apply(&LogBatch { lines: lines.into(), ..LogBatch::default() }, &notes);
        self.scan_logs();
        self.redraw();
    }
}

/// What is known of the run beside its lines.
fn notes(run: &Run) -> Vec<Safe> {
    let mut notes = Vec::new();
    match &run.lines {
        LastLines::Awaited => notes.push("its last lines are being read".to_owned()),
        LastLines::Unread(why) => notes.push(format!("its last lines were not read: {why}")),
        LastLines::Read(lines) if lines.is_empty() => notes.push("it had written nothing".to_owned()),
        LastLines::Read(_) => {}
    }
    let ran = run.started.filter(|started| *started <= run.ended);
    let ran = ran.map(|started| format!(" after {}", units::duration(units::since(started, run.ended))));
    notes.push(format!("ended{} with exit code {}", ran.unwrap_or_default(), run.ending()));
    if let Some(figures) = &run.figures {
        let cpu = figures.cpu_percent.map(|cpu| format!("CPU {} of a core", units::percent(cpu)));
        let memory = figures.memory_bytes.map(|bytes| match figures.memory_limit_bytes {
            Some(limit) => format!("memory {} of {}", units::bytes(bytes), units::bytes(limit)),
            None => format!("memory {}", units::bytes(bytes)),
        });
        let pids = figures.pids.map(|pids| format!("{pids} processes"));
        let known: Vec<String> = [cpu, memory, pids].into_iter().flatten().collect();
        if !known.is_empty() {
            notes.push(format!("last figures: {}", known.join(", ")));
        }
    }
    if let Some(output) = &run.health_output {
        notes.push(format!("last health check: {}", gist(output)));
    }
    notes.into_iter().map(Safe::new).collect()
}
