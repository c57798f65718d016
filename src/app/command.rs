//! The command table: each command is declared once. Keys, help, palette, hint line, read-only rule and the README's
//! table derive from it.

mod available;
mod hints;
mod markdown;
mod table;

pub use available::{Refusal, available};
pub use hints::{Hint, help, hints, keys_of, palette};
pub use markdown::markdown;
pub use table::COMMANDS;

use super::pane::PaneId;
use crate::domain::log::Level;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Command {
    Up,
    Down,
    Top,
    Bottom,
    PageUp,
    PageDown,
    Left,
    Right,
    Focus(PaneId),
    NextPane,
    PreviousPane,
    Zoom,
    Open,
    Back,
    Filter,
    Palette,
    Help,
    ToggleReadOnly,
    ToggleMouse,
    Repaint,
    Suspend,
    Quit,
    Deploy,
    Update,
    AcceptUpdate,
    RollBack,
    Restart,
    Scale,
    StopOrStart,
    PauseOrUnpause,
    Kill,
    TakeDown,
    BuildAndDeploy,
    Recreate,
    Pull,
    Build,
    RemoveStopped,
    CleanUp,
    CancelTask,
    ResumeTask,
    ForgetTasks,
    BackUp,
    RestoreBackup,
    UndoRestore,
    AcceptRestore,
    VerifyBackup,
    VerifyBackupDeeply,
    RehearseBackup,
    PinOrUnpinBackup,
    RemoveBackup,
    PruneBackups,
    ExportBackup,
    PushBackup,
    ShowBackups,
    Shell,
    ShowLogs,
    Inspect,
    Host,
    Mark,
    SortNext,
    SortPrevious,
    ReverseSort,
    Unsort,
    Graphs,
    KeepLines,
    Level(Level),
    RemoveLines,
    JumpToTime,
    NextMatch,
    PreviousMatch,
    Timestamps,
    Wrap,
    MarkLine,
    Previous,
    Copy,
    CopyVisible,
    Save,
    NewSinceDeploy,
    ApplyFix,
    Acknowledge,
    Timeline,
    Refresh,
    Retry,
    Demo,
}

/// Where a command can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    Everywhere,
    Pane(PaneId),
    /// The screen that is shown while no daemon was ever reached.
    NoDocker,
}

/// What must be selected for a command to have a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// A row of the focused pane.
    Row,
    /// A stack, or anything that belongs to one.
    Stack,
    /// A service, or one of its containers.
    Service,
    /// A stack, a service or a container.
    Workload,
    /// A container, or a service that has one.
    Container,
    /// A stack that has something to back up.
    BackupSource,
    /// A stack whose last update waits to be accepted.
    Undecided,
    /// A finding of the present.
    Finding,
    /// A finding that knows a fix.
    Fix,
    /// A task that is under way.
    RunningTask,
    /// A task that ended before all of it was done.
    UnfinishedTask,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    None,
    /// Changes the world; goes away in read-only mode.
    Changes,
    /// Can destroy data.
    Destroys,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandSpec {
    pub command: Command,
    /// As the key map in the settings calls it.
    pub name: &'static str,
    pub title: &'static str,
    pub help: &'static str,
    pub scopes: &'static [Scope],
    /// As the settings would write them; none where the palette is enough.
    pub keys: &'static [&'static str],
    /// The word on the bottom line; empty for what does not stand there.
    pub hint: &'static str,
    pub needs: Needs,
    pub danger: Danger,
}

impl Command {
    pub fn spec(self) -> &'static CommandSpec {
        // The table has every command; a test sees to it.
        COMMANDS.iter().find(|spec| spec.command == self).unwrap_or(&COMMANDS[0])
    }

    pub fn named(name: &str) -> Option<Self> {
        COMMANDS.iter().find(|spec| spec.name == name).map(|spec| spec.command)
    }
}

impl Scope {
    /// As the settings call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Pane(pane) => pane.name(),
            Self::NoDocker => "no-docker",
        }
    }
}

impl CommandSpec {
    pub fn is_in(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

#[cfg(test)]
mod tests;
