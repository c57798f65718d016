//! The other face of pane 3: each kind of line once.

use super::List;
use crate::app::store::patterns::{PatternId, PatternStore};
use jiff::Timestamp;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct PatternsPane {
    /// Whether it is shown in place of the lines.
    pub is_open: bool,
    pub list: List<PatternId>,
    /// When what is shown was deployed last, as far as that is known.
    pub since: Option<Timestamp>,
}

impl PatternsPane {
    /// The rows as the store has them now; says whether that changed any.
    pub fn refresh(&mut self, store: &PatternStore) -> bool {
        let filter = self.list.filter.clone();
        let shown = |id: &PatternId| {
            filter.as_ref().is_none_or(|filter| {
                store
                    .get(*id)
                    .is_some_and(|pattern| filter.matches(&pattern.text) || filter.matches(&pattern.example))
            })
        };
        let ids = store.sorted(self.since).into_iter().filter(shown).collect();
        self.list.set(ids)
    }
}
