//! What of a page of older lines is there already.

use crate::app::State;
use crate::app::effect::OlderPage;
use crate::domain::{ContainerId, LogLine};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// The lines around the seam that are held already. The daemon stamps stdout and stderr before it puts them in line, so
/// that lines a little younger than the first one held may stand before it. A page that is read by place ends with the
/// first one held, and those of its very time.
pub(super) struct Held<'a> {
    until: Timestamp,
    lines: HashMap<(ContainerId, Timestamp, String), usize>,
    placed: &'a HashSet<ContainerId>,
    /// What is younger than this is on its way.
    last: HashMap<ContainerId, Timestamp>,
}

impl<'a> Held<'a> {
    pub(super) fn around(
        state: &State,
        placed: &'a HashSet<ContainerId>,
        edge: u64,
        until: Timestamp,
    ) -> Self {
        let mut lines = HashMap::new();
        let end = until.saturating_add(OlderPage::OVERLAP).unwrap_or(until);
        let mut firsts: HashMap<&ContainerId, Option<Timestamp>> =
            placed.iter().map(|container| (container, None)).collect();
        for line in state.logs.lines_from(edge) {
            let Some(time) = line.time else { continue };
            let is_near = time <= end;
            let is_first =
                firsts.get_mut(line.container).is_some_and(|first| *first.get_or_insert(time) == time);
            if !is_first {
                firsts.remove(line.container);
            }
            if is_near || is_first {
                *lines.entry((line.container.clone(), time, line.text.to_owned())).or_default() += 1;
            } else if firsts.is_empty() {
                break;
            }
        }
        let streams = state.panes.logs.streams.iter();
        let last = streams.filter_map(|(id, stream)| Some((id.clone(), stream.latest?))).collect();
        Self { until, lines, placed, last }
    }

    /// Takes the line out, if it is one of them.
    pub(super) fn has(&mut self, line: &LogLine) -> bool {
        let Some(time) = line.time else { return false };
        if !self.placed.contains(&line.container) {
            if time < self.until {
                return false;
            }
            if self.last.get(&line.container).is_none_or(|last| time > *last) {
                return true;
            }
        }
        let key = (line.container.clone(), time, line.line.text.to_string());
        match self.lines.get_mut(&key) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            Some(_) | None => false,
        }
    }
}
