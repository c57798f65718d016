//! What is typed on the bottom line: a pane's filter, a search, the logs' filters, a time.

use super::Turn;
use crate::app::input::Input;
use crate::app::pane::{Motion, PaneId};
use crate::app::pattern::Pattern;
use crate::app::state::{Prompt, PromptKind, State};
use crate::app::store::notices::Severity;
use crate::config::keys::{Key, KeyPress};

impl Turn<'_> {
    pub(super) fn open_prompt(&mut self) {
        let pane = self.state.focus;
        if matches!(pane, PaneId::Gpus | PaneId::Messages) {
            self.state.notices.tell(Severity::Info, "this pane has no filter", self.now);
            return;
        }
        if pane == PaneId::Findings {
            // The filter is for rows.
            self.state.panes.findings.open = None;
        }
        let before =
            filter_of(self.state, pane).map_or_else(String::new, |pattern| pattern.text().to_owned());
        self.state.prompt = Some(Prompt {
            input: Input::new(before.clone()),
            before,
            ..Prompt::new(pane, PromptKind::Filter)
        });
    }

    pub(super) fn prompt_key(&mut self, press: KeyPress) {
        let Some(prompt) = &mut self.state.prompt else { return };
        match press.key {
            Key::Enter => self.accept_prompt(),
            Key::Esc => self.leave_prompt(),
            Key::Char('c') if press.ctrl => self.leave_prompt(),
            Key::Up | Key::Down => {
                let pane = prompt.pane;
                self.go(pane, if press.key == Key::Down { Motion::Down } else { Motion::Up });
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
        let Some(prompt) = &mut self.state.prompt else { return };
        prompt.complaint = None;
        match prompt.kind {
            PromptKind::Filter => {
                let (pane, pattern) = (prompt.pane, Pattern::new(prompt.input.text()));
                self.set_filter(pane, pattern);
                self.judge_search();
            }
            PromptKind::Keep | PromptKind::Remove => self.log_filter_typed(),
            PromptKind::Time => {}
        }
    }

    fn accept_prompt(&mut self) {
        let Some(prompt) = &self.state.prompt else { return };
        match prompt.kind {
            PromptKind::Filter => {
                let pane = prompt.pane;
                self.state.prompt = None;
                if pane == PaneId::Logs && !self.state.panes.patterns.is_open {
                    self.first_match();
                }
            }
            // What is wrong with it stands in the prompt, and can be mended there.
            PromptKind::Keep | PromptKind::Remove if prompt.complaint.is_some() => {}
            PromptKind::Keep | PromptKind::Remove => self.state.prompt = None,
            PromptKind::Time => self.accept_time(),
        }
    }

    fn leave_prompt(&mut self) {
        let Some(prompt) = self.state.prompt.take() else { return };
        match prompt.kind {
            PromptKind::Filter => self.set_filter(prompt.pane, Pattern::new(&prompt.before)),
            PromptKind::Keep | PromptKind::Remove => self.drop_typed_filter(&prompt),
            PromptKind::Time => {}
        }
    }

    /// A search for what is no regular expression goes on, and says what it looks for.
    fn judge_search(&mut self) {
        let searches = !self.state.panes.patterns.is_open;
        if let Some(prompt) =
            self.state.prompt.as_mut().filter(|prompt| searches && prompt.pane == PaneId::Logs)
            && let Err(complaint) = Pattern::parse(prompt.input.text())
        {
            prompt.complaint = Some(format!("{complaint}: searched as it stands"));
        }
    }

    /// Says whether there was one.
    pub(super) fn clear_filter(&mut self, pane: PaneId) -> bool {
        let had = filter_of(self.state, pane).is_some();
        if had {
            self.set_filter(pane, None);
        }
        had || pane == PaneId::Logs && self.lift_log_filter()
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
                if let Some(timeline) = &mut panes.findings.timeline {
                    timeline.list.filter_by(pattern);
                    timeline.refresh(&state.timeline);
                    return;
                }
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
            PaneId::Logs if panes.patterns.is_open => {
                panes.patterns.list.filter_by(pattern);
                panes.patterns.refresh(&state.patterns);
            }
            PaneId::Logs => {
                state.logs.search(pattern);
                self.scan_logs();
            }
            // A handful of rows, and lines that are not ours.
            PaneId::Gpus | PaneId::Messages => {}
        }
    }
}

pub(super) fn filter_of(state: &State, pane: PaneId) -> Option<&Pattern> {
    match pane {
        PaneId::Services => state.panes.services.list.filter.as_ref(),
        PaneId::Health => state.panes.health.list.filter.as_ref(),
        PaneId::Findings => state.panes.findings.filter(),
        PaneId::Tasks => state.panes.tasks.list.filter.as_ref(),
        PaneId::Backups => state.panes.backups.list.filter.as_ref(),
        PaneId::Resources => state.panes.resources.list.filter.as_ref(),
        PaneId::Logs if state.panes.patterns.is_open => state.panes.patterns.list.filter.as_ref(),
        PaneId::Logs => state.logs.searched(),
        PaneId::Gpus | PaneId::Messages => None,
    }
}
