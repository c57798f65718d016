//! Containers whose cgroups cannot be found here: another source has to tell of them.

use super::Target;
use crate::domain::ContainerId;
use std::collections::BTreeMap;

/// One that just starts or just ended is missed for a pass or two.
const PATIENCE: u32 = 3;
/// From then on it is looked for at every so many passes.
const RETRY: u32 = 15;

#[derive(Debug, Default)]
pub(super) struct Missed(BTreeMap<ContainerId, Miss>);

#[derive(Debug)]
struct Miss {
    pid: u32,
    passes: u32,
    /// The last pass that it was a target of.
    pass: u32,
}

impl Missed {
    /// Whether it is to be looked for in this pass.
    pub(super) fn is_due(&mut self, target: &Target, pass: u32) -> bool {
        // With a new process it is a new container to us.
        let Some(miss) = self.0.get_mut(&target.id).filter(|miss| miss.pid == target.pid) else {
            return true;
        };
        miss.pass = pass;
        miss.passes += 1;
        miss.passes < PATIENCE || miss.passes.is_multiple_of(RETRY)
    }

    pub(super) fn add(&mut self, target: &Target, pass: u32) {
        let miss = self.0.get_mut(&target.id).filter(|miss| miss.pid == target.pid);
        if miss.is_none() {
            self.0.insert(target.id.clone(), Miss { pid: target.pid, passes: 1, pass });
        }
    }

    pub(super) fn remove(&mut self, id: &ContainerId) {
        self.0.remove(id);
    }

    /// Forgets those that were no targets in this pass.
    pub(super) fn keep(&mut self, pass: u32) {
        self.0.retain(|_, miss| miss.pass == pass);
    }

    pub(super) fn lasting(&self) -> impl Iterator<Item = &ContainerId> {
        self.0.iter().filter(|(_, miss)| miss.passes >= PATIENCE).map(|(id, _)| id)
    }
}
