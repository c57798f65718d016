//! Pane 5: the findings, the worst first; in their place the one that is opened, or the timeline.

use super::List;
use crate::app::pattern::Pattern;
use crate::app::store::findings::FindingStore;
use crate::app::store::timeline::{EntryId, TimelineStore};
use crate::domain::{Fault, Plan};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FindingsPane {
    /// By the findings' ids.
    pub list: List<String>,
    /// What is shown in full, above the list or the timeline that it was opened from.
    pub open: Option<Opened>,
    /// What happened, in place of the list.
    pub timeline: Option<TimelineList>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The finding's id.
    pub id: String,
    /// The first line shown.
    pub scroll: usize,
    pub preview: Preview,
}

/// What the fix would do.
#[derive(Debug, Clone, PartialEq)]
pub enum Preview {
    /// There is no task to plan.
    None,
    /// By the number of the request.
    Planning(u64),
    Ready(Plan),
    Failed(Fault),
}

/// The newest entry stands last, and the cursor on the last row stays there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimelineList {
    pub list: List<EntryId>,
}

impl FindingsPane {
    pub fn refresh(&mut self, store: &FindingStore) -> bool {
        let filter = self.list.filter.as_ref();
        let shown = store.findings().iter().filter(|finding| {
            filter.is_none_or(|pattern| {
                pattern.matches(&finding.title)
                    || finding.evidence.iter().any(|line| pattern.matches(&line.text))
            })
        });
        let keys = shown.map(|finding| finding.id.clone()).collect();
        self.list.set_from_top(keys)
    }

    /// The filter of the rows that are shown.
    pub fn filter(&self) -> Option<&Pattern> {
        match (&self.open, &self.timeline) {
            (Some(_), _) => None,
            (None, Some(timeline)) => timeline.list.filter.as_ref(),
            (None, None) => self.list.filter.as_ref(),
        }
    }
}

impl TimelineList {
    /// The rows as the store has them now; says whether that changed any.
    pub fn refresh(&mut self, store: &TimelineStore) -> bool {
        let follows = self.list.index().is_none_or(|index| index + 1 == self.list.keys().len());
        let filter = self.list.filter.as_ref();
        let shown = store.entries().filter(|(_, entry)| {
            filter.is_none_or(|pattern| {
                pattern.matches(&entry.what)
                    || pattern.matches(&entry.who)
                    || pattern.matches(entry.kind.word())
            })
        });
        let keys = shown.map(|(id, _)| id.clone()).collect();
        let changed = self.list.set(keys);
        if follows {
            self.list.select(self.list.keys().len().saturating_sub(1));
        }
        changed
    }
}
