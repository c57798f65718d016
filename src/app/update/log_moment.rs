//! What is told elsewhere, in the logs: those of the service at the second when it happened.

use super::Turn;
use crate::app::pane::PaneId;
use crate::app::pane::logs::Awaited;
use crate::app::tree::Subject;
use jiff::{SignedDuration, Timestamp};

/// After their first lines, logs that were opened for a moment have so long to bring the one of that moment. Then the
/// reader may be elsewhere.
const PATIENCE: SignedDuration = SignedDuration::from_secs(2);

impl Turn<'_> {
    /// Selects the subject in the service tree, and moves its logs to what was written then.
    pub(super) fn show_moment(&mut self, subject: Option<&Subject>, time: Option<Timestamp>) {
        if let Some(subject) = subject {
            self.reveal(subject);
        }
        let Some(time) = time else { return };
        while self.state.panes.logs.previous.is_some() {
            self.close_previous();
        }
        let subject = self.state.panes.services.list.selected().cloned();
        self.state.panes.logs.awaited = Some(Awaited { subject, time, heard: None });
        // Other logs than those of before are opened first, and not after: that begins anew.
        self.follow_selection();
        self.reach_moment();
    }

    /// Lines may have come that the reader is to be shown.
    pub(super) fn reach_moment(&mut self) {
        let now = self.now;
        let state = &mut *self.state;
        let pane = &mut state.panes.logs;
        let Some(awaited) = &mut pane.awaited else { return };
        if state.panes.services.list.selected() != awaited.subject.as_ref() {
            pane.awaited = None;
            return;
        }
        if (pane.set.is_empty() && pane.subject != awaited.subject) || state.logs.is_empty() {
            return;
        }
        let passed = now.duration_since(*awaited.heard.get_or_insert(now));
        let time = awaited.time;
        let logs = &state.logs;
        let begins = logs.line(logs.first()).and_then(|line| line.time);
        let found = logs.since(time).and_then(|number| logs.shown_from(number));
        if begins.is_some_and(|begins| begins > time) {
            pane.awaited = None;
            if self.seek_further(time) {
                return;
            }
        } else if found.is_none() {
            // The last lines are from before: they are on the screen where the logs are followed.
            if passed > PATIENCE {
                pane.awaited = None;
            }
            return;
        }
        let Some(line) = found.or_else(|| self.state.logs.first_shown()) else { return };
        self.state.panes.logs.awaited = None;
        let rows = self.state.hits.rows(PaneId::Logs);
        self.state.panes.logs.jump(line, &self.state.logs, rows);
        self.redraw();
    }
}
