//! Where on the screen things stand: filled by the view, read by the mouse and by paging.

use super::command::Command;
use super::pane::PaneId;
use super::pane::services::Column;

/// In cells, from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rect {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Rect {
    pub fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.width && y - self.y < self.height
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct HitMap {
    /// The panes that are on the screen.
    pub panes: Vec<PaneArea>,
    /// Rows, buttons and hints; the last one that contains a point wins.
    pub targets: Vec<(Rect, HitTarget)>,
    /// The columns of the service tree that are on the screen.
    pub columns: Vec<Column>,
    /// The log lines that are on the screen.
    pub log_window: Option<LogWindow>,
    /// Where the focused pane's cursor is.
    pub cursor: Option<Rect>,
    /// Rows that the top dialog has for what it scrolls.
    pub dialog_rows: Option<u16>,
    /// How many lines that takes, where only the view can tell.
    pub dialog_lines: Option<usize>,
    /// How many lines the opened finding takes.
    pub finding_lines: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaneArea {
    pub pane: PaneId,
    /// With its border.
    pub area: Rect,
    /// The part that holds its rows.
    pub body: Rect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitTarget {
    /// The row of this index in the pane's list.
    Row {
        pane: PaneId,
        index: usize,
    },
    /// The heading of a column of the service tree.
    Heading(Column),
    /// A log line by its sequence number.
    LogLine(u64),
    /// What tells how many lines are folded beneath a log line.
    LogFold(u64),
    /// A command in the hint line.
    Command(Command),
    /// A row of the palette.
    PaletteRow(usize),
    /// A row of the plan on the confirm card.
    PlanRow(usize),
    /// One of the confirm card's choices.
    Choice(usize),
    /// The confirm card's buttons.
    Confirm,
    Cancel,
}

/// The log lines that were drawn, by their sequence numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogWindow {
    pub first: u64,
    /// Rows of the first line that are scrolled out.
    pub skip: usize,
    pub last: u64,
    /// There was no room for more.
    pub is_full: bool,
    /// Rows of the last line for which there was no room.
    pub hidden: usize,
    /// The reader's line, for which this was laid out.
    pub cursor: Option<u64>,
}

impl HitMap {
    pub fn target(&self, x: u16, y: u16) -> Option<HitTarget> {
        self.targets.iter().rev().find(|(rect, _)| rect.contains(x, y)).map(|(_, target)| *target)
    }

    /// The part of the pane's body that holds the rows, where that is not all of it.
    pub fn set_rows(&mut self, pane: PaneId, rows: Rect) {
        if let Some(area) = self.panes.iter_mut().rev().find(|area| area.pane == pane) {
            area.body = rows;
        }
    }

    pub fn pane(&self, x: u16, y: u16) -> Option<PaneId> {
        self.panes.iter().rev().find(|area| area.area.contains(x, y)).map(|area| area.pane)
    }

    /// Rows that the pane has for its list; a guess while it is not on the screen.
    pub fn rows(&self, pane: PaneId) -> usize {
        const UNSEEN: usize = 10;
        let area = self.panes.iter().rev().find(|area| area.pane == pane);
        area.map_or(UNSEEN, |area| usize::from(area.body.height).max(1))
    }
}
