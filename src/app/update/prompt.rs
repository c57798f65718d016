//! Filter and search, as they are typed.

use super::Turn;
use crate::app::effect::Effect;
use crate::app::input::Input;
use crate::app::pane::PaneId;
use crate::app::pattern::Pattern;
use crate::app::state::{Prompt, State};
use crate::app::store::notices::Severity;
use crate::config::keys::{Key, KeyPress};

/// Lines searched at a time: a few milliseconds.
const SEARCHED_AT_ONCE: u64 = 20_000;

impl Turn<'_> {
    pub(super) fn open_prompt(&mut self) {
        let pane = self.state.focus;
        if matches!(pane, PaneId::Gpus | PaneId::Messages) {
            self.state.notices.tell(Severity::Info, "this pane has no filter", self.now);
            return;
        }
        let before =
            filter_of(self.state, pane).map_or_else(String::new, |pattern| pattern.text().to_owned());
        self.state.prompt = Some(Prompt { pane, input: Input::new(before.clone()), before });
    }

    pub(super) fn prompt_key(&mut self, press: KeyPress) {
        let Some(prompt) = &mut self.state.prompt else { return };
        match press.key {
            Key::Enter => {
                let pane = prompt.pane;
                self.state.prompt = None;
                if pane == PaneId::Logs {
                    self.first_match();
                }
            }
            Key::Esc => self.leave_prompt(),
            Key::Char('c') if press.ctrl => self.leave_prompt(),
            Key::Up | Key::Down => {
                let pane = prompt.pane;
                let down = press.key == Key::Down;
                let motion = if down { crate::app::pane::Motion::Down } else { crate::app::pane::Motion::Up };
                self.go(pane, motion);
            }
            Key::Char(_)
            | Key::Tab
            | Key::Backspace
            | Key::Delete
            | Key::Insert
            | Key::Left
            | Key::Right
            | Key::Home
            | Key::End
            | Key::PageUp
            | Key::PageDown
            | Key::F(_) => {
                let before = prompt.input.text().to_owned();
                prompt.input.key(press);
                if prompt.input.text() != before {
                    self.prompt_changed();
                }
            }
        }
    }

    pub(super) fn prompt_changed(&mut self) {
        let Some(prompt) = &self.state.prompt else { return };
        let (pane, pattern) = (prompt.pane, Pattern::new(prompt.input.text()));
        self.set_filter(pane, pattern);
    }

    /// Says whether there was one.
    pub(super) fn clear_filter(&mut self, pane: PaneId) -> bool {
        let had = filter_of(self.state, pane).is_some();
        if had {
            self.set_filter(pane, None);
        }
        had
    }

    /// The next part of a search that is not through with all lines.
    pub(super) fn search_on(&mut self) {
        if !self.state.logs.is_searching() {
            return;
        }
        if self.state.logs.search_on(SEARCHED_AT_ONCE) {
            self.effects.push(Effect::Wake { milliseconds: 0 });
        }
        self.redraw();
    }

    pub(super) fn set_filter(&mut self, pane: PaneId, pattern: Option<Pattern>) {
        let state = &mut *self.state;
        let panes = &mut state.panes;
        match pane {
            PaneId::Services => {
                panes.services.filter(pattern, &state.tree);
            }
            PaneId::Health => {
                panes.health.list.filter_by(pattern);
                panes.health.refresh(&state.health, &state.tree);
            }
            PaneId::Findings => {
                panes.findings.list.filter_by(pattern);
                panes.findings.refresh(&state.findings);
            }
            PaneId::Tasks => {
                panes.tasks.list.filter_by(pattern);
                panes.tasks.refresh(&state.tasks);
            }
            PaneId::Backups => {
                panes.backups.list.filter_by(pattern);
                panes.backups.refresh(&state.backups);
            }
            PaneId::Resources => {
                panes.resources.list.filter_by(pattern);
                panes.resources.refresh(&state.resources);
            }
            PaneId::Logs => {
                state.logs.search(pattern);
                self.search_on();
            }
            // A handful of rows, and lines that are not ours.
            PaneId::Gpus | PaneId::Messages => {}
        }
    }

    fn leave_prompt(&mut self) {
        if let Some(prompt) = self.state.prompt.take() {
            self.set_filter(prompt.pane, Pattern::new(&prompt.before));
        }
    }

    /// Where the reader follows, the search goes to the last match; where they read, to the next one from there.
    fn first_match(&mut self) {
        let logs = &self.state.logs;
        let Some(current) = self.state.panes.logs.current(logs) else { return };
        let found = if self.state.panes.logs.is_following() {
            logs.match_before(current + 1)
        } else {
            logs.match_after(current.saturating_sub(1)).or_else(|| logs.match_before(current))
        };
        self.jump_to(found);
    }
}

pub(super) fn filter_of(state: &State, pane: PaneId) -> Option<&Pattern> {
    match pane {
        PaneId::Services => state.panes.services.list.filter.as_ref(),
        PaneId::Health => state.panes.health.list.filter.as_ref(),
        PaneId::Findings => state.panes.findings.list.filter.as_ref(),
        PaneId::Tasks => state.panes.tasks.list.filter.as_ref(),
        PaneId::Backups => state.panes.backups.list.filter.as_ref(),
        PaneId::Resources => state.panes.resources.list.filter.as_ref(),
        PaneId::Logs => state.logs.searched(),
        PaneId::Gpus | PaneId::Messages => None,
    }
}
