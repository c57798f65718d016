//! When each check runs.

use super::probe::{self, Memory};
use super::replicas::{self, replica};
use super::{Answer, Fleet, Outcome, Prober, Tracker};
use crate::domain::{CheckReport, CheckSpec, Container, ContainerId, ContainerState, Health};
use jiff::Timestamp;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Reports that wait for their reader; then the checks wait.
pub(super) const REPORTS: usize = 64;
/// Checks that ask at the same time.
const AT_ONCE: usize = 32;
/// However busy the containers are, a check runs this far apart.
const APART: Duration = Duration::from_secs(1);

/// All that a check runs with.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) prober: Prober,
    pub(super) fleet: watch::Receiver<Fleet>,
    turns: Arc<Semaphore>,
}

/// The checks that run. Each runs at once, then at its interval and whenever a container of its service changes; all
/// end with this, or when the reports' receiver is dropped. The fleet's sender may go; the checks then go by what was
/// known last.
pub struct Checks {
    shared: Shared,
    reports: mpsc::Sender<CheckReport>,
    running: Vec<(CheckSpec, JoinHandle<()>)>,
}

impl Checks {
    pub fn new(prober: &Prober, fleet: &watch::Receiver<Fleet>) -> (Self, mpsc::Receiver<CheckReport>) {
        let (reports, receiver) = mpsc::channel(REPORTS);
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let shared = Shared { prober: prober.clone(), fleet: fleet.clone(), turns };
        (Self { shared, reports, running: Vec::new() }, receiver)
    }

    /// Runs these and no others. One that ran before goes on, and with it what it remembers.
    pub fn set(&mut self, specs: Vec<CheckSpec>) {
        self.running.retain(|(spec, task)| {
            let stays = specs.contains(spec);
            if !stays {
                task.abort();
            }
            stays
        });
        for spec in specs {
            if !self.running.iter().any(|(running, _)| *running == spec) {
                let task = self.start(spec.clone());
                self.running.push((spec, task));
            }
        }
    }

    fn start(&self, spec: CheckSpec) -> JoinHandle<()> {
        let (shared, reports) = (self.shared.clone(), self.reports.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = check(spec, shared, &reports) => {}
                () = reports.closed() => {}
            }
        })
    }
}

impl Drop for Checks {
    fn drop(&mut self) {
        for (_, task) in &self.running {
            task.abort();
        }
    }
}

async fn check(spec: CheckSpec, shared: Shared, reports: &mpsc::Sender<CheckReport>) {
    if spec.asks_replicas() {
        replicas::repeat(&spec, shared, reports).await;
    } else {
        repeat(&spec, None, shared, reports).await;
    }
}

/// Runs the check of the service, or of one of its containers, again and again.
pub(super) async fn repeat(
    spec: &CheckSpec,
    subject: Option<&ContainerId>,
    shared: Shared,
    reports: &mpsc::Sender<CheckReport>,
) {
    let Shared { prober, mut fleet, turns } = shared;
    let mut tracker = Tracker::new(spec);
    let mut memory = Memory::default();
    let mut started = None;
    let mut told: Option<CheckReport> = None;
    let dice = RandomState::new();
    for run in 0_u64.. {
        let known = fleet.borrow_and_update().clone();
        let seen = of_interest(spec, subject, &known);
        let container = subject.and_then(|id| known.as_ref()?.iter().find(|container| container.id == *id));
        let now = container.and_then(|container| container.details.as_ref()?.started_at);
        if now.is_some() && std::mem::replace(&mut started, now).is_some_and(|before| Some(before) != now) {
            tracker.begin_anew();
            memory = Memory::default();
        }
        let outcome = {
            let Ok(_turn) = turns.acquire().await else { return };
            match (subject, container) {
                (None, _) => probe::service(spec, &prober, known.as_deref(), &mut memory).await,
                (Some(_), Some(container)) => probe::replica(spec, &prober, container, &mut memory).await,
                (Some(_), None) => Outcome::new(Answer::Unknown, "gone"),
            }
        };
        let ended = Instant::now();
        let asked_nobody = outcome.answer == Answer::Unknown;
        tracker.record(outcome, Timestamp::now());
        let report = CheckReport { replica: container.map(replica), ..tracker.report().clone() };
        // That there is still nobody to ask is no news, and whoever hears of it would look at everything again.
        let repeats = asked_nobody && told.as_ref().is_some_and(|told| report.repeats(told));
        if !repeats {
            told = Some(report.clone());
            if reports.send(report).await.is_err() {
                return;
            }
        }
        let next = ended + jittered(tracker.next_in(), dice.hash_one(run));
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = changed(spec, subject, &mut fleet, &seen) => {
                tokio::time::sleep_until(ended + APART.max(spec.apart())).await;
            }
        }
    }
}

/// No check is put off for longer, and no clock overflows, whatever its file says.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// Ten percent more or less, so that checks do not fall into step.
fn jittered(interval: Duration, dice: u64) -> Duration {
    let permille = u32::try_from(dice % 201).unwrap_or(100) + 900;
    interval.min(LONGEST) * permille / 1000
}

type Seen = Option<Vec<(ContainerId, ContainerState, Option<Health>, Option<Timestamp>)>>;

/// What of the fleet bears on this check.
fn of_interest(spec: &CheckSpec, subject: Option<&ContainerId>, fleet: &Fleet) -> Seen {
    let of_service = |container: &&Container| match subject {
        Some(id) => container.id == *id,
        None => container
            .compose
            .as_ref()
            .is_some_and(|labels| labels.project == spec.id.stack && labels.service == spec.id.service),
    };
    let seen = |container: &Container| {
        let started = container.details.as_ref().and_then(|details| details.started_at);
        (container.id.clone(), container.state, container.health, started)
    };
    fleet.as_ref().map(|fleet| fleet.iter().filter(of_service).map(seen).collect())
}

async fn changed(
    spec: &CheckSpec,
    subject: Option<&ContainerId>,
    fleet: &mut watch::Receiver<Fleet>,
    seen: &Seen,
) {
    loop {
        if of_interest(spec, subject, &fleet.borrow_and_update()) != *seen {
            return;
        }
        if fleet.changed().await.is_err() {
            // Nobody will tell any more.
            return std::future::pending().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_of_ages_is_a_month() {
        let next = jittered(Duration::MAX, 200);
        assert_eq!(next, LONGEST * 11 / 10);
        assert!(Instant::now().checked_add(next).is_some());
    }
}
