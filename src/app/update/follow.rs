//! The logs follow the selection of the service tree: a service's all replicas, a stack's all containers, or all that is
//! marked. Nothing is followed while the pane is not on the screen; it goes on where it was.

use super::Turn;
use crate::app::effect::{Effect, LogStream};
use crate::app::message::LogBatch;
use crate::app::pane::PaneId;
use crate::app::pane::logs::{End, Runs, Stream};
use crate::app::store::fleet::FleetStore;
use crate::app::store::logs::Note;
use crate::app::tree::{ContainerNode, Subject};
use crate::domain::{ContainerId, ContainerState, Safe, units};
use std::time::Duration;

/// Each stream costs the daemon a connection and a reader.
const MOST_STREAMS: usize = 64;
/// Of many containers, each begins with fewer lines, but not with fewer than these.
const LEAST_TAIL: u64 = 20;

/// How long a container whose log ended has to be started again, or removed, before that is told. What its events tell
/// is told at once.
const SETTLE: Duration = Duration::from_secs(2);

impl Turn<'_> {
    /// Opens what the selection needs and is not open, and nothing while no one sees it. Called after every message, and
    /// nearly always does nothing.
    pub(super) fn follow_selection(&mut self) {
        if !self.state.fleet.is_listed() {
            return;
        }
        if !self.state.shows(PaneId::Logs) {
            return self.rest();
        }
        let services = &self.state.panes.services;
        let subject = match services.list.selected() {
            // The heading of the containers without a stack is nobody's log.
            Some(Subject::Loose) | None => self.state.panes.logs.subject.clone(),
            Some(subject) => Some(subject.clone()),
        };
        let marked = services.marked();
        let pane = &self.state.panes.logs;
        // A cursor that runs over the tree changes nothing of what the marks have gathered.
        let changed = !marked.eq(pane.set.iter()) || (pane.set.is_empty() && subject != pane.subject);
        if changed {
            let set = self.state.panes.services.marked().cloned().collect();
            self.state.logs.clear();
            self.state.panes.logs.start(subject, set);
            self.redraw();
        } else if subject != pane.subject {
            self.state.panes.logs.subject = subject;
        }
        let pane = &mut self.state.panes.logs;
        if pane.previous.as_ref().is_some_and(|previous| previous.open.is_some()) {
            return;
        }
        let woken = std::mem::take(&mut pane.resting);
        let due = std::mem::take(&mut self.state.derived.streams_are_due) || changed || woken;
        if !due || pane.subjects().is_empty() {
            return;
        }
        let streams = self.streams();
        if !streams.is_empty() {
            let generation = self.state.panes.logs.generation;
            self.effects.push(Effect::FollowLogs { generation, streams });
        } else if changed {
            self.effects.push(Effect::StopLogs);
        }
    }

    /// Nobody sees the logs: the daemon is spared until somebody does.
    fn rest(&mut self) {
        let pane = &mut self.state.panes.logs;
        if !std::mem::replace(&mut pane.resting, true) && !pane.streams.is_empty() {
            pane.interrupt();
            self.effects.push(Effect::StopLogs);
        }
    }

    /// After a loss of the daemon every stream has ended, and none of them because its container did.
    pub(super) fn reopen_streams(&mut self) {
        self.state.panes.logs.interrupt();
    }

    /// Opens the streams again that say nothing because the clock was set back.
    pub(super) fn reopen_deaf_streams(&mut self) {
        if self.state.panes.logs.streams.values().any(|stream| stream.is_deaf(self.now)) {
            self.reopen_streams();
            self.state.derived.streams_are_due = true;
        }
    }

    /// Takes out what was read before the stream was opened again.
    pub(super) fn drop_repeated(&mut self, batch: &mut LogBatch) {
        let streams = &mut self.state.panes.logs.streams;
        if streams.values().any(Stream::is_resumed) {
            batch.lines.retain(|line| {
                let stream = streams.get_mut(line.container);
                stream.is_none_or(|stream| !stream.is_repeated(line.time, line.text))
            });
        }
    }

    /// Remembers how far each stream was read, and which of them ended.
    pub(super) fn note_streams(&mut self, batch: &LogBatch) {
        let streams = &mut self.state.panes.logs.streams;
        for container in batch.lines.containers() {
            if let Some(stream) = streams.get_mut(container) {
                let own = batch.lines.iter().filter(|line| std::ptr::eq(line.container, container));
                stream.note(own.map(|line| (line.time, line.text)));
            }
        }
        for (container, count) in &batch.dropped {
            if let Some(stream) = streams.get_mut(container) {
                stream.received += count;
            }
        }
        self.state.derived.streams_are_due |= !batch.ended.is_empty();
        for end in &batch.ended {
            if let Some(stream) = self.state.panes.logs.streams.get_mut(&end.container) {
                (stream.open, stream.broken) = (false, end.fault.is_some());
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
        // A clock that was set back keeps nothing from being told.
        let is_due = |end: &End| end.heard > now || units::since(end.heard, now) >= SETTLE;
        let due: Vec<ContainerId> =
            pane.ends.iter().filter(|(_, end)| is_due(end)).map(|(id, _)| id.clone()).collect();
        let mut notes = Vec::new();
        for id in due {
            let Some(end) = pane.ends.remove(&id) else { continue };
            let (Some(container), Some(stream)) = (fleet.get(&id), pane.streams.get_mut(&id)) else {
                continue;
            };
            let finished = container.details.as_ref().and_then(|details| details.finished_at);
            let mut time = None;
            let text = match end.fault {
                // Whose log it is stands before the line.
                Some(fault) => match fault.causes.first() {
                    Some(cause) => format!("the log ends here: {cause}"),
                    None => format!("the log ends here: {fault}"),
                },
                None if container.is_running() => continue,
                None if container.state == ContainerState::Created => {
                    "nothing yet: the container has not been started".to_owned()
                }
                None if !stream.runs.tell_end(finished) => continue,
                None => {
                    time = finished;
                    stopped(container.details.as_ref().map(|details| details.exit_code))
                }
            };
            notes.push(Note { container: id, time, text: Safe::new(text) });
        }
        self.note(&notes);
    }

    /// Lines of ours between those of the log.
    pub(super) fn note(&mut self, notes: &[Note]) {
        if !notes.is_empty() {
            let shift = self.state.logs.apply(&LogBatch::default(), notes);
            self.hold_patterns(&shift);
            self.state.panes.logs.hold(&shift, &self.state.logs);
            self.redraw();
        }
    }

    fn streams(&mut self) -> Vec<LogStream> {
        let (now, state) = (self.now, &mut *self.state);
        let subjects = state.panes.logs.subjects();
        let mut nodes: Vec<&ContainerNode> = Vec::new();
        for node in subjects.iter().flat_map(|subject| state.tree.containers_of(subject)) {
            // A service and its stack may both be marked.
            if nodes.iter().all(|known| known.id != node.id) {
                nodes.push(node);
            }
        }
        nodes.sort_by_key(|node| !node.status.is_running());
        let several_stacks = several_stacks(&state.fleet, &nodes);
        let pane = &mut state.panes.logs;
        pane.left_out = nodes.len().saturating_sub(MOST_STREAMS);
        let tail = (state.log_tail / nodes.len().max(1) as u64).max(LEAST_TAIL).min(state.log_tail.max(1));
        // What was recreated goes on under another id.
        pane.streams.retain(|id, _| nodes.iter().any(|node| node.id == *id));
        let mut wanted = Vec::new();
        for node in nodes.iter().take(MOST_STREAMS) {
            // One that waits for its restart writes nothing, and would only end once more.
            let running = node.status.serves();
            let started = node.status.since.filter(|_| running);
            let since = match pane.streams.get_mut(&node.id) {
                None => {
                    let ended = node.status.since.filter(|_| node.status.exit_code.is_some());
                    let runs = Runs::known(started, ended);
                    let mut stream = Stream::new(Some(tail), started);
                    stream.runs = runs;
                    pane.streams.insert(node.id.clone(), stream);
                    None
                }
                Some(stream) if stream.open => {
                    // Its inspect came later than the stream: that is no other run.
                    stream.started = stream.started.or(started);
                    continue;
                }
                // What was written meanwhile is read, even if nothing follows.
                Some(stream) if stream.lost => stream.resume(started, now),
                Some(stream) if started.is_some() && stream.started != started => stream.resume(started, now),
                Some(_) => continue,
            };
            pane.ends.remove(&node.id);
            let project = state.fleet.get(&node.id).and_then(|container| container.compose.as_ref());
            let tag = match project.filter(|_| several_stacks) {
                Some(labels) => Safe::new(format!("{}/{}", labels.project, node.tag)),
                None => node.tag.clone(),
            };
            state.logs.name(&node.id, tag);
            let tail = if since.is_some() { None } else { Some(tail) };
            wanted.push(LogStream { container: node.id.clone(), tail, since });
        }
        wanted
    }
}

/// `the container has stopped with exit code 137`
pub(super) fn stopped(exit_code: Option<i64>) -> String {
    let code = exit_code.map_or_else(String::new, |code| format!(" with exit code {code}"));
    format!("the container has stopped{code}")
}

/// Whether the containers are of several stacks, so that their short names may be the same.
fn several_stacks(fleet: &FleetStore, nodes: &[&ContainerNode]) -> bool {
    let project = |node: &&ContainerNode| Some(&fleet.get(&node.id)?.compose.as_ref()?.project);
    let mut projects = nodes.iter().filter_map(project);
    let first = projects.next();
    projects.any(|project| Some(project) != first)
}
