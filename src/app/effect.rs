//! What the runtime is asked to do. Data only; `update` never does it itself.

use super::store::logs::Saved;
use crate::domain::task::TaskRequest;
use crate::domain::{ContainerId, StackRef, TaskId};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Opens log streams. A generation other than the present one closes all streams first; the same one adds to
    /// them. The runtime may wait a few tens of milliseconds before it opens any, so that a cursor that runs down a
    /// list opens only the last.
    FollowLogs {
        generation: u64,
        streams: Vec<LogStream>,
    },
    /// Closes all log streams.
    StopLogs,
    /// A page of older lines; answered by [`super::Msg::OlderLogs`].
    FetchOlder(OlderPage),
    /// The last lines of a run between these times; answered by [`super::Msg::LastLines`].
    ReadLastLines {
        run: u64,
        container: ContainerId,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    },
    /// The last lines of a container that is in trouble; answered by [`super::Msg::Tail`].
    ReadTail(ContainerId),
    /// What the daemon still tells of the time since then; answered by [`super::Msg::PastEvents`].
    ReadEvents {
        since: Timestamp,
    },
    /// Who listens on a port of the host; answered by [`super::Msg::Listener`].
    FindListener(u16),
    /// The containers whose figures are on the screen now: the daemon is asked for them more often than for others.
    /// Said only while it is asked at all.
    WatchFigures(Vec<ContainerId>),
    /// Answered by [`super::Msg::Plan`].
    RequestPlan {
        request: u64,
        task: TaskRequest,
    },
    /// Answered by [`super::Msg::TaskStarted`].
    StartTask {
        request: u64,
        task: TaskRequest,
        /// The task that it goes on with.
        continues: Option<TaskId>,
    },
    /// Removes the records of tasks that ended so long ago; answered by [`super::Msg::TasksForgotten`].
    ForgetTasks {
        older_than: Duration,
    },
    /// Asks a task's worker to end after the step it is at; answered by [`super::Msg::CancelAsked`].
    CancelTask(TaskId),
    /// Which deploys wait to be accepted; answered by [`super::Msg::Undecided`].
    ReadUndecided,
    /// Answered by [`super::Msg::Inspected`].
    Inspect(ContainerId),
    /// Answered by [`super::Msg::StackInspected`].
    InspectStack {
        project: String,
        stack: StackRef,
    },
    /// Leaves the screen to a shell in the container; answered by [`super::Msg::ShellEnded`].
    OpenShell(ContainerId),
    /// To the terminal's clipboard (OSC 52). Each line has passed the gate.
    Copy(String),
    /// To a file of this name in the directory for such files; answered by [`super::Msg::Saved`].
    Save {
        name: String,
        lines: Saved,
    },
    RefreshResources,
    /// What Docker takes of the disk, which costs the daemon much; answered by [`super::Msg::DockerDisk`].
    AskDockerDisk,
    /// Lists the backups anew, whether or not it looks as if there were others.
    RefreshBackups,
    /// Tries the daemon again, now.
    Reconnect,
    /// Leaves this console for one on a simulated server.
    StartDemo,
    SetMouse(bool),
    /// Draws everything anew, for a terminal that something else wrote to.
    Repaint,
    /// Work is left: send [`super::Msg::Wake`] in so many milliseconds, or as soon as no input waits when that is 0.
    /// One timer is enough; the earliest time asked for holds.
    Wake {
        milliseconds: u64,
    },
    Suspend,
    Quit,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LogStream {
    pub container: ContainerId,
    /// This many of the last lines first.
    pub tail: Option<u64>,
    /// Only what is later than this: the stream was read up to here before.
    pub since: Option<Timestamp>,
}

/// The lines that were written last before a time.
#[derive(Debug, Clone, PartialEq)]
pub struct OlderPage {
    pub generation: u64,
    /// Those of this time and a little later come too, so that those that are held can be told from those that are not.
    pub until: Timestamp,
    /// About so many lines, of each container.
    pub lines: u64,
    /// So many lines took about so long to write, going by what is held.
    pub window: SignedDuration,
    pub containers: Vec<OlderOf>,
}

/// Whose older lines are wanted, and what is held of it from the page's end on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OlderOf {
    pub container: ContainerId,
    /// How many lines of it were written since.
    pub written: u64,
    /// The time of the first one of these: the page ends before it.
    pub first: Option<Timestamp>,
}

impl OlderPage {
    /// So much beyond the end of a page is read with it.
    pub const OVERLAP: SignedDuration = SignedDuration::from_millis(5);
}
