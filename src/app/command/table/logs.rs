//! What is done in the logs.

use crate::app::command::{Command, CommandSpec, Danger, Needs, Scope};
use crate::app::pane::PaneId;
use crate::domain::log::Level;

const LOGS: &[Scope] = &[Scope::Pane(PaneId::Logs)];

#[rustfmt::skip]
pub(super) const COMMANDS: &[CommandSpec] = &[
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
        command: Command::Level(Level::Debug), name: "level-debug", title: "Debug and up",
        help: "Hide trace lines.",
        scopes: LOGS, keys: &["1"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Level(Level::Info), name: "level-info", title: "Information and up",
        help: "Hide trace and debug lines. A line without a level counts as information.",
        scopes: LOGS, keys: &["2"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Level(Level::Warn), name: "level-warnings", title: "Warnings and up",
        help: "Show warnings, errors and fatal lines only.",
        scopes: LOGS, keys: &["3"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
    CommandSpec {
        command: Command::Level(Level::Error), name: "level-errors", title: "Errors and up",
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
        scopes: LOGS, keys: &["T"], hint: "go to",
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
        scopes: LOGS, keys: &["t"], hint: "times",
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
        scopes: LOGS, keys: &["P"], hint: "runs",
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
];
