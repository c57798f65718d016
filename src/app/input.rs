//! A line that is being typed.

use crate::config::keys::{Key, KeyPress};

/// Longer than any pattern, name or number that is typed here.
const LIMIT: usize = 1024;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    text: String,
    /// Byte offset, always between two characters.
    cursor: usize,
}

impl Input {
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor, and what behind.
    pub fn halves(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    /// Says whether the key was one for typing or editing.
    pub fn key(&mut self, press: KeyPress) -> bool {
        if let Some(character) = press.typed() {
            self.insert(character);
            return true;
        }
        match (press.key, press.ctrl) {
            (Key::Backspace, _) | (Key::Char('h'), true) => {
                if let Some(before) = self.before() {
                    self.text.remove(before);
                    self.cursor = before;
                }
            }
            (Key::Delete, _) => {
                if self.cursor < self.text.len() {
                    self.text.remove(self.cursor);
                }
            }
            (Key::Left, _) => self.cursor = self.before().unwrap_or(0),
            (Key::Right, _) => {
                let next = self.text[self.cursor..].chars().next().map_or(0, char::len_utf8);
                self.cursor += next;
            }
            (Key::Home, _) | (Key::Char('a'), true) => self.cursor = 0,
            (Key::End, _) | (Key::Char('e'), true) => self.cursor = self.text.len(),
            (Key::Char('u'), true) => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            (Key::Char('w'), true) => {
                let kept = self.text[..self.cursor].trim_end();
                let start = kept
                    .rfind(char::is_whitespace)
                    .map_or(0, |at| at + kept[at..].chars().next().map_or(1, char::len_utf8));
                self.text.drain(start..self.cursor);
                self.cursor = start;
            }
            _ => return false,
        }
        true
    }

    /// Pasted text: its first line, without what cannot be seen.
    pub fn paste(&mut self, text: &str) {
        let line = text.lines().next().unwrap_or_default();
        for character in line.chars().filter(|character| !character.is_control()) {
            self.insert(character);
        }
    }

    fn insert(&mut self, character: char) {
        if self.text.len() < LIMIT && !character.is_control() {
            self.text.insert(self.cursor, character);
            self.cursor += character.len_utf8();
        }
    }

    fn before(&self) -> Option<usize> {
        self.text[..self.cursor].char_indices().next_back().map(|(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn press(keys: &[&str]) -> Input {
        let mut input = Input::default();
        for key in keys {
            input.key(key.parse().unwrap());
        }
        input
    }

    #[test]
    fn words_are_edited_as_in_a_shell() {
        assert_eq!(press(&["a", "b", "space", "ü", "x", "^w"]).text(), "ab ");
        assert_eq!(press(&["a", "b", "left", "c", "backspace"]).halves(), ("a", "b"));
        assert_eq!(press(&["a", "b", "^u"]).text(), "");
    }

    #[test]
    fn a_paste_is_one_line_without_controls() {
        let mut input = Input::default();
        input.paste("a\u{1b}[31m\tb\nrm -rf");
        assert_eq!(input.text(), "a[31mb");
    }

    proptest! {
        #[test]
        fn the_cursor_is_between_characters(keys in proptest::collection::vec(0usize..12, 0..60)) {
            let all = ["ü", "a", "漢", "space", "left", "right", "home", "end", "backspace", "delete", "^w", "^u"];
            let mut input = Input::default();
            for key in keys {
                input.key(all[key].parse().unwrap());
                prop_assert!(input.text().is_char_boundary(input.cursor));
            }
        }
    }
}
