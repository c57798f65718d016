//! The command palette: type a few letters of a command's name.

use crate::app::command::Command;
use crate::app::input::Input;
use crate::app::pane::List;

#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    pub input: Input,
    pub list: List<Command>,
    /// What can be given now, with the words it is found by.
    choices: Vec<(Command, String)>,
}

impl Palette {
    pub fn new(choices: Vec<(Command, String)>) -> Self {
        let mut palette = Self { input: Input::default(), list: List::default(), choices };
        palette.refresh();
        palette
    }

    /// The best first; the table's order among equals.
    pub fn refresh(&mut self) {
        let text = self.input.text();
        let scored = self.choices.iter().filter_map(|(command, words)| {
            let score = score(text, words)?;
            // Whoever types the whole name means that command.
            let exact = words.split(' ').next() == Some(text.trim());
            Some(((exact, score), *command))
        });
        let mut scored: Vec<_> = scored.collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.list.set(scored.into_iter().map(|(_, command)| command).collect());
        self.list.select(0);
    }
}

/// How well the letters, in this order, are found in the words; `None` when they are not. Letters that begin a word,
/// or follow each other, count more.
pub(in crate::app) fn score(letters: &str, words: &str) -> Option<u32> {
    let words: Vec<char> = words.chars().flat_map(char::to_lowercase).collect();
    let mut at = 0;
    let mut total = 0;
    let mut last: Option<usize> = None;
    for letter in letters.chars().flat_map(char::to_lowercase).filter(|letter| !letter.is_whitespace()) {
        let begins = |index: usize| index == 0 || !words[index - 1].is_alphanumeric();
        let next = last.map_or(0, |last| last + 1);
        let found = if words.get(next) == Some(&letter) && last.is_some() {
            next
        } else {
            let start = (at..words.len()).find(|index| words[*index] == letter && begins(*index));
            start.or_else(|| (at..words.len()).find(|index| words[*index] == letter))?
        };
        total += 1;
        total += if begins(found) { 4 } else { 0 };
        total += if last.is_some_and(|last| last + 1 == found) { 3 } else { 0 };
        total += if found == 0 { 2 } else { 0 };
        last = Some(found);
        at = found + 1;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_order() {
        assert!(score("rst", "restart").is_some());
        assert!(score("tsr", "restart").is_none());
        assert!(score("re", "restart") > score("re", "scale more"));
        assert!(score("ro", "read-only") > score("ro", "retro"));
        assert_eq!(score("", "anything"), Some(0));
    }
}
