//! What can be known to go wrong before anything is changed. Pure: rules over facts that others have gathered, one file
//! for each check, one line for each thing looked at. What will not work fails and keeps the deploy from beginning; what
//! may do harm is a warning and keeps nobody.

mod binds;
mod engine;
mod files;
mod gpus;
mod health;
mod images;
mod ports;
mod resources;
mod subnets;

pub use health::program as health_program;
pub use ports::wanted as wanted_ports;

use super::file::{Project, Service};
use super::observe::Observed;
use crate::domain::{ChecklistLine, Fault, FaultKind, Mark};
use std::collections::{BTreeMap, BTreeSet};

/// What is known besides what the Engine has of the project. What is absent could not be had.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    pub engine_version: Option<String>,
    /// The daemon runs on this host, so that its files, ports and disks are the daemon's.
    pub is_local: bool,
    pub cpus: Option<u64>,
    pub memory_bytes: Option<u64>,
    /// Where the daemon keeps images and volumes, and how much is free there.
    pub disk: Option<(String, u64)>,
    /// The container runtimes that the daemon knows; asked only where something needs a GPU.
    pub runtimes: Option<Vec<String>>,
    /// The toolkit that gives containers GPUs is on this host.
    pub has_gpu_toolkit: bool,
    pub gpus: Option<u64>,
    /// Who listens on a port that is to be published, in words.
    pub listeners: BTreeMap<u16, String>,
    /// Paths that are to be mounted and are not there.
    pub missing_paths: BTreeSet<String>,
    /// The permissions of files of secrets.
    pub modes: BTreeMap<String, u32>,
    /// By reference, what the registry said of an image that is not here; absent where it was not asked.
    pub registry: BTreeMap<String, Result<(), Fault>>,
    /// By service, the program of a health check that its container does not have.
    pub absent_programs: BTreeMap<String, String>,
}

/// All lines, in the order of the checks.
pub fn check(
    project: &Project,
    services: &[&Service],
    observed: &Observed,
    facts: &Facts,
) -> Vec<ChecklistLine> {
    [
        engine::check(observed, facts),
        files::check(project, services, observed, facts),
        images::check(project, services, observed, facts),
        ports::check(project, services, observed, facts),
        resources::check(project, facts),
        gpus::check(services, observed, facts),
        binds::check(services, facts),
        subnets::check(project, services, observed),
        health::check(services, facts),
    ]
    .concat()
}

/// Why the deploy cannot begin; `None` where nothing keeps it.
pub fn refusal(verb: &str, lines: &[ChecklistLine]) -> Option<Fault> {
    let failed: Vec<Fault> = lines.iter().filter(|line| line.mark == Mark::Failed).map(fault).collect();
    (!failed.is_empty()).then(|| {
        let fault = Fault::merged(failed);
        let hint = fault.hint.clone().unwrap_or_default();
        fault.hint(format!("{hint}; nothing was changed, and {verb} --no-preflight goes on all the same"))
    })
}

fn fault(line: &ChecklistLine) -> Fault {
    let fault = match line.check.strip_prefix("port ") {
        // In the daemon's words, by which it is known elsewhere too.
        Some(port) => {
            Fault::new(FaultKind::Conflict, "publish port", port).because("bind: address already in use")
        }
        None => Fault::new(FaultKind::Invalid, "check", line.check.as_str()),
    };
    let fault = fault.because(line.found.as_str());
    match &line.mend {
        Some(mend) => fault.hint(mend.as_str()),
        None => fault,
    }
}

#[cfg(test)]
mod tests;
