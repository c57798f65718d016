//! A verification as a task: what is read, and how far it is.

use super::feed::Watch;
use super::find::{Found, find};
use super::seal::Keys;
use super::{check, list};
use crate::domain::{Fault, Plan, PlannedStep, StepVerb, TaskEvent, units};
use crate::engine::Engine;
use std::cell::RefCell;
use std::path::Path;

pub struct Verification {
    found: Found,
    /// In bytes, as far as the bundle tells.
    size: Option<u64>,
    deep: bool,
}

pub fn prepare(root: &Path, stack: &str, name: &str, deep: bool) -> Result<Verification, Fault> {
    let found = find(root, Some(stack), name)?;
    let manifest = list::manifest(&found.directory).ok();
    let size = manifest.map(|manifest| manifest.parts.iter().map(|part| part.part.bytes).sum());
    Ok(Verification { found, size, deep })
}

impl Verification {
    pub fn plan(&self) -> Plan {
        let tools = if self.deep { ", and its services' own tools read it through" } else { "" };
        let size = self.size.map(|size| format!(" of {}", units::bytes(size))).unwrap_or_default();
        let reason = format!("every byte{size} is read again{tools}");
        Plan {
            title: format!("verify {} of {}", self.found.name, self.found.stack),
            steps: vec![PlannedStep::new(StepVerb::Check, &self.found.name, reason)],
            equivalent: format!("cd {} && sha256sum --check SHA256SUMS", self.found.directory.display()),
            ..Plan::default()
        }
    }

    pub async fn carry_out(
        &self,
        engine: &Engine,
        root: &Path,
        progress: &mut dyn FnMut(TaskEvent),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        let progress = RefCell::new(progress);
        let tell = |event: TaskEvent| (progress.borrow_mut())(event);
        tell(TaskEvent::StepStarted { step: 0 });
        let report = |done: u64| {
            let text = if self.size == Some(done) && self.deep { "its tools read it" } else { "" };
            tell(TaskEvent::StepProgress {
                step: 0,
                done: Some(done),
                total: self.size,
                text: text.to_owned(),
            });
        };
        let keys = || Keys::of(&self.found, &list::manifest(&self.found.directory)?, None);
        let tools = if self.deep { keys().map(|keys| Some((engine, keys))) } else { Ok(None) };
        let ended = match tools {
            Ok(tools) => check::check(tools, root, &self.found, &Watch { told: &report, cancelled }).await,
            Err(fault) => Err(fault),
        };
        tell(TaskEvent::StepFinished { step: 0, fault: ended.as_ref().err().cloned() });
        let bytes = units::bytes(ended?.bytes);
        tell(TaskEvent::Output { text: format!("{} is good: {bytes} read", self.found.name) });
        Ok(())
    }
}
