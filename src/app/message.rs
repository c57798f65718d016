//! Everything that can happen to the console.

use super::dialog::inspect::Inspection;
use super::hit::HitMap;
use super::store::docker_disk::DiskAnswer;
use super::store::signs::Sighting;
use crate::config::keys::KeyPress;
use crate::domain::daemon::PastEvents;
use crate::domain::deploy::Undecided;
use crate::domain::host::KernelMessage;
use crate::domain::resources::Resources;
use crate::domain::stack::Backups;
use crate::domain::{
    CheckReport, ContainerFigures, ContainerId, Drift, Fault, FleetEvent, GpuSample, HostSample, LogLine,
    LogLines, Plan, Safe, StackFile, TaskId, TaskRecord,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashSet};

#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    // What the operator does.
    Key(KeyPress),
    Mouse(MouseInput),
    Paste(String),
    Resize {
        columns: u16,
        rows: u16,
    },
    /// Time has passed. At least once a second.
    Tick,
    /// Answers [`super::Effect::Wake`].
    Wake,
    /// A frame was drawn; this is where its parts stand.
    Drawn(HitMap),

    // What the feeds report.
    Fleet(FleetEvent),
    Figures(Vec<(ContainerId, ContainerFigures)>),
    Host(HostSample),
    Gpu(GpuSample),
    Logs(LogBatch),
    /// Answers [`super::Effect::FetchOlder`].
    OlderLogs(OlderLogs),
    /// Answers [`super::Effect::ReadLastLines`].
    LastLines {
        run: u64,
        result: Result<Vec<LogLine>, Fault>,
    },
    /// What was found in the logs of all containers, shown or not.
    LogNews(LogNews),
    /// Answers [`super::Effect::ReadTail`].
    Tail {
        container: ContainerId,
        result: Result<Vec<LogLine>, Fault>,
    },
    /// Answers [`super::Effect::ReadEvents`], the oldest first.
    PastEvents(Result<PastEvents, Fault>),
    /// Answers [`super::Effect::FindListener`]: nobody, or the process in words.
    Listener {
        port: u16,
        result: Result<Option<Safe>, Fault>,
    },
    /// What the kernel said of known troubles.
    Kernel(Vec<KernelMessage>),
    Checks(Vec<CheckReport>),
    /// The stacks found in the search path and by the containers' labels, and what is wrong with the rest.
    Stacks {
        files: Vec<StackFile>,
        faults: Vec<Fault>,
        /// By project, why the files that its containers' labels name are out of reach.
        unread: BTreeMap<String, Fault>,
    },
    /// Whether what runs is what the files say, by project and service; replaces all that was known.
    Drift(BTreeMap<(String, String), Drift>),
    /// All tasks that the state directory knows.
    Tasks(Vec<TaskRecord>),
    /// One task came or went on.
    Task(Box<TaskRecord>),

    /// The backups that there are, and how the stacks stand with them.
    Backups(Result<Backups, Fault>),

    /// The deploys that wait to be accepted.
    Undecided(Result<Vec<Undecided>, Fault>),

    // What came of an effect.
    Resources(Result<Resources, Fault>),
    /// Answers [`super::Effect::AskDockerDisk`].
    DockerDisk(Result<DiskAnswer, Fault>),
    Plan {
        request: u64,
        result: Result<Plan, Fault>,
    },
    TaskStarted {
        request: u64,
        result: Result<TaskId, Fault>,
    },
    /// The task's worker was asked to end, or why it could not be.
    CancelAsked {
        id: TaskId,
        result: Result<(), Fault>,
    },
    /// So many records are gone.
    TasksForgotten(Result<usize, Fault>),
    Inspected {
        id: ContainerId,
        result: Result<serde_json::Value, Fault>,
    },
    StackInspected {
        project: String,
        inspection: Inspection,
    },
    /// The shell in a container ended, with its exit code.
    ShellEnded {
        id: ContainerId,
        result: Result<i64, Fault>,
    },
    Copied(Result<(), Fault>),
    /// Where the text went.
    Saved(Result<String, Fault>),
    /// Mistakes in settings, themes or key maps; also anything else that went wrong beside an effect.
    Faults(Vec<Fault>),
    /// mcp-tui itself has logged something, which is not in here: tui-logger keeps it and draws it.
    Logged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MouseInput {
    pub x: u16,
    pub y: u16,
    pub kind: MouseKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    Click,
    DoubleClick,
    ScrollUp,
    ScrollDown,
}

/// Lines of the streams that were asked for by [`super::Effect::FollowLogs`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogBatch {
    /// Batches of an older generation are ignored.
    pub generation: u64,
    /// In the order in which each container wrote them; of several containers in any order.
    pub lines: LogLines,
    /// Lines that were dropped before these, by container.
    pub dropped: Vec<(ContainerId, u64)>,
    /// Streams that ended after these lines.
    pub ended: Vec<LogEnd>,
}

/// What the logs told of troubles, and which of their files have grown by much.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogNews {
    /// Whose logs were looked through for the first time.
    pub looked_through: Vec<ContainerId>,
    pub sightings: Vec<Sighting>,
    /// In bytes.
    pub sizes: Vec<(ContainerId, u64)>,
}

/// The end of one stream: quietly when its container stopped, else with what went wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEnd {
    pub container: ContainerId,
    pub fault: Option<Fault>,
}

/// A page of lines from before those that are held.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OlderLogs {
    /// That of the request.
    pub generation: u64,
    /// In the order in which each container wrote them; of several containers in any order.
    pub lines: Vec<LogLine>,
    /// By container that could be read, from when on all of its lines are there; `None` when its log has no others.
    pub read: Vec<(ContainerId, Option<Timestamp>)>,
    /// Those of them that were read up to the very line that is held first, whatever the clock said: nothing among
    /// their lines is on its way by another stream, however young it is.
    pub placed: HashSet<ContainerId>,
    pub faults: Vec<(ContainerId, Fault)>,
}
