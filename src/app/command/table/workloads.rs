//! What is done to stacks, services and containers, and how they are looked at.

use crate::app::command::{Command, CommandSpec, Danger, Needs, Scope};
use crate::app::pane::PaneId;

/// The panes whose rows lead to a stack, a service or a container.
const WORKLOADS: &[Scope] = &[
    Scope::Pane(PaneId::Services),
    Scope::Pane(PaneId::Logs),
    Scope::Pane(PaneId::Health),
    Scope::Pane(PaneId::Findings),
    Scope::Pane(PaneId::Tasks),
    Scope::Pane(PaneId::Backups),
];
/// The same without the logs themselves.
const LOG_SOURCES: &[Scope] = &[
    Scope::Pane(PaneId::Services),
    Scope::Pane(PaneId::Health),
    Scope::Pane(PaneId::Findings),
    Scope::Pane(PaneId::Tasks),
    Scope::Pane(PaneId::Backups),
];
/// In the findings the key is the timeline's.
const INSPECTED: &[Scope] = &[
    Scope::Pane(PaneId::Services),
    Scope::Pane(PaneId::Logs),
    Scope::Pane(PaneId::Health),
    Scope::Pane(PaneId::Tasks),
    Scope::Pane(PaneId::Backups),
];
const SERVICES: &[Scope] = &[Scope::Pane(PaneId::Services)];
const TASKS: &[Scope] = &[Scope::Pane(PaneId::Tasks)];
const FINDINGS: &[Scope] = &[Scope::Pane(PaneId::Findings)];

