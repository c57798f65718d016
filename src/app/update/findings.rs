//! The findings that are looked at: opened, acknowledged, and what their fix would do.

use super::Turn;
use super::motion::scrolled;
use crate::app::effect::Effect;
use crate::app::pane::findings::{Opened, Preview};
use crate::app::pane::{Motion, PaneId};
use crate::app::store::notices::Severity;
use crate::domain::{Fault, Plan};
use crate::triage::{Finding, Origin};
use jiff::Timestamp;

impl Turn<'_> {
    /// Shows a finding in full, beside what its container wrote then. Says whether it is known.
    pub(super) fn open_finding(&mut self, id: &str) -> bool {
        let Some(incident) = self.state.findings.incident(id) else { return false };
        let task = incident.finding.fix.as_ref().and_then(|fix| fix.request.clone());
        let task = task.filter(|_| !incident.is_over());
        let moment = moment(&incident.finding);
        let subject = self.state.subject_of(&incident.finding.about);
        let preview = match task {
            Some(task) => {
                let request = self.state.request();
                self.effects.push(Effect::RequestPlan { request, task });
                Preview::Planning(request)
            }
            None => Preview::None,
        };
        self.state.panes.findings.open = Some(Opened { id: id.to_owned(), scroll: 0, preview });
        if subject.is_some() {
            self.show_moment(subject.as_ref(), moment);
        }
        self.redraw();
        true
    }

    /// Enter: a row is opened; from what is open one goes on to the logs.
    pub(super) fn open_finding_row(&mut self) {
        let pane = &self.state.panes.findings;
        if pane.open.is_some() {
            self.focus(PaneId::Logs);
        } else if pane.timeline.is_some() {
            self.open_entry();
        } else if let Some(id) = pane.list.selected().cloned() {
            self.open_finding(&id);
        }
    }

    /// From what is open to the list, from the timeline to the findings. Says whether there was anything to leave.
    pub(super) fn close_finding(&mut self) -> bool {
        let pane = &mut self.state.panes.findings;
        pane.open.take().is_some() || pane.timeline.take().is_some()
    }

    pub(super) fn go_in_findings(&mut self, motion: Motion, rows: usize) {
        let lines = self.state.hits.finding_lines;
        let pane = &mut self.state.panes.findings;
        if let Some(open) = &mut pane.open {
            open.scroll = scrolled(open.scroll, motion, rows, lines);
        } else if pane.timeline.is_some() {
            self.go_in_timeline(motion, rows);
        } else {
            pane.list.go(motion, rows);
        }
    }

    pub(super) fn acknowledge(&mut self) {
        let Some((id, title)) =
            self.state.finding().map(|finding| (finding.id.clone(), finding.title.clone()))
        else {
            return;
        };
        let Some(acknowledged) = self.state.findings.acknowledge(&id) else { return };
        let words = if acknowledged {
            format!("acknowledged until it gets worse or comes back: {title}")
        } else {
            format!("no longer acknowledged: {title}")
        };
        self.state.notices.tell(Severity::Info, words, self.now);
        self.state.panes.findings.refresh(&self.state.findings);
    }

    /// A plan came. Gives it back where it is not that of the fix that is looked at.
    pub(super) fn fix_planned(
        &mut self,
        request: u64,
        result: Result<Plan, Fault>,
    ) -> Option<Result<Plan, Fault>> {
        let open = self.state.panes.findings.open.as_mut();
        let Some(open) = open.filter(|open| open.preview == Preview::Planning(request)) else {
            return Some(result);
        };
        open.preview = match result {
            Ok(plan) => Preview::Ready(plan),
            Err(fault) => Preview::Failed(fault),
        };
        self.redraw();
        None
    }
}

/// When it happened, as the container's own lines tell it, or else the first of what was seen.
fn moment(finding: &Finding) -> Option<Timestamp> {
    let timed = || finding.evidence.iter().filter(|line| line.time.is_some());
    let told = timed().find(|line| line.origin == Origin::Log).or_else(|| timed().next());
    told.and_then(|line| line.time)
}
