//! Keeps a bundle whatever the policy says, or leaves it to the policy again.

use super::find::{Found, find};
use super::proof::{self, PINNED};
use crate::domain::{Fault, Plan, PlannedStep, StepVerb, TaskEvent};
use std::path::Path;

pub struct Pin {
    found: Found,
    pinned: bool,
}

pub fn prepare(root: &Path, stack: &str, name: &str, pinned: bool) -> Result<Pin, Fault> {
    find(root, Some(stack), name).map(|found| Pin { found, pinned })
}

impl Pin {
    pub fn plan(&self) -> Plan {
        let Found { stack, name, directory } = &self.found;
        let (verb, word, reason, tool) = if self.pinned {
            (StepVerb::PinBackup, "pin", "no pruning takes it", "touch")
        } else {
            (StepVerb::UnpinBackup, "unpin", "the stack's policy decides on it again", "rm -f")
        };
        let is_so = proof::is_pinned(directory) == self.pinned;
        let verb = if is_so { StepVerb::Keep } else { verb };
        Plan {
            title: format!("{word} {name} of {stack}"),
            steps: vec![PlannedStep::new(verb, name, reason)],
            equivalent: format!("{tool} {}", directory.join(PINNED).display()),
            ..Plan::default()
        }
    }

    pub fn carry_out(&self, progress: &mut dyn FnMut(TaskEvent)) -> Result<(), Fault> {
        progress(TaskEvent::StepStarted { step: 0 });
        let changed = proof::pin(&self.found.directory, self.pinned);
        progress(TaskEvent::StepFinished { step: 0, fault: changed.as_ref().err().cloned() });
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::bundle::tests::committed_at;

    #[test]
    fn what_is_so_already_is_left_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let entry = committed_at(root.path(), "shop", "2026-11-10T02:00:00Z");
        let verb = |pinned| prepare(root.path(), "shop", &entry.name, pinned).unwrap().plan().steps[0].verb;
        assert_eq!((verb(true), verb(false)), (StepVerb::PinBackup, StepVerb::Keep));
        prepare(root.path(), "shop", &entry.name, true).unwrap().carry_out(&mut |_| {}).unwrap();
        assert!(proof::is_pinned(&entry.directory));
        assert_eq!((verb(true), verb(false)), (StepVerb::Keep, StepVerb::UnpinBackup));
    }
}
