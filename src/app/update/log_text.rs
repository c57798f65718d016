//! Log lines as text: for the clipboard and for a file.

use super::Turn;
use crate::app::effect::Effect;
use crate::app::store::logs::{Line, LineKind};
use crate::app::store::notices::Severity;
use std::fmt::Write as _;

impl Turn<'_> {
    /// The marked lines, else the one the reader is on: what was written, and nothing beside it.
    pub(super) fn copy(&mut self) {
        let (pane, store) = (&self.state.panes.logs, &self.state.logs);
        let numbers: Vec<u64> = if pane.marked.is_empty() {
            pane.current(store).into_iter().collect()
        } else {
            pane.marked.iter().copied().collect()
        };
        let texts: Vec<&str> =
            numbers.iter().filter_map(|number| store.line(*number)).map(|line| line.text).collect();
        if texts.is_empty() {
            self.state.notices.tell(Severity::Info, "there is no line to copy", self.now);
            return;
        }
        self.effects.push(Effect::Copy(texts.join("\n")));
    }

    /// All lines that are held, with time and container.
    pub(super) fn save(&mut self) {
        let store = &self.state.logs;
        let mut text = String::with_capacity(store.bytes());
        for line in store.lines_from(store.first()) {
            write_line(&mut text, &line);
        }
        if text.is_empty() {
            self.state.notices.tell(Severity::Info, "there is nothing to save", self.now);
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

fn write_line(text: &mut String, line: &Line<'_>) {
    // Writing to a string does not fail.
    if let Some(time) = line.time {
        let _ = write!(text, "{time} ");
    }
    let _ = match line.kind {
        LineKind::Written(_) => writeln!(text, "{} {}", line.tag, line.text),
        LineKind::Gap(count) => writeln!(text, "{} … {count} lines not shown", line.tag),
        LineKind::Note => writeln!(text, "{} — {}", line.tag, line.text),
    };
}
