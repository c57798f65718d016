//! Health checks: what is asked (HTTP, TCP, Docker's own verdict), and what the answers come to.
//!
//! One task for each check, so that no check runs twice at once and one that hangs keeps no other waiting. Every run is
//! bounded by the check's time-out, and reads 64 KiB of an answer at the most.

mod dial;
mod docker;
mod http;
mod outcome;
mod probe;
mod schedule;
mod tcp;
mod tls;
mod verdict;

pub use dial::Dialer;
pub use outcome::{Answer, Outcome};
pub use schedule::run;
pub use verdict::Tracker;

use crate::domain::{CheckReport, CheckSpec, Container};
use jiff::Timestamp;
use std::sync::Arc;

/// The containers there are; `None` until the daemon has listed them.
pub type Fleet = Option<Arc<Vec<Container>>>;

/// Runs a check a single time: the verdict is that of this one answer.
pub async fn check_once(spec: &CheckSpec, dialer: &Dialer, fleet: &Fleet) -> CheckReport {
    let outcome = probe::probe(spec, dialer, fleet.as_deref()).await;
    let single = CheckSpec { fall: 1, rise: 1, ..spec.clone() };
    let mut tracker = Tracker::new(&single);
    tracker.record(outcome, Timestamp::now());
    tracker.report().clone()
}

#[cfg(test)]
mod tests;
