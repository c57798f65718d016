//! The logs follow the selection of the service tree: a service's all replicas, a stack's all containers.

use super::Turn;
use crate::app::effect::{Effect, LogStream};
use crate::app::message::LogBatch;
use crate::app::pane::logs::{End, Stream};
use crate::app::tree::Subject;
use crate::domain::{ContainerId, ContainerState, Safe, units};
use jiff::Timestamp;
use std::time::Duration;

/// Each stream costs the daemon a connection and a reader.
const MOST_STREAMS: usize = 64;
/// Of many containers, each begins with fewer lines, but not with fewer than these.
const LEAST_TAIL: u64 = 20;

/// How long a container that stopped has to be started again, or removed, before its end is told.
const SETTLE: Duration = Duration::from_secs(2);

impl Turn<'_> {
    /// Opens what the selection needs and is not open. Called after every message, and nearly always
    /// does nothing.
    pub(super) fn follow_selection(&mut self) {
        if !self.state.fleet.is_listed() {
            return;
        }
        let selected = self.state.panes.services.list.selected();
        let subject = match selected {
            // The heading of the containers without a stack is nobody's log.
            Some(Subject::Loose) | None => self.state.panes.logs.subject.clone(),
            Some(subject) => Some(subject.clone()),
        };
        let changed = subject != self.state.panes.logs.subject;
        if changed {
            self.state.logs.clear();
            self.state.panes.logs.start(subject.clone());
            self.redraw();
        }
        let due = std::mem::take(&mut self.state.derived.streams_are_due) || changed;
        let Some(subject) = subject.filter(|_| due) else { return };
        let streams = self.streams(&subject);
        if !streams.is_empty() {
            let generation = self.state.panes.logs.generation;
            self.effects.push(Effect::FollowLogs { generation, streams });
        } else if changed {
            self.effects.push(Effect::StopLogs);
        }
    }

    /// After a loss of the daemon every stream has ended, and none of them because its container did.
    pub(super) fn reopen_streams(&mut self) {
        for stream in self.state.panes.logs.streams.values_mut() {
            (stream.open, stream.lost) = (false, true);
        }
    }

    /// Takes out what was read before the stream was opened again.
    pub(super) fn drop_repeated(&self, batch: &mut LogBatch) {
        let streams = &self.state.panes.logs.streams;
        if streams.values().any(|stream| stream.resumed.is_some()) {
            batch.lines.retain(|line| {
                let resumed = streams.get(line.container).and_then(|stream| stream.resumed);
                resumed.is_none() || line.time.is_none() || line.time > resumed
            });
        }
    }

    /// Remembers how far each stream was read, and which of them ended.
    pub(super) fn note_streams(&mut self, batch: &LogBatch) {
        for line in batch.lines.iter() {
            if let Some(stream) = self.state.panes.logs.streams.get_mut(line.container) {
                stream.last = stream.last.max(line.time);
            }
        }
        self.state.derived.streams_are_due |= !batch.ended.is_empty();
        for end in &batch.ended {
            if let Some(stream) = self.state.panes.logs.streams.get_mut(&end.container) {
                stream.open = false;
                let ended = End { fault: end.fault.clone(), heard: self.now };
                self.state.panes.logs.ends.insert(end.container.clone(), ended);
            }
        }
    }

    /// Tells of streams that ended for good. What is recreated or started again, or is away with its daemon, is not
    /// worth a line: its log goes on, or the screen says it elsewhere.
    pub(super) fn tell_ends(&mut self) {
        if self.state.panes.logs.ends.is_empty() || self.state.fleet.stale_since().is_some() {
            return;
        }
        let (now, fleet, pane) = (self.now, &self.state.fleet, &mut self.state.panes.logs);
        let is_due = |end: &End| units::since(end.heard, now) >= SETTLE;
        let due: Vec<ContainerId> =
            pane.ends.iter().filter(|(_, end)| is_due(end)).map(|(id, _)| id.clone()).collect();
        let mut notes = Vec::new();
        for id in due {
            let Some(end) = pane.ends.remove(&id) else { continue };
            let Some(container) = fleet.get(&id).filter(|_| pane.streams.contains_key(&id)) else { continue };
            let text = match end.fault {
                Some(fault) => format!("the log ends here: {fault}"),
                None if container.is_running() => continue,
                None if container.state == ContainerState::Created => {
                    "nothing yet: the container has not been started".to_owned()
                }
                None => match &container.details {
                    Some(details) => {
                        format!("the container has stopped with exit code {}", details.exit_code)
                    }
                    None => "the container has stopped".to_owned(),
                },
            };
            notes.push((id, Safe::new(text)));
        }
        self.note(&notes);
    }

    /// Lines of ours between those of the log.
    fn note(&mut self, notes: &[(ContainerId, Safe)]) {
        if !notes.is_empty() {
            let shift = self.state.logs.apply(&LogBatch::default(), notes);
            self.state.panes.logs.hold(&shift, &self.state.logs);
            self.redraw();
        }
    }

    fn streams(&mut self, subject: &Subject) -> Vec<LogStream> {
        let state = &mut *self.state;
        let mut nodes = state.tree.containers_of(subject);
        nodes.sort_by_key(|node| !node.status.is_running());
        let pane = &mut state.panes.logs;
        pane.left_out = nodes.len().saturating_sub(MOST_STREAMS);
        let tail = (state.log_tail / nodes.len().max(1) as u64).max(LEAST_TAIL).min(state.log_tail.max(1));
        // What was recreated goes on under another id.
        pane.streams.retain(|id, _| nodes.iter().any(|node| node.id == *id));
        let mut wanted = Vec::new();
        let mut resumptions = Vec::new();
        for node in nodes.iter().take(MOST_STREAMS) {
            // One that waits for its restart writes nothing, and would only end once more.
            let running = node.status.serves();
            let started = node.status.since.filter(|_| running);
            let request = match pane.streams.get(&node.id) {
                None => Some(LogStream { container: node.id.clone(), tail: Some(tail), since: None }),
                Some(stream) if !stream.open && running && is_another_run(stream, started) => {
                    let tail = if stream.last.is_some() { None } else { Some(tail) };
                    Some(LogStream { container: node.id.clone(), tail, since: stream.last })
                }
                Some(_) => None,
            };
            if let Some(request) = request {
                let resumed = request.since;
                pane.ends.remove(&node.id);
                if let Some(before) = pane.streams.get(&node.id).filter(|stream| !stream.lost) {
                    let ran = before.started.is_some() || before.last.is_some();
                    let text = if ran { "started again" } else { "started" };
                    resumptions.push((node.id.clone(), Safe::new(text)));
                }
                let stream = Stream { open: true, last: resumed, resumed, started, lost: false };
                pane.streams.insert(node.id.clone(), stream);
                state.logs.name(&node.id, node.tag.clone());
                wanted.push(request);
            }
        }
        self.note(&resumptions);
        wanted
    }
}

/// A stream that ended is opened again when its container was started again since, or the daemon was away.
fn is_another_run(stream: &Stream, started: Option<Timestamp>) -> bool {
    stream.lost || (started.is_some() && stream.started != started)
}
