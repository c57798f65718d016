//! What is done with a bundle that there is, from the request to the end of it.

use super::export::task::{self as export_task, ExportTask};
use super::offsite::{self, Fetch, Push};
use super::pin::{self, Pin};
use super::prune::{self, Removal};
use super::rehearse::{self, Rehearsal};
use super::verification::{self, Verification};
use crate::compose::Project;
use crate::domain::stack::BackupPolicy;
use crate::domain::task::BundleOperation;
use crate::domain::{Fault, Plan, TaskEvent};
use crate::engine::Engine;
use jiff::Timestamp;
use std::path::Path;

pub enum BundleAction {
    Verify(Verification),
    Rehearse(Box<Rehearsal>),
    Pin(Pin),
    Export(ExportTask),
    Push(Push),
    Fetch(Box<Fetch>),
    Remove(Removal),
}

/// Where the bundles lie, and where what is written out of them goes.
#[derive(Clone, Copy)]
pub struct BundlePlaces<'place> {
    pub root: &'place Path,
    pub exports: &'place Path,
}

/// What the stack's files say, of which most is done without: they are read when they are asked for.
#[derive(Clone, Copy)]
pub struct StackFiles<'stack> {
    pub policy: &'stack (dyn Fn() -> Result<BackupPolicy, Fault> + Sync),
    pub project: &'stack (dyn Fn() -> Result<Option<Project>, Fault> + Sync),
}

impl BundleAction {
    /// Looks and changes nothing.
    pub async fn prepare(
        places: BundlePlaces<'_>,
        stack: &str,
        operation: &BundleOperation,
        files: StackFiles<'_>,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        let policy = files.policy;
        let BundlePlaces { root, exports } = places;
        match operation {
            BundleOperation::Verify { name, deep } => {
                verification::prepare(root, stack, name, *deep).map(Self::Verify)
            }
            BundleOperation::Rehearse { name, identity } => {
                rehearse::prepare(root, stack, name, identity.as_deref(), (files.project)())
                    .map(|rehearsal| Self::Rehearse(Box::new(rehearsal)))
            }
            BundleOperation::Pin { name, pinned } => pin::prepare(root, stack, name, *pinned).map(Self::Pin),
            BundleOperation::Export { name } => {
                export_task::prepare(root, stack, name, exports).map(Self::Export)
            }
            BundleOperation::Push { name, again } => {
                let place = offsite::place(stack, &policy()?)?;
                offsite::push(root, stack, name, place, *again).map(Self::Push)
            }
            BundleOperation::Fetch { name } => {
                let place = offsite::place(stack, &policy()?)?;
                offsite::fetch(root, stack, name, &place).await.map(|fetch| Self::Fetch(Box::new(fetch)))
            }
            BundleOperation::Remove { name } => prune::one(root, stack, name).map(Self::Remove),
            BundleOperation::Prune => {
                prune::by_policy(root, stack, &policy()?.retention, now).map(Self::Remove)
            }
        }
    }

    pub fn plan(&self) -> Plan {
        match self {
            Self::Verify(verification) => verification.plan(),
            Self::Rehearse(rehearsal) => rehearsal.plan(),
            Self::Pin(pin) => pin.plan(),
            Self::Export(export) => export.plan(),
            Self::Push(push) => push.plan(),
            Self::Fetch(fetch) => fetch.plan(),
            Self::Remove(removal) => removal.plan(),
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
            Self::Verify(verification) => verification.carry_out(engine, root, progress, is_cancelled).await,
            Self::Rehearse(rehearsal) => {
                rehearse::rehearse(engine, root, &rehearsal, progress, is_cancelled).await
            }
            Self::Pin(pin) => pin.carry_out(progress),
            Self::Export(export) => export.carry_out(progress).await,
            Self::Push(push) => push.carry_out(progress, is_cancelled).await,
            Self::Fetch(fetch) => fetch.carry_out(progress, is_cancelled).await,
            Self::Remove(removal) => removal.carry_out(progress, is_cancelled),
        }
    }
}
