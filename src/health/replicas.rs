//! A check that asks every replica: each in a task of its own, so that one that hangs keeps no other waiting, and their
//! reports summed up.

use super::schedule::{REPORTS, Shared, repeat as repeat_one};
use super::{Answer, Outcome, Tracker, docker, sum};
use crate::domain::check::Replica;
use crate::domain::{CheckReport, CheckSpec, Container, ContainerId, Safe};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A replica that is being asked, until this is dropped.
struct Asked {
    task: JoinHandle<()>,
    report: Option<CheckReport>,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) async fn repeat(spec: &CheckSpec, shared: Shared, reports: &mpsc::Sender<CheckReport>) {
    let (results, mut results_end) = mpsc::channel::<CheckReport>(REPORTS);
    let mut asked: BTreeMap<ContainerId, Asked> = BTreeMap::new();
    let mut fleet = shared.fleet.clone();
    let mut whole = CheckReport::new(spec.id.clone(), spec.kind.label());
    let mut is_open = true;
    loop {
        let known = fleet.borrow_and_update().clone();
        if let Some(known) = &known {
            asked.retain(|id, _| known.iter().any(|container| container.id == *id));
        }
        let now = match present(spec, known.as_deref().map(Vec::as_slice)) {
            // What they have done is not forgotten while they are stopped.
            Err(outcome) => alone(&whole, spec, outcome),
            Ok(containers) => {
                for container in &containers {
                    asked.entry(container.id.clone()).or_insert_with(|| Asked {
                        task: ask(spec, container, &shared, &results),
                        report: None,
                    });
                }
                let told = containers.iter().filter_map(|container| asked.get(&container.id)?.report.clone());
                let told: Vec<_> = told.collect();
                if told.is_empty() { whole.clone() } else { sum::sum(&whole, told) }
            }
        };
        if now != whole {
            whole = now;
            if reports.send(whole.clone()).await.is_err() {
                return;
            }
        }
        tokio::select! {
            Some(report) = results_end.recv() => {
                let of = report.replica.as_ref().and_then(|replica| asked.get_mut(&replica.container));
                if let Some(asked) = of {
                    asked.report = Some(report);
                }
            }
            changed = fleet.changed(), if is_open => is_open = changed.is_ok(),
        }
    }
}

fn ask(
    spec: &CheckSpec,
    container: &Container,
    shared: &Shared,
    results: &mpsc::Sender<CheckReport>,
) -> JoinHandle<()> {
    let (spec, shared, results) = (spec.clone(), shared.clone(), results.clone());
    let id = container.id.clone();
    tokio::spawn(async move { repeat_one(&spec, Some(&id), shared, &results).await })
}

/// The containers to ask, or why there are none.
pub(super) fn present<'fleet>(
    spec: &CheckSpec,
    fleet: Option<&'fleet [Container]>,
) -> Result<Vec<&'fleet Container>, Outcome> {
    let Some(fleet) = fleet else { return Err(Outcome::new(Answer::Unknown, "waiting for the daemon")) };
    match docker::not_running(&spec.id, fleet) {
        Some(outcome) => Err(outcome),
        // One that nobody wants to run is not missed.
        None => Ok(docker::of(&spec.id, fleet).filter(|container| !container.was_stopped()).collect()),
    }
}

pub(super) fn replica(container: &Container) -> Replica {
    Replica { container: container.id.clone(), name: Safe::new(container.tag()) }
}

/// What it comes to when there is nobody to ask. Nothing wavers here that would have to be waited for.
pub(super) fn alone(before: &CheckReport, spec: &CheckSpec, outcome: Outcome) -> CheckReport {
    let mut tracker = Tracker::new(&CheckSpec { fall: 1, rise: 1, ..spec.clone() });
    tracker.record(outcome, Timestamp::now());
    let told = tracker.report().clone();
    if told.verdict == before.verdict && told.message == before.message && before.replicas.is_empty() {
        return before.clone();
    }
    CheckReport { history: before.history.clone(), ..told }
}
