//! The timeline: how one moves along it. What goes onto it stands in the file below.

mod entries;

use super::Turn;
use crate::app::effect::Effect;
use crate::app::pane::findings::TimelineList;
use crate::app::pane::{Motion, PaneId};
use crate::app::store::timeline::{Entry, EntryId, Kind};
use crate::domain::daemon::PastEvents;
use crate::domain::{Fault, TaskId};
use jiff::SignedDuration;

/// What happened before this is no part of what the operator looks for.
pub(super) const PAST: SignedDuration = SignedDuration::from_hours(24);

impl Turn<'_> {
    /// Shows what happened in place of the findings, or goes back to them.
    pub(super) fn toggle_timeline(&mut self) {
        let pane = &mut self.state.panes.findings;
        pane.open = None;
        if pane.timeline.take().is_none() {
            let mut timeline = TimelineList::default();
            timeline.refresh(&self.state.timeline);
            pane.timeline = Some(timeline);
            if self.state.timeline.ask_once() {
                self.effects.push(Effect::ReadEvents { since: self.now - PAST });
            }
        }
    }

    pub(super) fn go_in_timeline(&mut self, motion: Motion, rows: usize) {
        if let Some(timeline) = &mut self.state.panes.findings.timeline {
            timeline.list.go(motion, rows);
            self.show_entry();
        }
    }

    /// The other panes go to where and when the selected entry happened.
    pub(super) fn show_entry(&mut self) {
        let Some((time, subject)) =
            self.state.entry().map(|(id, entry)| (id.time, self.state.subject_of(&entry.about)))
        else {
            return;
        };
        self.show_moment(subject.as_ref(), Some(time));
    }

    /// A finding is opened, a task's steps are shown; whatever else happened is read in the logs.
    pub(super) fn open_entry(&mut self) {
        let Some((kind, of)) = self.state.entry().map(|(_, entry)| (entry.kind, entry.of.clone())) else {
            return;
        };
        match (kind, of) {
            (Kind::Finding, Some(id)) if self.open_finding(&id) => {}
            (Kind::Task, Some(id)) => {
                self.focus(PaneId::Tasks);
                self.open_task(TaskId(id));
            }
            (
                Kind::Event
                | Kind::End
                | Kind::Task
                | Kind::File
                | Kind::Finding
                | Kind::Check
                | Kind::Kernel,
                _,
            ) => {
                self.show_entry();
                self.focus(PaneId::Logs);
            }
        }
    }

    /// Without them the timeline begins with the console; why they are not to be had the console's own log tells.
    pub(super) fn past_events(&mut self, result: Result<PastEvents, Fault>) {
        self.state.timeline.past_told(result.as_ref().ok().and_then(|past| past.kept_from));
        match result {
            Ok(past) => {
                past.events.iter().for_each(|event| self.enter_noted(event));
                // They tell since when something goes on.
                self.findings_changed();
                self.redraw();
            }
            Err(fault) => log::warn!("{fault}"),
        }
    }

    fn enter_timeline(&mut self, id: EntryId, entry: Entry) {
        if self.state.timeline.apply(id, entry) {
            self.state.derived.timeline_is_due = true;
        }
    }

    /// The rows follow what was entered; at most once for each message.
    pub(super) fn refresh_timeline(&mut self) {
        if std::mem::take(&mut self.state.derived.timeline_is_due)
            && let Some(timeline) = &mut self.state.panes.findings.timeline
        {
            let changed = timeline.refresh(&self.state.timeline);
            self.redraw_if(changed);
        }
    }
}
