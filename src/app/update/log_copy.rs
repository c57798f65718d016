//! Log lines for the clipboard.

use super::Turn;
use crate::app::effect::Effect;
use crate::app::store::notices::Severity;

impl Turn<'_> {
    /// The marked lines, else the one the reader is on: what was written, and nothing beside it. A folded line stands
    /// for all that belongs to it.
    pub(super) fn copy(&mut self) {
        if let Some(pattern) = self.selected_pattern() {
            self.effects.push(Effect::Copy(pattern.example.to_string()));
            return;
        }
        let (pane, store) = (&self.state.panes.logs, &self.state.logs);
        let mut numbers: Vec<u64> = if pane.marked.is_empty() {
            pane.current(store).into_iter().collect()
        } else {
            pane.marked.iter().copied().collect()
        };
        let folded = numbers.iter().filter(|number| store.line(**number).is_some_and(|line| !line.is_open));
        let beneath: Vec<u64> = folded.flat_map(|number| store.members(*number)).collect();
        numbers.extend(beneath);
        numbers.sort_unstable();
        numbers.dedup();
        self.copy_lines(&numbers);
    }

    /// What is on the screen.
    pub(super) fn copy_visible(&mut self) {
        let store = &self.state.logs;
        let Some(window) = self.state.panes.logs.window else { return self.copy_lines(&[]) };
        let numbers: Vec<u64> =
            (window.first..=window.last).filter(|number| store.is_shown(*number)).collect();
        self.copy_lines(&numbers);
    }

    fn copy_lines(&mut self, numbers: &[u64]) {
        let store = &self.state.logs;
        let lines = numbers.iter().filter_map(|number| store.line(*number));
        let texts: Vec<&str> = lines.map(|line| line.text).collect();
        if texts.is_empty() {
            self.state.notices.tell(Severity::Info, "there is no line to copy", self.now);
            return;
        }
        let (count, text) = (texts.len(), texts.join("\n"));
        self.state.panes.logs.copied = count;
        self.effects.push(Effect::Copy(text));
    }
}
