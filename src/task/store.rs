//! The state directory: tasks, locks and the audit log.

use super::{AuditLog, Follower, JournalTail, files};
use crate::domain::{Fault, FaultKind, LockWait, TaskId, TaskRecord, TaskSpec};
use std::path::{Path, PathBuf};

/// The most tasks a list reads.
const LIST_LIMIT: usize = 200;

#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    pub(super) program: Option<PathBuf>,
    pub(super) at_once: Option<usize>,
    pub(super) config: Option<PathBuf>,
    pub(super) wait_lock: Option<LockWait>,
    pub(super) email: Option<String>,
}

impl Store {
    /// Opens the state directory and makes what is missing.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Fault> {
        let store = Self {
            root: root.into(),
            program: None,
            at_once: None,
            config: None,
            wait_lock: None,
            email: None,
        };
        for directory in [store.root.clone(), store.tasks(), store.locks()] {
            files::make_directory(&directory)?;
        }
        Ok(store)
    }

    /// Has workers do no more than so many things at a time.
    #[must_use]
    pub fn with_limit(mut self, at_once: Option<usize>) -> Self {
        self.at_once = at_once;
        self
    }

    /// Has workers read who is to be told of an end from the settings there.
    #[must_use]
    pub fn with_config(mut self, directory: PathBuf) -> Self {
        self.config = Some(directory);
        self
    }

    /// Has tasks wait while another operation holds their stack.
    #[must_use]
    pub fn with_wait(mut self, wait: Option<LockWait>) -> Self {
        self.wait_lock = wait;
        self
    }

    /// Has an address told of the ends of tasks, beside those of the settings.
    #[must_use]
    pub fn with_email(mut self, address: Option<String>) -> Self {
        self.email = address;
        self
    }

    /// Starts workers from this program instead of from the one that is running.
    #[must_use]
    pub fn with_program(mut self, program: PathBuf) -> Self {
        self.program = Some(program);
        self
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn audit(&self) -> AuditLog {
        AuditLog::new(self.root.join("audit.jsonl"))
    }

    pub(super) fn locks(&self) -> PathBuf {
        self.root.join("locks")
    }

    pub(super) fn tasks(&self) -> PathBuf {
        self.root.join("tasks")
    }

    pub(super) fn directory(&self, id: &TaskId) -> PathBuf {
        self.tasks().join(&id.0)
    }

    pub(super) fn journal_path(&self, id: &TaskId) -> PathBuf {
        self.directory(id).join("journal.jsonl")
    }

    pub(super) fn spec(&self, id: &TaskId) -> Result<TaskSpec, Fault> {
        let path = self.directory(id).join("spec.json");
        let bytes = std::fs::read(&path).map_err(|error| Fault::io("read", path.display(), &error))?;
        serde_json::from_slice(&bytes).map_err(|error| files::damaged(&path, &self.directory(id), &error))
    }

    /// The ids of all tasks, newest first.
    pub fn ids(&self) -> Result<Vec<TaskId>, Fault> {
        self.newest(usize::MAX, |_| false)
    }

    /// The ids of the newest tasks, newest first. Those that are known to be tasks are not looked at again.
    pub fn newest(&self, limit: usize, known: impl Fn(&TaskId) -> bool) -> Result<Vec<TaskId>, Fault> {
        let path = self.tasks();
        let failed = |error: &std::io::Error| Fault::io("list tasks", path.display(), error);
        let mut ids = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(|error| failed(&error))? {
            let entry = entry.map_err(|error| failed(&error))?;
            ids.extend(entry.file_name().into_string().ok().map(TaskId));
        }
        ids.sort_unstable_by(|left, right| right.cmp(left));
        // A directory whose submitter died before it wrote the specification is no task.
        let is_task = |id: &TaskId| known(id) || self.directory(id).join("spec.json").exists();
        Ok(ids.into_iter().filter(is_task).take(limit).collect())
    }

    /// The newest tasks, newest first within a second too, 200 at the most. One that cannot be read is logged and left out.
    pub fn list(&self) -> Result<Vec<TaskRecord>, Fault> {
        let mut records = Vec::new();
        for id in self.newest(LIST_LIMIT, |_| false)? {
            match self.record(&id) {
                Ok(record) => records.push(record),
                Err(fault) => log::warn!("{fault}"),
            }
        }
        // An id tells the second and then what was asked for.
        records.sort_by(|left, right| {
            let key = |record: &TaskRecord| (record.spec.requested_at, record.spec.id.clone());
            key(right).cmp(&key(left))
        });
        Ok(records)
    }

    /// One task as it stands now.
    pub fn record(&self, id: &TaskId) -> Result<TaskRecord, Fault> {
        let mut follower = self.follow(id)?;
        follower.catch_up()?;
        Ok(follower.into_record())
    }

    /// Follows one task from its beginning.
    pub fn follow(&self, id: &TaskId) -> Result<Follower, Fault> {
        let tail = JournalTail::new(self.journal_path(id));
        Ok(Follower::new(TaskRecord::new(self.spec(id)?), tail))
    }

    /// The task that the operator means: its whole id, or a part that only one id has.
    pub fn find(&self, part: &str) -> Result<TaskId, Fault> {
        let ids = self.ids()?;
        let fault = |kind| Fault::new(kind, "find task", part);
        if let Some(id) = ids.iter().find(|id| id.0 == part) {
            return Ok(id.clone());
        }
        let mut matching = ids.iter().filter(|id| !part.is_empty() && id.0.contains(part));
        match (matching.next(), matching.next()) {
            (Some(id), None) => Ok(id.clone()),
            (Some(one), Some(other)) => Err(fault(FaultKind::Invalid)
                .because(format!("{} and {} both match", one.0, other.0))
                .hint("give more of the id")),
            (None, _) => Err(fault(FaultKind::NotFound)
                .because("no task has this id")
                .hint("`mcp-tui tasks` lists them")),
        }
    }
}

#[cfg(test)]
mod tests;
