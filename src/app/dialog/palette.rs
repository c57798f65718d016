//! The command palette: type the beginning of a command's name.

use crate::app::command::{Command, CommandSpec};
use crate::app::input::Input;
use crate::app::pane::List;

#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    pub input: Input,
    pub list: List<Command>,
    /// What can be given now.
    choices: Vec<&'static CommandSpec>,
}

/// How a command was found, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::app) enum Found {
    /// By its whole name or title.
    Whole,
    /// By how its name or title begins.
    Beginning,
    /// By words within its name or title.
    Word,
    /// By words of what it does.
    Help,
}

impl Palette {
    pub fn new(choices: Vec<&'static CommandSpec>) -> Self {
        let mut palette = Self { input: Input::default(), list: List::default(), choices };
        palette.refresh();
        palette
    }

    /// The best first; the table's order among equals.
    pub fn refresh(&mut self) {
        let text = self.input.text();
        let found = self.choices.iter().filter_map(|spec| Some((found(text, spec)?, spec.command)));
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|(how, _)| *how);
        self.list.set(found.into_iter().map(|(_, command)| command).collect());
        self.list.select(0);
    }
}

/// A word of a name counts from its first letters on, one of the help only when it is typed to its end: nearly every
/// command has any two letters somewhere in its help.
pub(in crate::app) fn found(text: &str, spec: &CommandSpec) -> Option<Found> {
    let text = text.trim().to_lowercase();
    let names = [spec.name.to_lowercase(), spec.title.to_lowercase()];
    let typed = words(&text);
    let all_within = |words: &[&str], fits: fn(&str, &str) -> bool| {
        typed.iter().all(|typed| words.iter().any(|word| fits(word, typed)))
    };
    let help = spec.help.to_lowercase();
    if names.contains(&text) {
        Some(Found::Whole)
    } else if names.iter().any(|name| name.starts_with(&text)) {
        Some(Found::Beginning)
    } else if typed.is_empty() {
        None
    } else if names.iter().any(|name| all_within(&words(name), |word, typed| word.starts_with(typed))) {
        Some(Found::Word)
    } else if all_within(&words(&help), |word, typed| word == typed) {
        Some(Found::Help)
    } else {
        None
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(text: &str) -> Vec<Command> {
        let mut palette = Palette::new(crate::app::command::COMMANDS.iter().collect());
        palette.input = Input::new(text.to_owned());
        palette.refresh();
        palette.list.keys().to_vec()
    }

    #[test]
    fn a_command_is_found_by_the_beginning_of_its_name_or_of_a_word_of_it() {
        assert_eq!(offered("sca"), [Command::Scale]);
        assert_eq!(offered("SCALE"), [Command::Scale]);
        assert_eq!(offered("zo")[0], Command::Zoom);
        assert!(offered("down").contains(&Command::PageDown), "by its second word");
        assert_eq!(offered("page d"), [Command::PageDown], "by both");
        assert_eq!(offered("xyzzy"), []);
        assert_eq!(offered(" ").len(), crate::app::command::COMMANDS.len(), "nothing typed");
    }

    #[test]
    fn what_is_called_so_comes_before_what_only_speaks_of_it() {
        let named = |command: &Command| {
            let spec = command.spec();
            words(&format!("{} {}", spec.name, spec.title).to_lowercase())
                .iter()
                .any(|word| word.starts_with("row"))
        };
        let rows = offered("row");
        assert!(rows.contains(&Command::Down), "its help says row");
        assert!(rows.is_sorted_by_key(|command| !named(command)), "{rows:?}");
        assert!(!offered("ro").contains(&Command::Down), "half a word of a help says nothing");
    }
}
