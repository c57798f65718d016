//! A cursor over rows that come and go: it stays on the row it was put on, not on the place where that row was.

use crate::app::pattern::Pattern;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    Up,
    Down,
    Top,
    Bottom,
    /// Half a page.
    PageUp,
    PageDown,
    /// Rows by the wheel; negative is up.
    By(isize),
}

#[derive(Debug, Clone, PartialEq)]
pub struct List<K> {
    keys: Vec<K>,
    selected: Option<K>,
    index: usize,
    offset: usize,
    /// Somebody has put the cursor where it is.
    is_moved: bool,
    pub filter: Option<Pattern>,
}

impl<K> Default for List<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), selected: None, index: 0, offset: 0, is_moved: false, filter: None }
    }
}

impl<K: Clone + PartialEq> List<K> {
    /// The rows as they are now. The cursor follows its row; where that is gone, it stays at its place.
    pub fn set(&mut self, keys: Vec<K>) -> bool {
        let changed = keys != self.keys;
        self.keys = keys;
        let found = self.selected.as_ref().and_then(|key| self.keys.iter().position(|other| other == key));
        let index = found.unwrap_or(self.index).min(self.keys.len().saturating_sub(1));
        self.put(index);
        changed
    }

    /// The same for rows of which the first matters most: until somebody moves the cursor it stays on the first one.
    pub fn set_from_top(&mut self, keys: Vec<K>) -> bool {
        let changed = self.set(keys);
        if !self.is_moved {
            self.put(0);
        }
        changed
    }

    /// Other rows are looked for. The cursor stays on its row where that is still one of them, else it begins anew.
    pub fn filter_by(&mut self, pattern: Option<Pattern>) {
        self.filter = pattern;
        self.index = 0;
    }

    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    pub fn selected(&self) -> Option<&K> {
        self.selected.as_ref()
    }

    /// The selected row's place; `None` when there are no rows.
    pub fn index(&self) -> Option<usize> {
        self.selected.as_ref().map(|_| self.index)
    }

    pub fn select(&mut self, index: usize) {
        if index < self.keys.len() {
            self.is_moved = true;
            self.put(index);
        }
    }

    pub fn select_key(&mut self, key: &K) -> bool {
        let found = self.keys.iter().position(|other| other == key);
        if let Some(index) = found {
            self.is_moved = true;
            self.put(index);
        }
        found.is_some()
    }

    /// Moves the cursor; `rows` is how many rows the pane shows.
    pub fn go(&mut self, motion: Motion, rows: usize) {
        let last = self.keys.len().saturating_sub(1);
        let half = (rows / 2).max(1);
        let index = match motion {
            Motion::Up => self.index.saturating_sub(1),
            Motion::Down => self.index.saturating_add(1),
            Motion::Top => 0,
            Motion::Bottom => last,
            Motion::PageUp => self.index.saturating_sub(half),
            Motion::PageDown => self.index.saturating_add(half),
            Motion::By(by) => self.index.saturating_add_signed(by),
        };
        self.is_moved = true;
        self.put(index.min(last));
        self.offset = self.first_visible(rows);
    }

    /// The first row to draw so that the cursor is on the screen and as little moves as can be.
    pub fn first_visible(&self, rows: usize) -> usize {
        let rows = rows.max(1);
        let end = self.keys.len().saturating_sub(rows);
        self.offset.clamp((self.index + 1).saturating_sub(rows), self.index).min(end)
    }

    fn put(&mut self, index: usize) {
        self.index = index;
        self.selected = self.keys.get(index).cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_cursor_follows_its_row() {
        let mut list = List::default();
        list.set(vec!["a", "b", "c"]);
        list.go(Motion::Down, 10);
        list.set(vec!["x", "y", "a", "b"]);
        assert_eq!((list.selected(), list.index()), (Some(&"b"), Some(3)));
        list.set(vec!["x", "y"]);
        assert_eq!(list.selected(), Some(&"y"), "the nearest row, when its own is gone");
        list.set(vec![]);
        assert_eq!((list.selected(), list.index()), (None, None));
    }

    #[test]
    fn a_cursor_that_nobody_moved_stays_on_what_matters_most() {
        let mut list = List::default();
        list.set_from_top(vec!["b"]);
        list.set_from_top(vec!["a", "b"]);
        assert_eq!(list.selected(), Some(&"a"));
        list.go(Motion::Top, 10);
        list.set_from_top(vec!["newer", "a", "b"]);
        assert_eq!(list.selected(), Some(&"a"), "it was put there");
    }

    proptest! {
        #[test]
        fn the_selection_is_a_row_and_is_visible(
            steps in proptest::collection::vec((0usize..30, 0usize..8, 1usize..12), 1..40)
        ) {
            let mut list = List::default();
            for (length, motion, rows) in steps {
                list.set((0..length).collect());
                let motion = [
                    Motion::Up, Motion::Down, Motion::Top, Motion::Bottom,
                    Motion::PageUp, Motion::PageDown, Motion::By(-3), Motion::By(3),
                ][motion];
                list.go(motion, rows);
                prop_assert_eq!(list.selected().is_some(), length > 0);
                if let Some(index) = list.index() {
                    prop_assert_eq!(list.keys().get(index), list.selected());
                    let first = list.first_visible(rows);
                    prop_assert!(first <= index && index < first + rows);
                    prop_assert!(first == 0 || first + rows <= length);
                }
            }
        }
    }
}
