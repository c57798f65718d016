//! A worker's hold on what it changes: taken at once, or waited for where that was asked.

use super::lock::{LockOwner, StackLock};
use super::{Store, worker};
use crate::domain::{Fault, FaultKind, LockWait, StackRef, TaskSpec, TaskTarget};
use jiff::Timestamp;
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// How often a lock that another holds is tried.
const TRY_EVERY: Duration = Duration::from_millis(50);

pub struct Hold {
    lock: RefCell<Option<StackLock>>,
}

impl Hold {
    /// Takes the lock. That another has it is a fault, unless the task is to wait.
    pub fn take(store: &Store, spec: &TaskSpec) -> Result<Self, Fault> {
        let lock = match acquire(store, spec) {
            Ok(lock) => Some(lock),
            Err(fault) if fault.kind == FaultKind::Locked && spec.terms.wait_lock.is_some() => None,
            Err(fault) => return Err(fault),
        };
        Ok(Self { lock: RefCell::new(lock) })
    }

    /// Waits for the lock, telling whenever another owner is found to have it.
    pub async fn wait(
        &self,
        store: &Store,
        spec: &TaskSpec,
        cancelled: &impl Fn() -> bool,
        mut tell: impl FnMut(String),
    ) -> Result<(), Fault> {
        let since = Instant::now();
        let mut told = String::new();
        while self.lock.borrow().is_none() {
            if cancelled() {
                return Err(worker::cancelled_fault(spec));
            }
            match acquire(store, spec) {
                Ok(lock) => {
                    self.lock.replace(Some(lock));
                }
                Err(fault) if fault.kind == FaultKind::Locked => {
                    let (owner, sentence) = owner_of(&fault);
                    if owner != told {
                        tell(sentence);
                        told = owner;
                    }
                    if is_over(spec.terms.wait_lock, since.elapsed()) {
                        return Err(
                            fault.because(format!("waited for it for {} s", since.elapsed().as_secs()))
                        );
                    }
                    tokio::time::sleep(TRY_EVERY).await;
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}

/// Takes the lock of what is changed: of the stack when the container belongs to one.
pub(super) fn acquire(store: &Store, spec: &TaskSpec) -> Result<StackLock, Fault> {
    let target = match &spec.target {
        TaskTarget::Container { stack: Some(project), .. } => TaskTarget::Stack(StackRef::named(project)),
        TaskTarget::Stack(_) | TaskTarget::Container { stack: None, .. } => spec.target.clone(),
    };
    StackLock::acquire(&store.locks(), &target, &LockOwner::of(spec, Timestamp::now()))
}

fn is_over(wait: Option<LockWait>, waited: Duration) -> bool {
    match wait {
        Some(LockWait::AsLongAsItTakes) => false,
        Some(LockWait::Seconds(seconds)) => waited >= Duration::from_secs(seconds),
        None => true,
    }
}

/// What tells one owner from another, and the sentence about it: how long it has the lock changes with each look.
fn owner_of(fault: &Fault) -> (String, String) {
    let sentence = fault.causes.first().cloned().unwrap_or_default();
    let owner = fault.hint.clone().unwrap_or_default();
    (owner, sentence)
}
