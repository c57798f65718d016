//! Starts and ends of containers, told among the lines of their logs, each at its own time.

use super::Turn;
use super::follow::stopped;
use crate::app::pane::logs::{Stream, Turning};
use crate::app::store::logs::Note;
use crate::domain::{ContainerId, FleetEvent, Safe};

impl Turn<'_> {
    /// What the daemon says of those whose logs are shown.
    pub(super) fn note_runs(&mut self, event: &FleetEvent) {
        let now = self.now;
        let streams = &mut self.state.panes.logs.streams;
        let (id, turnings) = match event {
            FleetEvent::Noted(event) if event.kind == "container" => {
                let id = ContainerId(event.id.clone());
                let Some(stream) = streams.get_mut(&id) else { return };
                let time = event.time.unwrap_or(now);
                let turnings = match event.action.as_str() {
                    "start" => [None, stream.runs.start(time, now)],
                    "die" => stream.runs.end(time, event.exit_code),
                    _ => return,
                };
                (id, turnings)
            }
            FleetEvent::Changed(container) if container.state.serves() => {
                let Some(stream) = streams.get_mut(&container.id) else { return };
                let started = container.details.as_ref().and_then(|details| details.started_at);
                let turning = started.and_then(|started| stream.runs.inspected(started));
                (container.id.clone(), [None, turning])
            }
            FleetEvent::Noted(_)
            | FleetEvent::Changed(_)
            | FleetEvent::Connected(_)
            | FleetEvent::Listed(_)
            | FleetEvent::Removed(_)
            | FleetEvent::Lost { .. } => return,
        };
        let Some(stream) = streams.get(&id) else { return };
        let notes: Vec<Note> =
            turnings.into_iter().flatten().map(|turning| note(&id, stream, turning)).collect();
        self.note(&notes);
    }

    /// Starts that no inspect told more of.
    pub(super) fn note_overdue_starts(&mut self) {
        let now = self.now;
        let mut notes = Vec::new();
        for (id, stream) in &mut self.state.panes.logs.streams {
            if let Some(turning) = stream.runs.overdue(now) {
                notes.push(note(id, stream, turning));
            }
        }
        self.note(&notes);
    }
}

fn note(id: &ContainerId, stream: &Stream, turning: Turning) -> Note {
    let (time, text) = match turning {
        // What has written has run.
        Turning::Started { at, again } if again || stream.last.is_some_and(|last| last < at) => {
            (at, "started again".to_owned())
        }
        Turning::Started { at, .. } => (at, "started".to_owned()),
        Turning::Ended { at, exit_code } => (at, stopped(exit_code)),
    };
    Note { container: id.clone(), time: Some(time), text: Safe::new(text) }
}
