//! The table itself. Its order is the order of help and palette; the hint line shows the actions in it first.

use super::{Command, CommandSpec, Danger, Needs, Scope};
use crate::app::pane::PaneId;
use crate::domain::log::Level;

const EVERYWHERE: &[Scope] = &[Scope::Everywhere];
/// Also where no daemon was ever reached.
const ALL: &[Scope] = &[Scope::Everywhere, Scope::NoDocker];
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
const SERVICES: &[Scope] = &[Scope::Pane(PaneId::Services)];
const TASKS: &[Scope] = &[Scope::Pane(PaneId::Tasks)];
const FINDINGS: &[Scope] = &[Scope::Pane(PaneId::Findings)];
const LOGS: &[Scope] = &[Scope::Pane(PaneId::Logs)];
/// Lists that are asked for, not fed.
const LISTS: &[Scope] = &[Scope::Pane(PaneId::Backups), Scope::Pane(PaneId::Resources)];
const NO_DOCKER: &[Scope] = &[Scope::NoDocker];

#[rustfmt::skip]
pub const COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        command: Command::Up, name: "cursor-up", title: "Up",
        help: "One row up.",
        scopes: EVERYWHERE, keys: &["k", "up"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Down, name: "cursor-down", title: "Down",
        help: "One row down.",
        scopes: EVERYWHERE, keys: &["j", "down"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Top, name: "first", title: "First",
        help: "To the first row.",
        scopes: EVERYWHERE, keys: &["g", "home"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Bottom, name: "last", title: "Last",
        help: "To the last row; in logs, follow again.",
        scopes: EVERYWHERE, keys: &["G", "end"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::PageUp, name: "page-up", title: "Page up",
        help: "Half a page up.",
        scopes: EVERYWHERE, keys: &["^u", "pageup"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::PageDown, name: "page-down", title: "Page down",
        help: "Half a page down.",
        scopes: EVERYWHERE, keys: &["^d", "pagedown"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Left, name: "cursor-left", title: "Left",
        help: "Fold the row, or scroll to the left.",
        scopes: EVERYWHERE, keys: &["h", "left"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Right, name: "cursor-right", title: "Right",
        help: "Unfold the row, or scroll to the right.",
        scopes: EVERYWHERE, keys: &["l", "right"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Focus(PaneId::Services), name: "focus-services", title: "Services",
        help: "Go to the stacks, their services and containers.",
        scopes: EVERYWHERE, keys: &["1", "alt-1"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Focus(PaneId::Gpus), name: "focus-gpus", title: "GPUs",
        help: "Go to the GPUs and who holds their memory.",
        scopes: EVERYWHERE, keys: &["2", "alt-2"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Focus(PaneId::Logs), name: "focus-logs", title: "Logs",
        help: "Go to the logs of the selection.",
        scopes: EVERYWHERE, keys: &["3", "alt-3"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Focus(PaneId::Health), name: "focus-health", title: "Health",
        help: "Go to the health checks.",
        scopes: EVERYWHERE, keys: &["4", "alt-4"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Focus(PaneId::Findings), name: "focus-findings", title: "Findings",
        help: "Go to what is wrong, why, and what mends it.",
        scopes: EVERYWHERE, keys: &["5", "alt-5"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Focus(PaneId::Tasks), name: "focus-tasks", title: "Tasks",
        help: "Go to the tasks, running and past.",
        scopes: EVERYWHERE, keys: &["6", "alt-6"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Focus(PaneId::Backups), name: "focus-backups", title: "Backups",
        help: "Go to the backups.",
        scopes: EVERYWHERE, keys: &["7", "alt-7"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Focus(PaneId::Resources), name: "focus-resources", title: "Resources",
        help: "Go to images, volumes and networks.",
        scopes: EVERYWHERE, keys: &["8", "alt-8"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Focus(PaneId::Messages), name: "focus-messages", title: "Messages",
        help: "Go to mcp-tui's own messages.",
        scopes: EVERYWHERE, keys: &["9", "alt-9"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::NextPane, name: "next-pane", title: "Next pane",
        help: "Go to the next pane.",
        scopes: EVERYWHERE, keys: &["tab"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::PreviousPane, name: "previous-pane", title: "Previous pane",
        help: "Go to the previous pane.",
        scopes: EVERYWHERE, keys: &["shift-tab"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Zoom, name: "zoom", title: "Zoom",
        help: "Give the whole screen to this pane, or take it back.",
        scopes: EVERYWHERE, keys: &["f"], hint: "zoom",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Open, name: "open", title: "Open",
        help: "Open what is selected.",
        scopes: EVERYWHERE, keys: &["enter"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Back, name: "back", title: "Back",
        help: "Close, clear the filter, or go back.",
        scopes: EVERYWHERE, keys: &["esc"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Deploy, name: "up", title: "Deploy",
        help: "Create and start the stack or the service as its file says.",
        scopes: WORKLOADS, keys: &["u"], hint: "up",
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
        help: "Back up the stack's databases.",
        scopes: WORKLOADS, keys: &["b"], hint: "backup",
        needs: Needs::BackupSource, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::ShowBackups, name: "backups", title: "Backups",
        help: "Show the backups.",
        scopes: EVERYWHERE, keys: &["B"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
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
        scopes: WORKLOADS, keys: &["i"], hint: "inspect",
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
        command: Command::CancelTask, name: "cancel-task", title: "Cancel the task",
        help: "End the task after the step it is at; what is done stays.",
        scopes: TASKS, keys: &["x"], hint: "cancel",
        needs: Needs::RunningTask, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::KeepLines, name: "keep-lines", title: "Keep lines",
        help: "Show only the lines that match; several filters hold together, Esc lifts the newest.",
        scopes: LOGS, keys: &["&"], hint: "keep",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::RemoveLines, name: "remove-lines", title: "Remove lines",
        help: "Hide the lines that match.",
        scopes: LOGS, keys: &["!"], hint: "remove",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Level(Level::Trace), name: "level-all", title: "All levels",
        help: "Show the lines of every level.",
        scopes: LOGS, keys: &["0"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Level(Level::Debug), name: "level-debug", title: "Debug and graver",
        help: "Hide trace lines.",
        scopes: LOGS, keys: &["1"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Level(Level::Info), name: "level-info", title: "Information and graver",
        help: "Hide trace and debug lines. A line without a level counts as information.",
        scopes: LOGS, keys: &["2"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Level(Level::Warn), name: "level-warnings", title: "Warnings and graver",
        help: "Show warnings, errors and fatal lines only.",
        scopes: LOGS, keys: &["3"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Level(Level::Error), name: "level-errors", title: "Errors and graver",
        help: "Show errors and fatal lines only; what belongs to a line has its level.",
        scopes: LOGS, keys: &["4"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Level(Level::Fatal), name: "level-fatal", title: "Fatal only",
        help: "Show fatal lines only: critical, alert, emergency, panic.",
        scopes: LOGS, keys: &["5"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::JumpToTime, name: "jump-to-time", title: "Go to a time",
        help: "To the first line at 10:31, 10:31:04 or 2026-11-20 10:31; or -5m, +30s from this one.",
        scopes: LOGS, keys: &["T"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::NextMatch, name: "next-match", title: "Next match",
        help: "To the next match of the search.",
        scopes: LOGS, keys: &["n"], hint: "next",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::PreviousMatch, name: "previous-match", title: "Previous match",
        help: "To the previous match of the search.",
        scopes: LOGS, keys: &["N"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Timestamps, name: "timestamps", title: "Time",
        help: "The time of each line: none, local, UTC, or how long ago.",
        scopes: LOGS, keys: &["t"], hint: "time",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Wrap, name: "wrap", title: "Wrap",
        help: "Wrap long lines, or cut them.",
        scopes: LOGS, keys: &["w"], hint: "wrap",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::MarkLine, name: "mark-line", title: "Mark the line",
        help: "Mark the line, to copy several.",
        scopes: LOGS, keys: &["m"], hint: "mark",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Previous, name: "previous-runs", title: "Previous runs",
        help: "Show the runs that ended: how, and their last lines.",
        scopes: LOGS, keys: &["P"], hint: "previous",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Copy, name: "copy", title: "Copy",
        help: "Copy the marked lines, else this one with what is folded beneath it, to the clipboard.",
        scopes: LOGS, keys: &["y"], hint: "copy",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::CopyVisible, name: "copy-visible", title: "Copy the screen",
        help: "Copy the lines that are on the screen to the clipboard.",
        scopes: LOGS, keys: &["Y"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Save, name: "save", title: "Save",
        help: "Save what the filters keep, or all that is held, to a file.",
        scopes: LOGS, keys: &["^s"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::NewSinceDeploy, name: "new-since-deploy", title: "New since deploy",
        help: "Show each kind of line once, those first seen since the last deployment on top; again for the lines.",
        scopes: LOGS, keys: &["d"], hint: "new",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Refresh, name: "refresh", title: "Refresh",
        help: "Ask for the list again.",
        scopes: LISTS, keys: &["^r", "f5"], hint: "refresh",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Filter, name: "filter", title: "Filter",
        help: "Show only what matches; in logs, search.",
        scopes: EVERYWHERE, keys: &["/"], hint: "filter",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Palette, name: "palette", title: "Commands",
        help: "Find a command by its name.",
        scopes: EVERYWHERE, keys: &[":"], hint: "commands",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Help, name: "help", title: "Help",
        help: "The keys of this pane.",
        scopes: ALL, keys: &["?"], hint: "help",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::ToggleReadOnly, name: "read-only", title: "Read-only",
        help: "Forbid everything that changes the world, or allow it again.",
        scopes: EVERYWHERE, keys: &["R"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::ToggleMouse, name: "mouse", title: "Mouse",
        help: "Take the mouse, or leave it to the terminal's own selection.",
        scopes: EVERYWHERE, keys: &["M"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Repaint, name: "repaint", title: "Repaint",
        help: "Draw the screen anew.",
        scopes: ALL, keys: &["^l"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Suspend, name: "suspend", title: "Suspend",
        help: "Back to the shell; `fg` returns.",
        scopes: ALL, keys: &["^z"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Retry, name: "retry", title: "Retry",
        help: "Try the Docker daemon again, now.",
        scopes: NO_DOCKER, keys: &["r"], hint: "retry",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Demo, name: "demo", title: "Demo",
        help: "Open the console on a simulated server.",
        scopes: NO_DOCKER, keys: &["d"], hint: "demo",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Quit, name: "quit", title: "Quit",
        help: "Leave. Tasks go on.",
        scopes: ALL, keys: &["q", "^c"], hint: "quit",
        needs: Needs::Nothing, danger: Danger::None,
    },
];
