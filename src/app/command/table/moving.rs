//! How one moves about.

use super::EVERYWHERE;
use crate::app::command::{Command, CommandSpec, Danger, Needs};
use crate::app::pane::PaneId;

#[rustfmt::skip]
pub(super) const COMMANDS: &[CommandSpec] = &[
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
        help: "To the first row; in logs, on to the very first line.",
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
        help: "Close, clear the filter, or go back from what enter, l or B opened.",
        scopes: EVERYWHERE, keys: &["esc"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
];
