//! What is done with a bundle that there is, from the request to the end of it.

use super::prune::{self, Removal};
use super::rehearse::{self, Rehearsal};
use crate::domain::stack::BackupPolicy;
use crate::domain::task::BundleOperation;
use crate::domain::{Fault, Plan, TaskEvent};
use crate::engine::Engine;
use jiff::Timestamp;
use std::path::Path;

pub enum BundleAction {
    Remove(Removal),
    Rehearse(Box<Rehearsal>),
}

impl BundleAction {
    /// Looks and changes nothing. `policy` is asked for only where a policy decides.
    pub fn prepare(
        root: &Path,
        stack: &str,
        operation: &BundleOperation,
        policy: impl FnOnce() -> Result<BackupPolicy, Fault>,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        match operation {
            BundleOperation::Remove { name } => prune::one(root, stack, name).map(Self::Remove),
            BundleOperation::Prune => {
                prune::by_policy(root, stack, &policy()?.retention, now).map(Self::Remove)
            }
            BundleOperation::Rehearse { name } => {
                rehearse::prepare(root, stack, name).map(|rehearsal| Self::Rehearse(Box::new(rehearsal)))
            }
        }
    }

    pub fn plan(&self) -> Plan {
        match self {
            Self::Remove(removal) => removal.plan(),
            Self::Rehearse(rehearsal) => rehearsal.plan(),
        }
    }

    pub async fn carry_out(
        self,
        engine: &Engine,
        root: &Path,
        progress: &mut dyn FnMut(TaskEvent),
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        match self {
            Self::Remove(removal) => removal.carry_out(progress, is_cancelled),
            Self::Rehearse(rehearsal) => {
                rehearse::rehearse(engine, root, &rehearsal, progress, is_cancelled).await
            }
        }
    }
}
