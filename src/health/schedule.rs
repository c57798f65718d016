//! When each check runs.

use super::{Dialer, Fleet, Tracker, probe};
use crate::domain::{CheckReport, CheckSpec, Container, ContainerId, ContainerState, Health};
use jiff::Timestamp;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

/// Reports that wait for their reader; then the checks wait.
const REPORTS: usize = 64;
/// Checks that ask at the same time.
const AT_ONCE: usize = 32;
/// However busy the containers are, a check runs this far apart.
const APART: Duration = Duration::from_secs(1);

/// Runs the checks until the reports' receiver is dropped: each at once, then at its interval and whenever a container
/// of its service changes. The fleet's sender may go; the checks then go by what was known last.
pub fn run(
    specs: Vec<CheckSpec>,
    dialer: &Dialer,
    fleet: &watch::Receiver<Fleet>,
) -> mpsc::Receiver<CheckReport> {
    let (reports, receiver) = mpsc::channel(REPORTS);
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    for spec in specs {
        let (dialer, fleet, reports) = (dialer.clone(), fleet.clone(), reports.clone());
        let turns = Arc::clone(&turns);
        tokio::spawn(async move {
            tokio::select! {
                () = repeat(&spec, &dialer, fleet, &reports, &turns) => {}
                () = reports.closed() => {}
            }
        });
    }
    receiver
}

async fn repeat(
    spec: &CheckSpec,
    dialer: &Dialer,
    mut fleet: watch::Receiver<Fleet>,
    reports: &mpsc::Sender<CheckReport>,
    turns: &Semaphore,
) {
    let mut tracker = Tracker::new(spec);
    let dice = RandomState::new();
    for run in 0_u64.. {
        let known = fleet.borrow_and_update().clone();
        let seen = of_interest(spec, &known);
        let outcome = {
            let Ok(_turn) = turns.acquire().await else { return };
            probe::probe(spec, dialer, known.as_deref()).await
        };
        let ended = Instant::now();
        tracker.record(outcome, Timestamp::now());
        if reports.send(tracker.report().clone()).await.is_err() {
            return;
        }
        let next = ended + jittered(tracker.next_in(), dice.hash_one(run));
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = changed(spec, &mut fleet, &seen) => tokio::time::sleep_until(ended + APART).await,
        }
    }
}

/// Ten percent more or less, so that checks do not fall into step.
fn jittered(interval: Duration, dice: u64) -> Duration {
    let permille = u32::try_from(dice % 201).unwrap_or(100) + 900;
    interval * permille / 1000
}

type Seen = Option<Vec<(ContainerId, ContainerState, Option<Health>)>>;

/// What of the fleet bears on this check.
fn of_interest(spec: &CheckSpec, fleet: &Fleet) -> Seen {
    let of_service = |container: &&Container| {
        container
            .compose
            .as_ref()
            .is_some_and(|labels| labels.project == spec.id.stack && labels.service == spec.id.service)
    };
    let seen = |container: &Container| (container.id.clone(), container.state, container.health);
    fleet.as_ref().map(|fleet| fleet.iter().filter(of_service).map(seen).collect())
}

async fn changed(spec: &CheckSpec, fleet: &mut watch::Receiver<Fleet>, seen: &Seen) {
    loop {
        if of_interest(spec, &fleet.borrow_and_update()) != *seen {
            return;
        }
        if fleet.changed().await.is_err() {
            // Nobody will tell any more.
            return std::future::pending().await;
        }
    }
}
