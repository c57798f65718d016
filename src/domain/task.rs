//! An operation that outlives the console: what was asked, and what its journal says.

mod bundle;
mod deployment;
mod images;
mod pace;
mod part;
mod record;
mod restore;
mod terms;
mod up;
mod update;
mod words;

pub use bundle::BundleOperation;
pub use images::{BuildOptions, PullOptions, PushOptions};
pub use pace::Pace;
pub use part::StepPart;
pub use record::{StepRecord, StepState, TaskRecord, Told};
pub use restore::{RestoreMode, RestoreOptions};
pub use terms::{LockWait, TaskTerms};
pub use up::UpOptions;
pub use update::{Acceptance, Strategy, UpdateOptions};

use super::{ContainerId, Fault, Plan, StackRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `20261120T103104-up-mlflow-3f9c`: sorts by time and can be typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId(pub String);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Operation {
    /// Empty `services` means all of them, here and below.
    Up(UpOptions),
    /// The containers of an `up`, not started.
    Create(UpOptions),
    Down(DownOptions),
    Start {
        services: Vec<String>,
    },
    Stop {
        services: Vec<String>,
        /// Seconds; each container's own grace without it, here and below.
        #[serde(default)]
        timeout: Option<u32>,
    },
    Restart {
        services: Vec<String>,
        #[serde(default)]
        timeout: Option<u32>,
        /// Leave those alone that ask to be restarted with the services.
        #[serde(default)]
        no_deps: bool,
    },
    Kill {
        services: Vec<String>,
        signal: String,
        remove_orphans: bool,
    },
    Pause {
        services: Vec<String>,
    },
    Unpause {
        services: Vec<String>,
    },
    /// Removes containers that do not run.
    Rm {
        services: Vec<String>,
        /// Stop those that run, and remove them as well.
        stop: bool,
        /// Anonymous volumes too.
        volumes: bool,
    },
    /// Removes what interrupted and one-off work has left behind.
    Cleanup {
        volumes: bool,
    },
    Scale {
        replicas: BTreeMap<String, u32>,
        #[serde(default)]
        no_deps: bool,
    },
    /// Brings up what a one-off container of the service needs.
    Prepare {
        service: String,
        /// As for an `up` of what it depends on; with `no_deps`, its images, networks and volumes only.
        options: UpOptions,
    },
    Pull(PullOptions),
    Build(BuildOptions),
    Push(PushOptions),
    Backup,
    /// Something with a backup that there is.
    Bundle(BundleOperation),
    /// Puts what a backup holds in the place of what is there, which is kept until it is accepted.
    Restore(RestoreOptions),
    /// Removes what the last restore took out of use.
    RestoreAccept,
    /// Puts what the last restore took out of use back in its place.
    RestoreUndo,
    /// Puts new containers in the place of old ones, and goes back where they do not prove themselves.
    Update(UpdateOptions),
    /// Removes what a blue-green update has kept of the old containers.
    Accept,
    /// Goes back to a deploy that was good: the one before the last, or this number.
    Rollback {
        #[serde(default)]
        to: Option<u64>,
    },
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DownOptions {
    /// Empty: the whole stack.
    pub services: Vec<String>,
    /// Named and anonymous volumes too. External ones are never touched.
    pub volumes: bool,
    /// Containers of services that the files do not have, and one-off ones.
    pub remove_orphans: bool,
    pub timeout: Option<u32>,
    pub images: Option<ImageRemoval>,
}

/// Which images a `down` removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageRemoval {
    /// Those that were built for a service that names no image.
    Local,
    /// All that services use.
    All,
}

impl Operation {
    /// The command's name on the command line.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Up(_) => "up",
            Self::Create(_) => "create",
            Self::Down(_) => "down",
            Self::Start { .. } => "start",
            Self::Stop { .. } => "stop",
            Self::Restart { .. } => "restart",
            Self::Kill { .. } => "kill",
            Self::Pause { .. } => "pause",
            Self::Unpause { .. } => "unpause",
            Self::Rm { .. } => "rm",
            Self::Cleanup { .. } => "cleanup",
            Self::Scale { .. } => "scale",
            Self::Prepare { .. } => "run",
            Self::Pull(_) => "pull",
            Self::Build(_) => "build",
            Self::Push(_) => "push",
            Self::Backup => "backup",
            Self::Bundle(operation) => operation.verb(),
            Self::Restore(_) => "restore",
            Self::RestoreAccept => "restore-accept",
            Self::RestoreUndo => "restore-undo",
            Self::Update(_) => "update",
            Self::Accept => "accept",
            Self::Rollback { .. } => "rollback",
        }
    }

    /// The services it names; none where it is for all of them.
    pub fn services(&self) -> Vec<String> {
        match self {
            Self::Up(UpOptions { services, .. })
            | Self::Create(UpOptions { services, .. })
            | Self::Down(DownOptions { services, .. })
            | Self::Start { services }
            | Self::Stop { services, .. }
            | Self::Restart { services, .. }
            | Self::Kill { services, .. }
            | Self::Pause { services }
            | Self::Unpause { services }
            | Self::Rm { services, .. }
            | Self::Pull(PullOptions { services, .. })
            | Self::Build(BuildOptions { services, .. })
            | Self::Push(PushOptions { services, .. })
            | Self::Update(UpdateOptions { services, .. }) => services.clone(),
            Self::Scale { replicas, .. } => replicas.keys().cloned().collect(),
            Self::Prepare { service, .. } => vec![service.clone()],
            Self::Cleanup { .. }
            | Self::Accept
            | Self::Rollback { .. }
            | Self::Backup
            | Self::Bundle(_)
            | Self::Restore(_)
            | Self::RestoreAccept
            | Self::RestoreUndo => Vec::new(),
        }
    }

    /// Whether what it does can be seen on the list of the backups.
    pub fn is_about_backups(&self) -> bool {
        match self {
            Self::Backup | Self::Bundle(_) | Self::Restore(_) | Self::RestoreAccept | Self::RestoreUndo => {
                true
            }
            Self::Up(_)
            | Self::Create(_)
            | Self::Down(_)
            | Self::Start { .. }
            | Self::Stop { .. }
            | Self::Restart { .. }
            | Self::Kill { .. }
            | Self::Pause { .. }
            | Self::Unpause { .. }
            | Self::Rm { .. }
            | Self::Cleanup { .. }
            | Self::Scale { .. }
            | Self::Prepare { .. }
            | Self::Pull(_)
            | Self::Build(_)
            | Self::Push(_)
            | Self::Update(_)
            | Self::Accept
            | Self::Rollback { .. } => false,
        }
    }

    /// The backup that it is about.
    pub fn backup_name(&self) -> Option<&str> {
        if let Self::Bundle(operation) = self {
            return operation.name();
        }
        if let Self::Restore(options) = self { Some(&options.name) } else { None }
    }

    /// Whether neither files nor containers of the stack are needed for it.
    pub fn needs_no_stack(&self) -> bool {
        self.backup_name().is_some() && !matches!(self, Self::Restore(_))
    }

    /// Whether the containers' labels alone cannot tell what is to be done.
    pub fn needs_files(&self) -> bool {
        match self {
            Self::Up(_)
            | Self::Create(_)
            | Self::Scale { .. }
            | Self::Prepare { .. }
            | Self::Pull(_)
            | Self::Build(_)
            | Self::Push(_)
            | Self::Update(_) => true,
            Self::Down(_)
            | Self::Start { .. }
            | Self::Stop { .. }
            | Self::Restart { .. }
            | Self::Kill { .. }
            | Self::Pause { .. }
            | Self::Unpause { .. }
            | Self::Rm { .. }
            | Self::Cleanup { .. }
            | Self::Accept
            | Self::Rollback { .. }
            | Self::Backup
            | Self::Bundle(_)
            | Self::Restore(_)
            | Self::RestoreAccept
            | Self::RestoreUndo => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskTarget {
    Stack(StackRef),
    /// One container by itself, be it of a stack or of none.
    Container {
        id: ContainerId,
        name: String,
        /// The stack that its labels name, whose lock is taken: or it would be stopped in the middle of an `up`.
        #[serde(default)]
        stack: Option<String>,
    },
}

impl TaskTarget {
    /// What the lock is named after and what the operator calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Stack(stack) => &stack.project,
            Self::Container { name, .. } => name,
        }
    }
}

