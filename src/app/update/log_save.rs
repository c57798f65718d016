//! Logs saved to a file: the card that asks how, and what is written.

use super::Turn;
use crate::app::dialog::Dialog;
use crate::app::dialog::save::{Save, SaveAs};
use crate::app::effect::Effect;
use crate::app::store::logs::{Line, LineKind};
use crate::app::store::notices::Severity;
use crate::config::keys::{Key, KeyPress};
use crate::domain::safe::{Colour, TextStyle};
use std::fmt::Write as _;

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
        let store = &self.state.logs;
        let mut text = String::with_capacity(store.bytes());
        let all = choice == SaveAs::Everything;
        for line in store.lines_from(store.first()).filter(|line| all || line.is_kept) {
            write_line(&mut text, &line, choice == SaveAs::Coloured);
        }
        if text.is_empty() {
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
        self.effects.push(Effect::Save { name, text });
    }
}

fn write_line(text: &mut String, line: &Line<'_>, coloured: bool) {
    // Writing to a string does not fail.
    if let Some(time) = line.time {
        let _ = write!(text, "{time} ");
    }
    let _ = match line.kind {
        LineKind::Written(_) if coloured => {
            let _ = write!(text, "{} ", line.tag);
            for (piece, style) in line.pieces() {
                if style == TextStyle::default() {
                    text.push_str(piece);
                } else {
                    let _ = write!(text, "\u{1b}[{}m{piece}\u{1b}[0m", codes(style));
                }
            }
            writeln!(text)
        }
        LineKind::Written(_) => writeln!(text, "{} {}", line.tag, line.text),
        LineKind::Gap(count) => writeln!(text, "{} … {count} lines not shown", line.tag),
        LineKind::Note => writeln!(text, "{} — {}", line.tag, line.text),
    };
}

/// A style as SGR says it.
fn codes(style: TextStyle) -> String {
    let switches =
        [(style.bold, 1), (style.dim, 2), (style.italic, 3), (style.underline, 4), (style.reverse, 7)];
    let mut codes: Vec<String> =
        switches.iter().filter(|(on, _)| *on).map(|(_, code)| code.to_string()).collect();
    for (colour, base) in [(style.foreground, 38), (style.background, 48)] {
        match colour {
            Some(Colour::Indexed(index)) => codes.push(format!("{base};5;{index}")),
            Some(Colour::Rgb(red, green, blue)) => codes.push(format!("{base};2;{red};{green};{blue}")),
            None => {}
        }
    }
    codes.join(";")
}
