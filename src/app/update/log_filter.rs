//! The filters of the logs, as they are typed, stacked and lifted.

use super::Turn;
use crate::app::effect::Effect;
use crate::app::pane::PaneId;
use crate::app::pattern::Pattern;
use crate::app::state::{Prompt, PromptKind};
use crate::app::store::logs::{Filter, Filters, MOST_FILTERS};
use crate::app::store::notices::Severity;
use crate::domain::log::Level;

impl Turn<'_> {
    pub(super) fn open_log_prompt(&mut self, kind: PromptKind) {
        if kind != PromptKind::Time && self.state.logs.filters().list.len() >= MOST_FILTERS {
            let text = format!("there are {MOST_FILTERS} filters already: esc lifts the newest one");
            self.state.notices.tell(Severity::Info, text, self.now);
            return;
        }
        self.state.prompt = Some(Prompt::new(PaneId::Logs, kind));
    }

    /// The filter that is being typed holds already, above those that did before.
    pub(super) fn log_filter_typed(&mut self) {
        let Some(prompt) = &mut self.state.prompt else { return };
        let keeps = prompt.kind == PromptKind::Keep;
        let text = prompt.input.text();
        let typed = if text.is_empty() { Ok(None) } else { Pattern::parse(text).map(Some) };
        let pattern = match typed {
            Ok(pattern) => pattern,
            Err(complaint) => return prompt.complaint = Some(complaint),
        };
        let mut filters = self.state.logs.filters().clone();
        if std::mem::replace(&mut prompt.holds, pattern.is_some()) {
            filters.list.pop();
        }
        filters.list.extend(pattern.map(|pattern| Filter { keeps, pattern }));
        self.filter_logs(filters);
    }

    pub(super) fn drop_typed_filter(&mut self, prompt: &Prompt) {
        if prompt.holds {
            let mut filters = self.state.logs.filters().clone();
            filters.list.pop();
            self.filter_logs(filters);
        }
    }

    /// The newest filter, and after the last one the level. Says whether there was one.
    pub(super) fn lift_log_filter(&mut self) -> bool {
        let mut filters = self.state.logs.filters().clone();
        let had = !filters.is_empty();
        if filters.list.pop().is_none() {
            filters.least = Level::Trace;
        }
        if had {
            self.filter_logs(filters);
        }
        had
    }

    pub(super) fn least_level(&mut self, least: Level) {
        let filters = self.state.logs.filters().clone();
        self.filter_logs(Filters { least, ..filters });
    }

    pub(super) fn filter_logs(&mut self, filters: Filters) {
        let state = &mut *self.state;
        state.panes.logs.keep_row(&state.logs);
        state.logs.filter(filters);
        self.scan_logs();
    }

    /// The next part of a search or of a sifting that is not through with all lines.
    pub(super) fn scan_logs(&mut self) {
        let state = &mut *self.state;
        let (searching, sifting) = (state.logs.is_searching(), state.logs.sifted().is_some());
        if !searching && !sifting {
            return;
        }
        // One at a time, lest a key wait for both. What is shown comes before what is marked.
        let more = if sifting {
            let more = state.logs.sift_on();
            let rows = state.hits.rows(PaneId::Logs);
            state.panes.logs.settle_within(&state.logs, rows);
            more || searching
        } else {
            state.logs.search_on()
        };
        if more {
            self.effects.push(Effect::Wake { milliseconds: 0 });
        }
        self.redraw();
    }
}
