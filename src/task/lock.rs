//! One operation at a time on one stack, across consoles, terminals and cron; and one on its backups, beside it.

use super::files;
use crate::domain::{Fault, FaultKind, TaskId, TaskSpec, TaskTarget, units};
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the one who lost looks for the winner's record.
const LOOKS_FOR_OWNER: u32 = 100;
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// What of a stack is locked. Hours of copying a backup off site keep nobody from mending what the backup is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// What runs, and its data.
    Stack,
    /// The bundles that there are.
    Backups,
}

/// Who holds a lock, as the loser reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockOwner {
    pub who: String,
    /// The address of the SSH session, when it came over one.
    pub from: Option<String>,
    /// `up`, `backup`…
    pub what: String,
    pub task: TaskId,
    pub since: Timestamp,
    pub pid: u32,
}

/// Held as long as it lives. The kernel lets go of it when the process dies, however it dies.
#[derive(Debug)]
pub struct StackLock {
    file: File,
}

impl LockOwner {
    pub fn of(spec: &TaskSpec, now: Timestamp) -> Self {
        Self {
            who: spec.requested_by.clone(),
            from: spec.requested_from.clone(),
            what: spec.operation.verb().to_owned(),
            task: spec.id.clone(),
            since: now,
            pid: std::process::id(),
        }
    }

    /// `alice (from 10.0.0.7) runs up since 2026-11-20T10:31:04Z, for 12s (task …)`
    pub fn sentence(&self, now: Timestamp) -> String {
        let from = self.from.as_ref().map(|from| format!(" (from {from})")).unwrap_or_default();
        let since = self.since.round(Unit::Second).unwrap_or(self.since);
        let age = units::duration(units::since(self.since, now));
        format!("{}{from} runs {} since {since}, for {age} (task {})", self.who, self.what, self.task.0)
    }
}

impl StackLock {
    /// Takes the lock or says at once who has it.
    pub fn acquire(
        directory: &Path,
        target: &TaskTarget,
        scope: Scope,
        owner: &LockOwner,
    ) -> Result<Self, Fault> {
        let path = path_of(directory, target, scope);
        let failed = |error: &std::io::Error| Fault::io("lock", path.display(), error);
        // The file is never removed: a lock on a file that another has unlinked would exclude nobody.
        let open = files::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(|error| failed(&error))?;
        let mut looks = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
            let owner = recorded(&mut file);
            if owner.is_some() || looks == LOOKS_FOR_OWNER {
                return Err(held(target, scope, owner.as_ref()));
            }
            // Between taking the lock and writing the record there is an instant without one.
            std::thread::sleep(LOOK_EVERY);
            looks += 1;
        }
        let mut lock = Self { file };
        lock.write(owner).map_err(|error| failed(&error))?;
        Ok(lock)
    }

    fn write(&mut self, owner: &LockOwner) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(&serde_json::to_vec(owner)?)
    }
}

impl Drop for StackLock {
    fn drop(&mut self) {
        // A stale record would do no harm, for only a held lock's record is read; an empty one is tidier.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

/// Containers of a stack are changed under the stack's lock; whoever takes a lock sees to that. A container outside all
/// stacks cannot get into a stack's way: project names have no dots.
fn path_of(directory: &Path, target: &TaskTarget, scope: Scope) -> PathBuf {
    let name = files::file_name(target.name());
    directory.join(match (target, scope) {
        (TaskTarget::Stack(_), Scope::Stack) => format!("{name}.lock"),
        (TaskTarget::Stack(_), Scope::Backups) => format!("backups-of.{name}.lock"),
        (TaskTarget::Container { .. }, _) => format!("container.{name}.lock"),
    })
}

/// Who holds the lock, unless that is not written yet: a dead owner's record says nothing of the present one.
fn recorded(file: &mut File) -> Option<LockOwner> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    let owner: LockOwner = serde_json::from_str(&text).ok()?;
    Path::new("/proc").join(owner.pid.to_string()).exists().then_some(owner)
}

fn held(target: &TaskTarget, scope: Scope, owner: Option<&LockOwner>) -> Fault {
    let object = match scope {
        Scope::Stack => target.name().to_owned(),
        Scope::Backups => format!("the backups of {}", target.name()),
    };
    let fault = Fault::new(FaultKind::Locked, "lock", object);
    match owner {
        Some(owner) => fault.because(owner.sentence(Timestamp::now())).hint(format!(
            "follow it with `mcp-tui tasks attach {}`, or give the command again with --wait-lock",
            owner.task.0
        )),
        None => fault.because("another operation has just begun on it").hint("see `mcp-tui tasks`"),
    }
}

#[cfg(test)]
mod tests;
