//! Keys as the screen writes them.

use crate::app::State;
use crate::app::command::{Command, Danger, hints as offered};
use crate::app::pane::PaneId;
use crate::config::keys::KeyPress;
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;

/// A key and what it does.
pub(super) struct Shown {
    pub(super) key: String,
    pub(super) words: &'static str,
    pub(super) command: Command,
}

/// What can be done now: the actions in the table's order, then the ways to filter, to all commands, to help and out.
pub(super) fn all(state: &State) -> Vec<Shown> {
    let mut all: Vec<_> = offered(state)
        .into_iter()
        .map(|hint| Shown { key: symbol(&hint.key), words: hint.word, command: hint.command })
        .collect();
    all.sort_by_key(|shown| match shown.command {
        Command::Quit => 3,
        Command::Help => 2,
        Command::Filter if state.focus == PaneId::Logs => 0,
        Command::Zoom | Command::Filter | Command::Palette => 1,
        _ => 0,
    });
    all
}

/// The first key of a command; empty when it has none.
pub(super) fn key(state: &State, command: Command) -> String {
    state.keys.keys(command).first().map(symbol).unwrap_or_default()
}

/// All keys of a command; what is typed in the palette where it has none.
pub(super) fn keys(state: &State, command: Command) -> String {
    let keys: Vec<String> = state.keys.keys(command).iter().map(symbol).collect();
    if keys.is_empty() {
        return format!("{}{}", key(state, Command::Palette), command.spec().name);
    }
    keys.join(" ")
}

/// How a list marks what changes the world, or can destroy data.
pub(super) fn danger(danger: Danger, theme: &Theme) -> (&'static str, TextStyle) {
    match danger {
        Danger::None => ("  ", theme.dim),
        Danger::Changes => ("↻ ", theme.warning),
        Danger::Destroys => ("✗ ", theme.bad),
    }
}

/// What stays when there is no room for all: 0 stays longest.
pub(super) fn rank(state: &State, command: Command) -> u8 {
    let reads_logs = state.focus == PaneId::Logs;
    let reads_backups = state.focus == PaneId::Backups;
    match command {
        Command::Help => 0,
        Command::BackUp if reads_backups => 2,
        Command::Deploy | Command::Restart | Command::ShowLogs if reads_backups => 6,
        Command::NextMatch if reads_logs && state.logs.searched().is_some() => 2,
        Command::Filter
        | Command::KeepLines
        | Command::JumpToTime
        | Command::NewSinceDeploy
        | Command::Bottom
            if reads_logs =>
        {
            2
        }
        Command::Previous if reads_logs => 3,
        Command::Deploy | Command::Restart if reads_logs => 4,
        Command::NextMatch | Command::Scale | Command::BackUp if reads_logs => 5,
        Command::Palette | Command::Quit | Command::AcceptRestore | Command::UndoRestore => 1,
        Command::Deploy
        | Command::Restart
        | Command::ApplyFix
        | Command::CancelTask
        | Command::ResumeTask
        | Command::RestoreBackup
        | Command::VerifyBackup
        | Command::Retry
        | Command::Demo => 2,
        Command::ShowLogs
        | Command::Scale
        | Command::BackUp
        | Command::RehearseBackup
        | Command::PinOrUnpinBackup
        | Command::RemoveBackup
        | Command::NextMatch => 3,
        Command::Filter | Command::Shell => 4,
        Command::StopOrStart | Command::Zoom => 5,
        _ => 6,
    }
}

fn symbol(press: &KeyPress) -> String {
    let name = press.to_string();
    match name.as_str() {
        "enter" => "⏎".to_owned(),
        "up" => "↑".to_owned(),
        "down" => "↓".to_owned(),
        "left" => "←".to_owned(),
        "right" => "→".to_owned(),
        _ => name,
    }
}
