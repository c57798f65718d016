//! Hands a task over: the specification is on the disk and a worker of its own has begun before this returns.

use super::{JournalTail, Requester, Store, files, restoration};
use crate::backup;
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, FaultKind, Operation, TaskId, TaskSpec, TaskTarget, TaskTerms};
use jiff::Timestamp;
use std::hash::{BuildHasher, RandomState};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a worker has to write its first line.
const START_LIMIT: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(5);

impl Store {
    /// Writes the specification, starts the worker and waits until it has begun. `endpoint` names the daemon.
    pub fn submit(&self, request: TaskRequest, endpoint: &str, now: Timestamp) -> Result<TaskId, Fault> {
        self.submit_for(Requester::current(), request, endpoint, None, now)
    }

    /// The same in somebody's name, who need not be the user of this process.
    pub fn submit_for(
        &self,
        requester: Requester,
        request: TaskRequest,
        endpoint: &str,
        continues: Option<TaskId>,
        now: Timestamp,
    ) -> Result<TaskId, Fault> {
        let request = self.resolved(request, endpoint)?;
        let id = self.reserve(&request, now)?;
        let spec = TaskSpec {
            id: id.clone(),
            operation: request.operation,
            target: request.target,
            requested_by: requester.name,
            requested_from: requester.address,
            requested_at: now,
            endpoint: endpoint.to_owned(),
            terms: TaskTerms { continues, wait_lock: self.wait_lock, email: self.email.clone() },
        };
        let begun = self.write_spec(&spec).and_then(|()| self.begin(&id));
        // What never began is no task: it would stand in the list as pending for nothing. What did begin after all,
        // too late for us, keeps its journal.
        let journalled = std::fs::metadata(self.journal_path(&id)).is_ok_and(|file| file.len() > 0);
        if begun.is_err() && !journalled {
            let _ = std::fs::remove_dir_all(self.directory(&id));
        }
        begun.map(|()| id)
    }

    /// Names the backup that is meant now. A restore that is tried again, or gone on with, is of the same one, whatever was
    /// taken since: the first try itself takes one, of what it shall replace.
    fn resolved(&self, mut request: TaskRequest, endpoint: &str) -> Result<TaskRequest, Fault> {
        if let (Operation::Restore(options), TaskTarget::Stack(stack)) =
            (&mut request.operation, &request.target)
        {
            let root = backup::root(self.root());
            options.name = restoration::bundle(&root, &stack.project, &options.name, endpoint)?.name;
        }
        Ok(request)
    }

    fn write_spec(&self, spec: &TaskSpec) -> Result<(), Fault> {
        let path = self.directory(&spec.id).join("spec.json");
        let bytes = files::json(&path, spec)?;
        files::write_atomically(&path, &bytes)
    }

    /// Says why the worker does not begin, to the one who waits for it.
    pub(super) fn refuse(&self, id: &TaskId, fault: &Fault) -> Result<(), Fault> {
        let path = self.refusal_path(id);
        let bytes = files::json(&path, fault)?;
        files::write_atomically(&path, &bytes)
    }

    fn refusal(&self, id: &TaskId) -> Option<Fault> {
        serde_json::from_slice(&std::fs::read(self.refusal_path(id)).ok()?).ok()
    }

    fn refusal_path(&self, id: &TaskId) -> PathBuf {
        self.directory(id).join("refused.json")
    }

    /// Starts the worker. When this fails no worker is alive any more.
    fn begin(&self, id: &TaskId) -> Result<(), Fault> {
        let mut child = self.spawn(id)?;
        let begun = self.wait_for_first_line(id, &mut child);
        if begun.is_ok() {
            reap(child);
        } else {
            let _ = child.kill();
            let _ = child.wait();
        }
        begun
    }

    /// Makes the task's directory under an id that nobody else has.
    fn reserve(&self, request: &TaskRequest, now: Timestamp) -> Result<TaskId, Fault> {
        loop {
            let id = new_id(request, now, RandomState::new().hash_one(0));
            let directory = self.directory(&id);
            match std::fs::DirBuilder::new().mode(0o700).create(&directory) {
                Ok(()) => return Ok(id),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(Fault::io("create task", directory.display(), &error)
                        .hint("the state directory must be writable and have room"));
                }
            }
        }
    }

    fn spawn(&self, id: &TaskId) -> Result<Child, Fault> {
        let log = self.directory(id).join("worker.log");
        let open = files::options().create(true).append(true).open(&log);
        let stdout = open.and_then(|file| Ok((file.try_clone()?, file)));
        let (stdout, stderr) = stdout.map_err(|error| Fault::io("create", log.display(), &error))?;
        let program = self.program.clone().unwrap_or_else(own_program);
        Command::new(&program)
            .arg0("mcp-tui")
            .arg("worker")
            .arg("--state")
            .arg(self.root())
            .args(self.at_once.map(|limit| format!("--parallel={limit}")))
            .args(self.config.iter().flat_map(|directory| ["--config".as_ref(), directory.as_os_str()]))
            .arg(&id.0)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .map_err(|error| Fault::io("start worker", program.display(), &error))
    }

    fn wait_for_first_line(&self, id: &TaskId, child: &mut Child) -> Result<(), Fault> {
        let deadline = Instant::now() + START_LIMIT;
        let mut tail = JournalTail::new(self.journal_path(id));
        let fault = |kind| Fault::new(kind, "start worker", &id.0);
        loop {
            // The order matters: a quick worker may have written everything and be gone.
            let ended = child.try_wait().map_err(|error| Fault::io("start worker", &id.0, &error))?;
            if !tail.poll()?.is_empty() {
                return Ok(());
            }
            if let Some(status) = ended {
                if let Some(refused) = self.refusal(id) {
                    return Err(refused);
                }
                let words = last_words(&self.directory(id).join("worker.log"));
                let fault = fault(FaultKind::Internal).because(format!("it ended at once with {status}"));
                return Err(words.into_iter().fold(fault, Fault::because));
            }
            if Instant::now() > deadline {
                return Err(fault(FaultKind::Timeout)
                    .because(format!("it wrote nothing within {} s", START_LIMIT.as_secs()))
                    .hint("the server may be overloaded; nothing was changed, try again"));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// The running program, even when an upgrade has replaced its file since it was started.
fn own_program() -> PathBuf {
    std::env::current_exe().ok().filter(|path| path.exists()).unwrap_or_else(|| "/proc/self/exe".into())
}

/// Takes the worker's exit status when it ends, so that no zombie is left of it.
fn reap(mut child: Child) {
    let spawned = std::thread::Builder::new().name("reap worker".to_owned()).spawn(move || child.wait());
    if let Err(error) = spawned {
        log::warn!("a worker will stay as a zombie: {error}");
    }
}

/// The last line the worker wrote before it died.
fn last_words(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).map(str::to_owned)
}

/// `20261120T103104-up-mlflow-3f9c`
fn new_id(request: &TaskRequest, now: Timestamp, random: u64) -> TaskId {
    let name: String = request
        .target
        .name()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' })
        .take(40)
        .collect();
    let time = now.strftime("%Y%m%dT%H%M%S");
    TaskId(format!("{time}-{}-{name}-{:04x}", request.operation.verb(), random & 0xffff))
}

#[cfg(test)]
mod tests;
