//! Logs saved to a file: the card that asks how, and what is written.

use super::Turn;
use crate::app::dialog::Dialog;
use crate::app::dialog::save::{Save, SaveAs};
use crate::app::effect::Effect;
use crate::app::store::notices::Severity;
use crate::config::keys::{Key, KeyPress};

impl Turn<'_> {
    pub(super) fn open_save(&mut self) {
        if self.state.logs.is_empty() {
            self.state.notices.tell(Severity::Info, "there is nothing to save", self.now);
            return;
        }
        self.state.dialogs.push(Dialog::Save(Save { choice: SaveAs::Plain }));
    }

    pub(super) fn save_key(&mut self, press: KeyPress) {
        let Some(Dialog::Save(save)) = self.state.dialogs.last_mut() else { return };
        match (press.key, press.typed()) {
            (Key::Enter, _) => {
                let choice = save.choice;
                self.save(choice);
            }
            (Key::Down | Key::Tab, _) | (_, Some('j')) => save.choice = save.choice.neighbour(true),
            (Key::Up, _) | (_, Some('k')) => save.choice = save.choice.neighbour(false),
            (_, Some('q')) => {
                self.state.dialogs.pop();
            }
            (_, typed) => {
                if let Some(choice) = SaveAs::ALL.into_iter().find(|choice| typed == Some(choice.key())) {
                    self.save(choice);
                }
            }
        }
    }

    /// The lines, with time and container.
    pub(super) fn save(&mut self, choice: SaveAs) {
        self.state.dialogs.pop();
        let kept = if choice == SaveAs::Everything { self.state.logs.len() } else { self.state.logs.kept() };
        if kept == 0 {
            self.state.notices.tell(Severity::Info, "the filters keep nothing to save", self.now);
            return;
        }
        let name = match self.state.panes.logs.subjects() {
            [] => "logs".to_owned(),
            [subject] => self.state.name_of(subject),
            several => format!("{}-marked", several.len()),
        };
        // A name from outside must not choose the directory.
        let safe = |character: char| {
            if character.is_alphanumeric() || matches!(character, '-' | '_' | '.') { character } else { '_' }
        };
        let name: String = name.trim_start_matches('.').chars().take(100).map(safe).collect();
        let name = format!("{name}-{}.log", self.now.strftime("%Y%m%dT%H%M%SZ"));
        let lines = self.state.logs.saved(choice);
        self.effects.push(Effect::Save { name, lines });
    }
}
