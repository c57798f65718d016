//! A worker's hold on what it changes: taken at once, or waited for where that was asked.

use super::lock::{LockOwner, Scope, StackLock};
use super::{Store, worker};
use crate::domain::{Fault, FaultKind, LockWait, Operation, StackRef, TaskSpec, TaskTarget};
use jiff::Timestamp;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::{Duration, Instant};

/// How often a lock that another holds is tried.
const TRY_EVERY: Duration = Duration::from_millis(50);

pub struct Hold {
    /// None until all that the task needs is held.
    locks: RefCell<Option<Locks>>,
}

type Locks = BTreeMap<Scope, StackLock>;

impl Hold {
    /// Takes the lock. That another has it is a fault, unless the task is to wait.
    pub fn take(store: &Store, spec: &TaskSpec) -> Result<Self, Fault> {
        let locks = match acquire(store, spec) {
            Ok(locks) => Some(locks),
            Err(fault) if fault.kind == FaultKind::Locked && spec.terms.wait_lock.is_some() => None,
            Err(fault) => return Err(fault),
        };
        Ok(Self { locks: RefCell::new(locks) })
    }

    /// Lets others at the stack, and keeps its backups.
    pub fn release_stack(&self) {
        if let Some(locks) = self.locks.borrow_mut().as_mut() {
            locks.remove(&Scope::Stack);
        }
    }

    /// Whether the stack and its backups are held now: what is lacking is taken if nobody else has it.
    pub fn has_whole(&self, store: &Store, spec: &TaskSpec) -> bool {
        let mut held = self.locks.borrow_mut();
        let locks = held.get_or_insert_default();
        for scope in [Scope::Stack, Scope::Backups] {
            if let Entry::Vacant(vacant) = locks.entry(scope) {
                let Ok(lock) = acquire_one(store, spec, scope) else { return false };
                vacant.insert(lock);
            }
        }
        true
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
        while self.locks.borrow().is_none() {
            if cancelled() {
                return Err(worker::cancelled_fault(spec));
            }
            match acquire(store, spec) {
                Ok(locks) => {
                    self.locks.replace(Some(locks));
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

/// Takes all that the task needs, or nothing: nobody waits for one lock with another in hand. What others are more likely
/// to want comes last, for they may look in between.
pub(super) fn acquire(store: &Store, spec: &TaskSpec) -> Result<Locks, Fault> {
    scopes(&spec.operation)
        .iter()
        .map(|scope| acquire_one(store, spec, *scope).map(|lock| (*scope, lock)))
        .collect()
}

fn scopes(operation: &Operation) -> &'static [Scope] {
    match operation {
        Operation::Bundle(_) => &[Scope::Backups],
        Operation::Backup | Operation::Restore(_) | Operation::RestoreAccept | Operation::RestoreUndo => {
            &[Scope::Backups, Scope::Stack]
        }
        Operation::Up(_)
        | Operation::Create(_)
        | Operation::Down(_)
        | Operation::Start { .. }
        | Operation::Stop { .. }
        | Operation::Restart { .. }
        | Operation::Kill { .. }
        | Operation::Pause { .. }
        | Operation::Unpause { .. }
        | Operation::Rm { .. }
        | Operation::Cleanup { .. }
        | Operation::Scale { .. }
        | Operation::Prepare { .. }
        | Operation::Pull(_)
        | Operation::Build(_)
        | Operation::Push(_)
        | Operation::Update(_)
        | Operation::Accept
        | Operation::Rollback { .. } => &[Scope::Stack],
    }
}

/// Of the stack when the container belongs to one.
fn acquire_one(store: &Store, spec: &TaskSpec, scope: Scope) -> Result<StackLock, Fault> {
    let target = match &spec.target {
        TaskTarget::Container { stack: Some(project), .. } => TaskTarget::Stack(StackRef::named(project)),
        TaskTarget::Stack(_) | TaskTarget::Container { stack: None, .. } => spec.target.clone(),
    };
    StackLock::acquire(&store.locks(), &target, scope, &LockOwner::of(spec, Timestamp::now()))
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