/// What is asked for, before it has an id: the console's part of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRequest {
    pub operation: Operation,
    pub target: TaskTarget,
}

/// The file `spec.json` of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSpec {
    pub id: TaskId,
    pub operation: Operation,
    pub target: TaskTarget,
    /// Who asked, and from which address when it came over SSH.
    pub requested_by: String,
    pub requested_from: Option<String>,
    pub requested_at: Timestamp,
    /// The daemon it is for, as `DOCKER_HOST` would name it.
    pub endpoint: String,
    #[serde(default)]
    pub terms: TaskTerms,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    Pending,
    Running,
    Completed,
    Failed,
    Cancelled,
    /// Its worker is gone and left no ending.
    Interrupted,
}

impl TaskState {
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }

    /// Whether it ended before all of it was done, so that it can be gone on with.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Failed | Self::Cancelled | Self::Interrupted)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalLine {
    pub time: Timestamp,
    #[serde(flatten)]
    pub event: TaskEvent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum TaskEvent {
    /// The worker lives; by these it can be told from a later process of the same number.
    Started {
        pid: u32,
        boot_id: String,
        start_ticks: u64,
    },
    /// Another operation holds the stack; this one goes on when that one has ended.
    Waiting {
        /// Who holds it, in a sentence.
        owner: String,
    },
    Planned {
        plan: Plan,
    },
    /// Intent, written before the step is taken.
    StepStarted {
        step: usize,
    },
    /// What the step is at: bytes, items, or only words.
    StepProgress {
        step: usize,
        done: Option<u64>,
        total: Option<u64>,
        text: String,
    },
    /// What the step is at, part by part.
    StepParts {
        step: usize,
        parts: Vec<StepPart>,
    },
    /// A line that a program of the step wrote.
    StepOutput {
        step: usize,
        text: String,
    },
    /// Observation, written after it.
    StepFinished {
        step: usize,
        fault: Option<Fault>,
    },
    /// A line for the operator: an address, a file that was written.
    Output {
        text: String,
    },
    Finished {
        state: TaskState,
        fault: Option<Fault>,
    },
    /// Somebody was told of the end, or could not be told.
    Notified(Told),
}
