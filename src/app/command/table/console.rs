//! What concerns the console itself.

use super::EVERYWHERE;
use crate::app::command::{Command, CommandSpec, Danger, Needs, Scope};
use crate::app::pane::PaneId;

/// Also where no daemon was ever reached.
const ALL: &[Scope] = &[Scope::Everywhere, Scope::NoDocker];
/// Lists that are asked for, not fed.
const LISTS: &[Scope] = &[Scope::Pane(PaneId::Backups), Scope::Pane(PaneId::Resources)];
const NO_DOCKER: &[Scope] = &[Scope::NoDocker];

#[rustfmt::skip]
pub(super) const COMMANDS: &[CommandSpec] = &[
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
        command: Command::Host, name: "host", title: "Host",
        help: "Show the host: load, memory, pressure, network, handles, disks with what lies on them, and what Docker takes.",
        scopes: EVERYWHERE, keys: &["H"], hint: "",
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