#[rustfmt::skip]
pub(super) const COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        command: Command::Deploy, name: "up", title: "Deploy",
        help: "Create and start the stack or the service as its file says.",
        scopes: WORKLOADS, keys: &["u"], hint: "up",
        needs: Needs::Stack, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::Update, name: "update", title: "Update",
        help: "Put new containers in the place of old ones, one after the other, and go back if they fail.",
        scopes: WORKLOADS, keys: &["U"], hint: "",
        needs: Needs::Stack, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::AcceptUpdate, name: "accept", title: "Accept the update",
        help: "Remove the old containers that the stack's blue-green update has kept.",
        scopes: WORKLOADS, keys: &["A"], hint: "accept",
        needs: Needs::Undecided, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::RollBack, name: "rollback", title: "Roll back",
        help: "Go back to the deploy before the present one, or to what an update has kept.",
        scopes: WORKLOADS, keys: &["Z"], hint: "",
        needs: Needs::Stack, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::Restart, name: "restart", title: "Restart",
        help: "Stop and start it, each container with its own grace.",
        scopes: WORKLOADS, keys: &["r"], hint: "restart",
        needs: Needs::Workload, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::Scale, name: "scale", title: "Scale",
        help: "Change how many replicas the service has.",
        scopes: WORKLOADS, keys: &["s"], hint: "scale",
        needs: Needs::Service, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::StopOrStart, name: "stop-or-start", title: "Stop or start",
        help: "Stop what runs, or start what is stopped.",
        scopes: WORKLOADS, keys: &["S"], hint: "stop/start",
        needs: Needs::Workload, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::PauseOrUnpause, name: "pause-or-unpause", title: "Pause or unpause",
        help: "Freeze the processes where they are, or let them go on.",
        scopes: WORKLOADS, keys: &["p"], hint: "pause",
        needs: Needs::Workload, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::Kill, name: "kill", title: "Kill",
        help: "Send a signal, SIGKILL or another one, to what runs.",
        scopes: WORKLOADS, keys: &["^k"], hint: "",
        needs: Needs::Workload, danger: Danger::Destroys,
    },
    CommandSpec {
        command: Command::TakeDown, name: "down", title: "Down",
        help: "Stop and remove the stack's containers and networks; its volumes only when asked to.",
        scopes: WORKLOADS, keys: &["D"], hint: "down",
        needs: Needs::Stack, danger: Danger::Destroys,
    },
    CommandSpec {
        command: Command::BuildAndDeploy, name: "up-build", title: "Build and deploy",
        help: "Build the images that can be built, then create and start.",
        scopes: WORKLOADS, keys: &[], hint: "",
        needs: Needs::Stack, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::Recreate, name: "recreate", title: "Recreate",
        help: "Make the containers anew although nothing has changed.",
        scopes: WORKLOADS, keys: &[], hint: "",
        needs: Needs::Stack, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::Pull, name: "pull", title: "Pull",
        help: "Get the images of the stack or the service, and touch no container.",
        scopes: WORKLOADS, keys: &[], hint: "",
        needs: Needs::Stack, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::Build, name: "build", title: "Build",
        help: "Build the images that can be built, and touch no container.",
        scopes: WORKLOADS, keys: &[], hint: "",
        needs: Needs::Stack, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::RemoveStopped, name: "rm", title: "Remove stopped",
        help: "Remove the containers that do not run.",
        scopes: WORKLOADS, keys: &[], hint: "",
        needs: Needs::Workload, danger: Danger::Destroys,
    },
    CommandSpec {
        command: Command::CleanUp, name: "cleanup", title: "Clean up",
        help: "Remove what interrupted and one-off work has left of the stack, and its unused networks.",
        scopes: WORKLOADS, keys: &[], hint: "",
        needs: Needs::Stack, danger: Danger::Destroys,
    },
    CommandSpec {
        command: Command::BackUp, name: "backup", title: "Back up",
        help: "Back up the stack: its databases, volumes and files.",
        scopes: WORKLOADS, keys: &["b"], hint: "backup",
        needs: Needs::BackupSource, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::ShowLogs, name: "logs", title: "Logs",
        help: "Read the logs of the selection.",
        scopes: LOG_SOURCES, keys: &["l"], hint: "logs",
        needs: Needs::Workload, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Shell, name: "shell", title: "Shell",
        help: "Open a shell in the container.",
        scopes: WORKLOADS, keys: &["e"], hint: "shell",
        needs: Needs::Container, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::Inspect, name: "inspect", title: "Inspect",
        help: "Show a stack's files and what differs, or all of a container; secrets masked.",
        scopes: INSPECTED, keys: &["i"], hint: "inspect",
        needs: Needs::Workload, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Mark, name: "mark", title: "Mark",
        help: "Mark the row: actions and logs are then of all that is marked.",
        scopes: SERVICES, keys: &["space"], hint: "mark",
        needs: Needs::Row, danger: Danger::None,
    },
    CommandSpec {
        command: Command::SortNext, name: "sort-next", title: "Sort by next",
        help: "Sort by the next column, what asks for attention first; past the last one, as the files have it.",
        scopes: SERVICES, keys: &[">"], hint: "sort",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::SortPrevious, name: "sort-previous", title: "Sort by previous",
        help: "Sort by the column before; before the first one, as the files have it.",
        scopes: SERVICES, keys: &["<"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::ReverseSort, name: "sort-reverse", title: "Reverse the order",
        help: "Sort the other way round.",
        scopes: SERVICES, keys: &["I"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Unsort, name: "sort-off", title: "Unsort",
        help: "Show the rows as the files have them, stacks in trouble first.",
        scopes: SERVICES, keys: &[], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Graphs, name: "graphs", title: "Graphs",
        help: "Show or hide what the selection used in the last 15 minutes, in means of 5 s.",
        scopes: SERVICES, keys: &["v"], hint: "graphs",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::ApplyFix, name: "apply-fix", title: "Apply the fix",
        help: "Do what the finding proposes.",
        scopes: FINDINGS, keys: &["x"], hint: "apply fix",
        needs: Needs::Fix, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::Acknowledge, name: "acknowledge", title: "Acknowledge",
        help: "Take note of the finding: it stands below the others until it gets worse or comes back. Again: not.",
        scopes: FINDINGS, keys: &["a"], hint: "acknowledge",
        needs: Needs::Finding, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Timeline, name: "timeline", title: "Timeline",
        help: "What happened, the newest last: events, tasks, files, findings, checks; moving moves the logs along.",
        scopes: FINDINGS, keys: &["i"], hint: "timeline",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::CancelTask, name: "cancel-task", title: "Cancel the task",
        help: "End the task after the step it is at; what is done stays.",
        scopes: TASKS, keys: &["x"], hint: "cancel",
        needs: Needs::RunningTask, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::ResumeTask, name: "resume-task", title: "Resume the task",
        help: "Go on with a task that failed, was cancelled or interrupted, from what is there now.",
        scopes: TASKS, keys: &["c"], hint: "resume",
        needs: Needs::UnfinishedTask, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::ForgetTasks, name: "cleanup-tasks", title: "Clean up the tasks",
        help: "Remove the records of tasks that ended more than 24 h ago; the audit log keeps them.",
        scopes: TASKS, keys: &["C"], hint: "",
        needs: Needs::Row, danger: Danger::Changes,
    },
];
