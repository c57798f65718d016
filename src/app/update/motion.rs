//! Cursors and scrolling.

use super::Turn;
use crate::app::pane::{Motion, PaneId};
use crate::app::store;
use crate::app::store::notices::Severity;
use crate::domain::log::Structured;
use crate::domain::{Plan, TaskId};

const NO_MORE: &str = "no more matches";
const STILL_SEARCHING: &str = "still searching";

impl Turn<'_> {
    pub(super) fn go(&mut self, pane: PaneId, motion: Motion) {
        let rows = self.state.hits.rows(pane);
        let panes = &mut self.state.panes;
        match pane {
            PaneId::Services => panes.services.list.go(motion, rows),
            PaneId::Gpus => panes.gpus.list.go(motion, rows),
            PaneId::Logs if panes.patterns.is_open => panes.patterns.list.go(motion, rows),
            PaneId::Logs => match &mut panes.logs.previous {
                Some(previous) if previous.open.is_none() => previous.list.go(motion, rows),
                Some(_) | None if motion == Motion::Top => self.seek_beginning(0),
                Some(_) | None => {
                    (panes.logs.seeks, panes.logs.awaited) = (None, None);
                    panes.logs.go(motion, &self.state.logs, rows);
                    self.reach_back(motion);
                }
            },
            PaneId::Health => panes.health.list.go(motion, rows),
            PaneId::Findings => self.go_in_findings(motion, rows),
            PaneId::Tasks => match &mut panes.tasks.open {
                Some((id, scroll)) => {
                    let lines = self.state.tasks.get(&*id).map_or(0, |record| {
                        let outline = record.plan.as_ref().map(Plan::outline).unwrap_or_default();
                        store::tasks::rows(record, &outline).len()
                    });
                    *scroll = scrolled(*scroll, motion, rows, lines);
                }
                None => panes.tasks.list.go(motion, rows),
            },
            PaneId::Backups => panes.backups.list.go(motion, rows),
            PaneId::Resources => panes.resources.list.go(motion, rows),
            PaneId::Messages => panes.messages.go(motion, rows),
        }
    }

    /// To the side: folds and unfolds the tree, scrolls long lines.
    pub(super) fn go_sideways(&mut self, right: bool) {
        let state = &mut *self.state;
        match state.focus {
            PaneId::Services => {
                let services = &mut state.panes.services;
                let folded = services.fold(right, &state.tree);
                if !folded && right {
                    // It is open already: to its first child, as in every tree.
                    let index = services.list.index().unwrap_or(0);
                    if services.depth(index + 1) > services.depth(index) {
                        services.list.select(index + 1);
                    }
                } else if !folded {
                    services.go_to_parent();
                }
            }
            PaneId::Logs => state.panes.logs.scroll_sideways(right),
            PaneId::Gpus
            | PaneId::Health
            | PaneId::Findings
            | PaneId::Tasks
            | PaneId::Backups
            | PaneId::Resources
            | PaneId::Messages => {}
        }
    }

    pub(super) fn next_match(&mut self, forwards: bool) {
        let logs = &self.state.logs;
        if logs.searched().is_none() {
            self.state.notices.tell(Severity::Info, "nothing is searched for yet: / searches", self.now);
            return;
        }
        let Some(current) = self.state.panes.logs.current(logs) else { return };
        let found = if forwards { logs.match_after(current) } else { logs.match_before(current) };
        self.jump_to(found);
    }

    /// A record of several lines opens, or folds again; where there is none the pane gets the whole screen.
    pub(super) fn unfold_or_zoom(&mut self) {
        let state = &mut *self.state;
        let Some(current) = state.panes.logs.current(&state.logs) else {
            state.zoomed = true;
            return;
        };
        let Some(line) = state.logs.line(current) else { return };
        let open = line.is_open;
        if !state.logs.is_folding(current) && Structured::parse(line.text).is_none() {
            state.zoomed = true;
            return;
        }
        let rows = state.hits.rows(PaneId::Logs);
        let head = state.logs.unfold(current, !open);
        state.panes.logs.jump(head, &state.logs, rows);
    }

    /// Where the reader follows, the search goes to the last match; where they read, to the next one from there.
    pub(super) fn first_match(&mut self) {
        let logs = &self.state.logs;
        let Some(current) = self.state.panes.logs.current(logs) else { return };
        let found = if self.state.panes.logs.is_following() {
            logs.match_before(current + 1)
        } else {
            logs.match_after(current.saturating_sub(1)).or_else(|| logs.match_before(current))
        };
        self.jump_to(found);
    }

    pub(super) fn jump_to(&mut self, line: Option<u64>) {
        match line {
            Some(line) => {
                let state = &mut *self.state;
                for text in [NO_MORE, STILL_SEARCHING] {
                    state.notices.withdraw(text);
                }
                // What is folded away is unfolded where something was found.
                if !state.logs.is_shown(line) {
                    state.logs.unfold(line, true);
                }
                let rows = state.hits.rows(PaneId::Logs);
                state.panes.logs.jump(line, &state.logs, rows);
            }
            None if self.state.logs.is_searching() => {
                self.state.notices.tell(Severity::Info, STILL_SEARCHING, self.now);
            }
            None => self.state.notices.tell(Severity::Info, NO_MORE, self.now),
        }
    }

    /// Shows a task's steps.
    pub(super) fn open_task(&mut self, id: TaskId) {
        self.state.notices.seen(&id);
        self.state.panes.tasks.open = Some((id, 0));
    }
}

/// The first line shown of `lines`, after the motion.
pub(super) fn scrolled(scroll: usize, motion: Motion, rows: usize, lines: usize) -> usize {
    let half = (rows / 2).max(1);
    let last = lines.saturating_sub(rows.max(1));
    let scroll = match motion {
        Motion::Up => scroll.saturating_sub(1),
        Motion::Down => scroll + 1,
        Motion::Top => 0,
        Motion::Bottom => last,
        Motion::PageUp => scroll.saturating_sub(half),
        Motion::PageDown => scroll + half,
        Motion::By(by) => scroll.saturating_add_signed(by),
    };
    scroll.min(last)
}
