//! Health checks: what is asked (pages, ports, commands, databases, certificates, engines of language models, Docker's
//! own verdict), and what the answers come to.
//!
//! One task for each check, and one for each replica that it asks, so that none runs twice at once and one that hangs
//! keeps no other waiting. Every run is bounded by the check's time-out, and reads 64 KiB of an answer at the most (of
//! figures for Prometheus 2 MiB).

mod certificate;
mod dial;
mod docker;
mod exec;
mod gpus;
mod http;
mod line;
mod llm;
mod outcome;
mod postgres;
mod probe;
mod reach;
mod redis;
mod replicas;
mod schedule;
mod sum;
mod tcp;
mod tls;
mod unfiled;
mod verdict;

pub use dial::Dialer;
pub use gpus::Gpus;
pub use outcome::{Answer, Outcome};
pub use schedule::Checks;
pub use unfiled::unfiled;
pub use verdict::Tracker;

use crate::domain::{CheckReport, CheckSpec, Container};
use crate::engine::Endpoint;
use futures_util::future::join_all;
use jiff::Timestamp;
use probe::Memory;
use std::sync::Arc;

/// The containers there are; `None` until the daemon has listed them.
pub type Fleet = Option<Arc<Vec<Container>>>;

/// How checks reach what they ask.
#[derive(Debug, Clone)]
pub struct Prober {
    pub dialer: Dialer,
    /// Where commands are run in containers; `None` where there is no daemon.
    pub endpoint: Option<Endpoint>,
    pub gpus: Gpus,
}

/// Runs a check a single time: the verdict is that of this one answer.
pub async fn check_once(spec: &CheckSpec, prober: &Prober, fleet: &Fleet) -> CheckReport {
    if !spec.asks_replicas() {
        let outcome = probe::service(spec, prober, fleet.as_deref(), &mut Memory::once()).await;
        return single(spec, outcome);
    }
    match replicas::present(spec, fleet.as_deref().map(Vec::as_slice)) {
        Err(outcome) => single(spec, outcome),
        Ok(containers) => {
            let asked = containers.into_iter().map(|container| async move {
                let outcome = probe::replica(spec, prober, container, &mut Memory::once()).await;
                CheckReport { replica: Some(replicas::replica(container)), ..single(spec, outcome) }
            });
            let told = join_all(asked).await;
            sum::sum(&CheckReport::new(spec.id.clone(), spec.kind.label()), told)
        }
    }
}

fn single(spec: &CheckSpec, outcome: Outcome) -> CheckReport {
    let mut tracker = Tracker::new(&CheckSpec { fall: 1, rise: 1, ..spec.clone() });
    tracker.record(outcome, Timestamp::now());
    tracker.report().clone()
}

#[cfg(test)]
mod tests;
