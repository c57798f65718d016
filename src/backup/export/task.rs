//! An export as a task: into a file of a name that is made of the stack's and the bundle's.

use super::export;
use crate::backup::find::{Found, find};
use crate::backup::list;
use crate::domain::{Fault, FaultKind, Plan, PlannedStep, StepVerb, TaskEvent, units};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

pub struct ExportTask {
    found: Found,
    target: PathBuf,
    size: u64,
}

/// `directory` is where it goes; it need not be there.
pub fn prepare(root: &Path, stack: &str, name: &str, directory: &Path) -> Result<ExportTask, Fault> {
    let found = find(root, Some(stack), name)?;
    let size = list::manifest(&found.directory)?.parts.iter().map(|part| part.part.bytes).sum();
    let target = directory.join(format!("{}-{}.tar", found.stack, found.name));
    Ok(ExportTask { found, target, size })
}

impl ExportTask {
    pub fn plan(&self) -> Plan {
        let Found { stack, name, directory } = &self.found;
        let reason = format!("{} to {}", units::bytes(self.size), self.target.display());
        let beside = directory.parent().unwrap_or(directory);
        Plan {
            title: format!("export {name} of {stack}"),
            steps: vec![PlannedStep::new(StepVerb::Export, name, reason)],
            equivalent: format!("tar -C {} -cf {} {name}", beside.display(), self.target.display()),
            ..Plan::default()
        }
    }

    pub async fn carry_out(self, progress: &mut dyn FnMut(TaskEvent)) -> Result<(), Fault> {
        progress(TaskEvent::StepStarted { step: 0 });
        let Self { found, target, .. } = self;
        let place = target.display().to_string();
        let work = move || {
            let directory = target.parent().unwrap_or(Path::new("/"));
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory)
                .map_err(|error| Fault::io("create", directory.display(), &error))?;
            export(&found, &target)
        };
        let written = tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
            Err(Fault::new(FaultKind::Internal, "export backup to", &place).caused_by(&error))
        });
        progress(TaskEvent::StepFinished { step: 0, fault: written.as_ref().err().cloned() });
        let bytes = units::bytes(written?);
        progress(TaskEvent::Output { text: format!("{place} ({bytes})") });
        Ok(())
    }
}
