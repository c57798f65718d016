//! What the feeds report goes into the stores.

use super::Turn;
use crate::app::command::Command;
use crate::app::effect::Effect;
use crate::app::message::LogBatch;
use crate::app::pane::PaneId;
use crate::app::store::fleet::Connection;
use crate::app::store::notices::{FileFaults, Notice, Severity};
use crate::domain::deploy::Undecided;
use crate::domain::stack::Backups;
use crate::domain::{
    CheckReport, Drift, Fault, FaultKind, FleetEvent, GpuSample, HostSample, Safe, StackFile, TaskId,
    TaskRecord, TaskState, units,
};
use std::collections::BTreeMap;

impl Turn<'_> {
    pub(super) fn fleet(&mut self, event: FleetEvent) {
        let (connects, lists) =
            (matches!(event, FleetEvent::Connected(_)), matches!(event, FleetEvent::Listed(_)));
        if (connects || lists) && *self.state.fleet.connection() != Connection::Connected {
            self.reopen_streams();
        }
        self.record_end(&event);
        self.note_runs(&event);
        self.enter_event(&event);
        let removed = if let FleetEvent::Removed(id) = &event { Some(id.clone()) } else { None };
        if let Some(id) = &removed {
            self.state.figures.remove(id);
        }
        let first = lists && !self.state.fleet.is_listed();
        let changed = self.state.fleet.apply(event, self.now);
        if lists {
            let fleet = &self.state.fleet;
            self.state.figures.retain(|id| fleet.get(id).is_some());
        }
        if lists || removed.is_some() {
            let fleet = &self.state.fleet;
            self.state.signs.retain(|id| fleet.get(id).is_some());
        }
        if changed {
            self.redraw();
            self.tree_changed();
        }
        if lists {
            // The first content on the screen does not wait.
            self.derive();
        }
        if first {
            // Before, there were only files; now the stack in trouble stands in front.
            self.state.panes.services.list.select(0);
        }
    }

    pub(super) fn host(&mut self, sample: HostSample) {
        let change = self.state.host.apply(sample, self.now);
        self.show_host();
        self.redraw_if(change.line);
        if change.trouble {
            self.findings_changed();
        }
    }

    pub(super) fn gpu(&mut self, sample: GpuSample) {
        self.enter_gpus(&sample);
        if self.state.gpus.apply(sample, self.now) {
            let places = self.state.gpus.places();
            self.state.panes.gpus.list.set(places);
            self.redraw();
            self.findings_changed();
        }
    }

    pub(super) fn checks(&mut self, reports: Vec<CheckReport>) {
        self.enter_checks(&reports);
        let change = self.state.health.apply(reports);
        if change.any {
            self.state.panes.health.refresh(&self.state.health, &self.state.tree);
            self.redraw();
        }
        if change.trouble {
            self.findings_changed();
        }
    }

    pub(super) fn stacks(
        &mut self,
        files: Vec<StackFile>,
        faults: Vec<Fault>,
        unread: BTreeMap<String, Fault>,
    ) {
        let known: Vec<Fault> = self.state.stacks.faults().to_vec();
        let new: Vec<Fault> = faults.iter().filter(|fault| !known.contains(fault)).cloned().collect();
        self.enter_files(&files);
        if self.state.stacks.apply(files, faults, unread) {
            let stacks = &self.state.stacks;
            self.state.health.retain(|id| {
                stacks.get(&id.stack).is_none_or(|file| file.checks.iter().any(|check| check.id == *id))
            });
            self.state.panes.health.refresh(&self.state.health, &self.state.tree);
            self.redraw();
            self.tree_changed();
        }
        self.file_faults(&new, FileFaults { settings: 0, stacks: new.len() });
    }

    pub(super) fn drift(&mut self, services: BTreeMap<(String, String), Drift>) {
        self.enter_drift(&services);
        if self.state.drift.apply(services) {
            self.redraw();
            self.tree_changed();
        }
    }

    pub(super) fn backups(&mut self, result: Result<Backups, Fault>) {
        self.state.backups.apply(result);
        self.state.panes.backups.refresh(&self.state.backups);
        self.redraw();
        self.findings_changed();
    }

    pub(super) fn undecided(&mut self, result: Result<Vec<Undecided>, Fault>) {
        match self.state.undecided.apply(result) {
            Ok(false) => {}
            Ok(true) => {
                self.redraw();
                self.findings_changed();
            }
            Err(fault) => self.state.notices.fault(&fault, self.now),
        }
    }

    pub(super) fn logged(&mut self) {
        let seen = self.state.hits.panes.iter().any(|area| area.pane == PaneId::Messages);
        self.redraw_if(seen);
    }

    /// What the settings lack comes at once; what else goes wrong outside comes one by one.
    pub(super) fn faults(&mut self, faults: &[Fault]) {
        match faults {
            [] => return,
            [fault] if fault.kind != FaultKind::Invalid => self.state.notices.fault(fault, self.now),
            _ => self.file_faults(faults, FileFaults { settings: faults.len(), stacks: 0 }),
        }
        self.redraw();
    }

    fn file_faults(&mut self, faults: &[Fault], of: FileFaults) {
        if faults.is_empty() {
            return;
        }
        let key = self.state.keys.keys(Command::Focus(PaneId::Messages)).first();
        let messages = key.map_or_else(|| "Messages".to_owned(), |key| format!("{key} Messages"));
        self.state.notices.file_faults(faults, of, &messages, self.now);
        self.redraw();
    }

    pub(super) fn logs(&mut self, mut batch: LogBatch) {
        if batch.generation != self.state.panes.logs.generation {
            return;
        }
        self.drop_repeated(&mut batch);
        self.note_streams(&batch);
        self.note_patterns(&batch);
        let shift = self.state.logs.apply(&batch, &[]);
        self.hold_patterns(&shift);
        self.state.panes.logs.hold(&shift, &self.state.logs);
        self.reach_moment();
        // Lines nobody sees are no reason to draw.
        let seen = self.state.shows(PaneId::Logs);
        self.redraw_if(seen);
    }

    pub(super) fn tasks(&mut self, records: Vec<TaskRecord>) {
        let running: Vec<TaskId> = self.state.tasks.running().map(|record| record.spec.id.clone()).collect();
        for record in &records {
            self.enter_task(record);
        }
        if !self.state.tasks.apply_all(records) {
            return;
        }
        for id in running {
            if let Some(record) = self.state.tasks.get(&id).filter(|record| record.state.is_over()).cloned() {
                self.task_ended(&record);
            }
        }
        self.state.panes.tasks.refresh(&self.state.tasks);
        self.effects.push(Effect::ReadUndecided);
        self.redraw();
        self.findings_changed();
    }

    pub(super) fn task(&mut self, record: &TaskRecord) {
        self.enter_task(record);
        if self.state.tasks.apply(record.clone()) {
            self.task_ended(record);
            self.findings_changed();
        }
        self.state.panes.tasks.refresh(&self.state.tasks);
        self.redraw();
    }

    /// Where a task that did not get to its end is gone on with.
    fn resume_hint(&self, record: &TaskRecord) -> String {
        let back = record.roll_back().map(|line| format!(", `{line}` goes back")).unwrap_or_default();
        let key = |command| self.state.keys.keys(command).first().map(ToString::to_string);
        match (key(Command::Focus(PaneId::Tasks)), key(Command::ResumeTask)) {
            (Some(tasks), Some(resume)) => {
                format!("{resume} in the tasks ({tasks}) goes on from what is there{back}")
            }
            (_, _) => "give the command again; it goes on from what is there".to_owned(),
        }
    }

    /// Every task ends in a notice, and what it may have changed is asked for again.
    fn task_ended(&mut self, record: &TaskRecord) {
        self.state.notices.ended(&record.spec.id);
        let what = format!("{} {}", record.spec.operation.verb(), record.spec.object());
        let took = match (record.started, record.finished) {
            (Some(started), Some(finished)) => {
                format!(" in {}", units::duration(units::since(started, finished)))
            }
            (Some(_) | None, _) => String::new(),
        };
        let cause = record.fault.as_ref().map_or_else(String::new, |fault| format!(": {fault}"));
        let hint = record.fault.as_ref().and_then(|fault| fault.hint.clone());
        let (severity, text, hint) = match record.state {
            TaskState::Completed => (Severity::Good, format!("{what}: done{took}"), None),
            TaskState::Cancelled => {
                let left = record.left().join(", ");
                let left = if left.is_empty() { left } else { format!("; left undone: {left}") };
                let text = format!("{what}: {}{left}", record.cancelled());
                (Severity::Warning, text, hint.or_else(|| Some(self.resume_hint(record))))
            }
            TaskState::Interrupted => (
                Severity::Bad,
                format!("{what}: interrupted, its worker is gone{cause}"),
                Some(self.resume_hint(record)),
            ),
            TaskState::Failed | TaskState::Pending | TaskState::Running => (
                Severity::Bad,
                format!("{what}: failed{cause}"),
                hint.or_else(|| Some(self.resume_hint(record))),
            ),
        };
        self.state.notices.add(Notice {
            severity,
            text: Safe::new(text),
            hint: hint.map(Safe::new),
            time: self.now,
            sticky: severity == Severity::Bad,
            task: Some(record.spec.id.clone()),
            files: FileFaults::default(),
        });
        if record.spec.operation.is_about_backups() {
            self.effects.push(Effect::RefreshBackups);
        }
        if self.state.resources.was_asked() {
            self.effects.push(Effect::RefreshResources);
        }
        self.effects.push(Effect::ReadUndecided);
    }
}
