//! What goes onto the timeline, by where it comes from.

use super::PAST;
use crate::app::store::findings::{News, Severity, Turning};
use crate::app::store::timeline::{Entry, EntryId, Kind};
use crate::app::update::Turn;
use crate::domain::daemon::DaemonEvent;
use crate::domain::host::{KernelMessage, KernelMessageKind};
use crate::domain::{
    CheckReport, Container, ContainerId, Drift, FleetEvent, GpuSample, StackFile, TaskRecord, TaskTarget,
    Verdict, units,
};
use crate::triage::About;
use jiff::Timestamp;
use std::collections::BTreeMap;

impl Turn<'_> {
    pub(in crate::app::update) fn enter_event(&mut self, event: &FleetEvent) {
        if let FleetEvent::Noted(event) = event {
            self.enter_noted(event);
        }
    }

    /// One of the daemon's events, of now or of before the console was opened.
    pub(in crate::app::update) fn enter_noted(&mut self, event: &DaemonEvent) {
        // Each start brings these about, one for each volume.
        if event.kind == "volume" && matches!(event.action.as_str(), "mount" | "unmount") {
            return;
        }
        let time = event.time.unwrap_or(self.now);
        let state = &*self.state;
        let id = ContainerId(event.id.clone());
        let of_container = event.kind == "container";
        let known = state.fleet.get(&id).filter(|_| of_container);
        let about = match known {
            Some(container) => About::container(container),
            // It is gone; what it was is told by what happened to it before.
            None if of_container => {
                let mut before = state.timeline.entries().rev().map(|(_, entry)| &entry.about);
                let of_same = before.find(|about| about.container.as_ref() == Some(&id));
                of_same.cloned().unwrap_or_else(|| About { container: Some(id.clone()), ..About::default() })
            }
            None => About::default(),
        };
        let name = known.map_or(&event.name, |container| &container.name);
        let who = if name.is_empty() { event.id.get(..12).unwrap_or(&event.id) } else { name.as_str() };
        let run =
            state.previous.newest_first().find(|run| run.container == id && Some(run.ended) == event.time);
        let (kind, what) = match (of_container, event.action.as_str()) {
            (true, "die") => {
                let code = event.exit_code.map_or_else(String::new, |code| format!(" with exit code {code}"));
                (
                    Kind::End,
                    run.map_or_else(
                        || format!("ended{code}"),
                        |run| format!("ended with exit code {}", run.ending()),
                    ),
                )
            }
            (true, action) => (Kind::Event, action.to_owned()),
            (false, action) => (Kind::Event, format!("{} {action}", event.kind)),
        };
        let entry = EntryId::new(time, format!("{}/{}/{}", event.kind, event.id, event.action));
        self.enter_timeline(entry, Entry::new(kind, what, who, about));
    }

    /// Findings began, changed or ended.
    pub(in crate::app::update) fn enter_findings(&mut self, news: Vec<News>) {
        for News { id, time, turning } in news {
            let Some(incident) = self.state.findings.incident(&id) else { continue };
            let finding = &incident.finding;
            let word = match (turning, finding.severity) {
                (Turning::Began, Severity::Critical) => "critical",
                (Turning::Began, Severity::Warning) => "warning",
                (Turning::Worsened, _) => "now critical",
                (Turning::Eased, _) => "now a warning",
                (Turning::Ended, _) => "over",
            };
            let entry = Entry::new(
                Kind::Finding,
                format!("{word}: {}", finding.title),
                name(&finding.about),
                finding.about.clone(),
            );
            self.enter_timeline(EntryId::new(time, format!("finding/{id}/{word}")), entry.of(&id));
        }
    }

    /// What the kernel or a driver wrote happened whether or not anything is found wrong for it.
    pub(in crate::app::update) fn enter_kernel(&mut self, messages: &[KernelMessage]) {
        let since = self.now - PAST;
        for message in messages.iter().filter(|message| message.time >= since) {
            let (words, victim) = match &message.kind {
                KernelMessageKind::Xid { code, pci } => (format!("Xid {code} of the GPU at {pci}"), None),
                KernelMessageKind::OutOfMemory { task_cgroup, of_host } => {
                    let of_whom = if *of_host { "the host" } else { "its cgroup" };
                    let mut containers = self.state.fleet.containers().values();
                    let victim = containers.find(|container| task_cgroup.contains(&container.id.0));
                    (format!("a process was killed, as {of_whom} was out of memory"), victim)
                }
            };
            let entry = Entry::new(
                Kind::Kernel,
                format!("{words}: {}", message.text),
                victim.map_or_else(|| "kernel".to_owned(), Container::tag),
                victim.map(About::container).unwrap_or_default(),
            );
            self.enter_timeline(EntryId::new(message.time, format!("kernel/{}", message.text)), entry);
        }
    }

    pub(in crate::app::update) fn enter_task(&mut self, record: &TaskRecord) {
        let recent = |time: Timestamp| self.now.duration_since(time) <= PAST;
        let spec = &record.spec;
        let about = match &spec.target {
            TaskTarget::Stack(stack) => {
                let services = spec.operation.services();
                let service = if let [service] = services.as_slice() { Some(service.clone()) } else { None };
                About { stack: Some(stack.project.clone()), service, container: None }
            }
            TaskTarget::Container { id, stack, .. } => {
                About { stack: stack.clone(), service: None, container: Some(id.clone()) }
            }
        };
        let what = [spec.operation.verb(), spec.target.name()].join(" ");
        let mut told = Vec::new();
        let began = record.started.unwrap_or(spec.requested_at);
        if recent(began) {
            told.push((began, "begun", format!("{what}: begun")));
        }
        if let Some(ended) = record.finished.filter(|ended| recent(*ended)) {
            let cause = record.fault.as_ref().map_or_else(String::new, |fault| format!(": {fault}"));
            let took = units::duration(units::since(began, ended));
            told.push((ended, "ended", format!("{what}: {} after {took}{cause}", record.state.word())));
        }
        for (time, turn, words) in told {
            let entry = Entry::new(Kind::Task, words, &spec.requested_by, about.clone()).of(&spec.id.0);
            self.enter_timeline(EntryId::new(time, format!("task/{}/{turn}", spec.id.0)), entry);
        }
    }

    /// Before the store takes them in: what they are besides what is known is news.
    pub(in crate::app::update) fn enter_checks(&mut self, reports: &[CheckReport]) {
        let news: Vec<(Timestamp, Entry, String)> = reports
            .iter()
            .filter_map(|report| {
                let before = self.state.health.get(&report.id)?;
                let quiet = matches!(before.verdict, Verdict::Unknown | Verdict::Starting)
                    && report.verdict.is_alive();
                if before.verdict == report.verdict || quiet || (before.flapping && report.flapping) {
                    return None;
                }
                let id = &report.id;
                let message =
                    if report.message.is_empty() { String::new() } else { format!(": {}", report.message) };
                let what = format!("{} is {}{message}", report.label, report.verdict.word());
                let about = About {
                    stack: Some(id.stack.clone()),
                    service: Some(id.service.clone()),
                    container: None,
                };
                let time = report.since.or(report.last_run).unwrap_or(self.now);
                let entry = Entry::new(Kind::Check, what, &id.service, about);
                Some((time, entry, format!("check/{}/{}/{}", id.stack, id.service, id.name)))
            })
            .collect();
        for (time, entry, id) in news {
            self.enter_timeline(EntryId::new(time, id), entry);
        }
    }

    /// Before the store takes them in.
    pub(in crate::app::update) fn enter_files(&mut self, files: &[StackFile]) {
        if !self.state.stacks.was_heard() {
            return;
        }
        let project = |file: &StackFile| file.reference.project.clone();
        let known: BTreeMap<String, &StackFile> =
            self.state.stacks.files().iter().map(|file| (project(file), file)).collect();
        let mut told: Vec<(String, &str)> = files
            .iter()
            .filter_map(|file| match known.get(&file.reference.project) {
                Some(before) if *before == file => None,
                Some(_) => Some((project(file), "its files have changed")),
                None => Some((project(file), "its files were found")),
            })
            .collect();
        let gone = known.keys().filter(|name| files.iter().all(|file| file.reference.project != **name));
        told.extend(gone.map(|name| (name.clone(), "its files are gone")));
        for (name, what) in told {
            let about = About { stack: Some(name.clone()), ..About::default() };
            let entry = Entry::new(Kind::File, what, &name, about);
            self.enter_timeline(EntryId::new(self.now, format!("file/{name}")), entry);
        }
    }

    /// Before the store takes it in: what a file says may change without anything else that is known of it.
    pub(in crate::app::update) fn enter_drift(&mut self, services: &BTreeMap<(String, String), Drift>) {
        let news: Vec<(String, String, &str)> = services
            .iter()
            .filter_map(|((stack, service), drift)| {
                let before = self.state.drift.get(stack, service)?;
                let what = match (before, *drift) {
                    (Drift::InSync | Drift::ImageNewer, Drift::Changed) => "its file says something else now",
                    (Drift::Changed, Drift::InSync) => "it is what its file says again",
                    (Drift::InSync | Drift::Changed, Drift::ImageNewer) => "a newer image is there",
                    (Drift::InSync, Drift::Orphan) => "no file has it any more",
                    (
                        Drift::InSync | Drift::Changed | Drift::ImageNewer | Drift::Unknown | Drift::Orphan,
                        Drift::InSync | Drift::Changed | Drift::ImageNewer | Drift::Unknown | Drift::Orphan,
                    ) => return None,
                };
                Some((stack.clone(), service.clone(), what))
            })
            .collect();
        for (stack, service, what) in news {
            let about = About { stack: Some(stack.clone()), service: Some(service.clone()), container: None };
            let entry = Entry::new(Kind::File, what, &service, about);
            self.enter_timeline(EntryId::new(self.now, format!("drift/{stack}/{service}")), entry);
        }
    }

    pub(in crate::app::update) fn enter_gpus(&mut self, sample: &GpuSample) {
        let GpuSample::Devices(devices) = sample else { return };
        for device in devices {
            for xid in &device.xids {
                let who = format!("GPU {}", device.index);
                let entry = Entry::new(Kind::Kernel, format!("Xid {}", xid.code), who, About::default());
                self.enter_timeline(
                    EntryId::new(xid.time, format!("xid/{}/{}", device.index, xid.code)),
                    entry,
                );
            }
        }
    }
}

/// Whom a finding is about, in a column's few letters.
fn name(about: &About) -> &str {
    let named = about.service.as_deref().or(about.stack.as_deref());
    named.or(about.container.as_ref().map(ContainerId::short)).unwrap_or_default()
}
