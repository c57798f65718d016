//! From facts to findings: what is broken, why, and what mends it. Pure; every rule is a file of its own under
//! `rules`, and a server where nothing is wrong has no findings.

mod exit_code;
mod finding;
mod fold;
mod rules;
mod waiting;

pub use finding::{About, Finding, Fix, Severity};

use crate::domain::{CheckReport, Container, Fault, GpuSample, HostSample, TaskRecord};
use jiff::Timestamp;

/// What is known at one moment.
#[derive(Debug, Clone, Default)]
pub struct Facts<'facts> {
    pub containers: Vec<&'facts Container>,
    pub checks: Vec<&'facts CheckReport>,
    pub gpus: Option<&'facts GpuSample>,
    pub host: Option<&'facts HostSample>,
    /// Why the daemon is away, when it is.
    pub daemon: Option<&'facts Fault>,
    /// What is wrong with the stacks' files.
    pub stack_faults: Vec<&'facts Fault>,
    /// The newest first.
    pub tasks: Vec<&'facts TaskRecord>,
    pub now: Timestamp,
}

/// All findings, the worst first. What follows from the same container's or service's trouble is part of that
/// finding's evidence and not one of its own.
pub fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in rules::ALL {
        rule(facts, &mut found);
    }
    fold::fold(found)
}

#[cfg(test)]
mod tests;
