//! Keys while a dialog is open.

use super::Turn;
use super::motion::scrolled;
use crate::app::dialog::Dialog;
use crate::app::pane::Motion;
use crate::config::keys::{Key, KeyPress};

/// Rows that a dialog has when the view has not said so yet.
const ROWS: u16 = 10;

impl Turn<'_> {
    pub(super) fn dialog_key(&mut self, press: KeyPress) {
        let leaves = press.key == Key::Esc || (press.ctrl && press.key == Key::Char('c'));
        if leaves {
            self.state.dialogs.pop();
            return;
        }
        match self.state.dialogs.last_mut() {
            Some(Dialog::Confirm(_)) => self.confirm_key(press),
            Some(Dialog::Save(_)) => self.save_key(press),
            Some(Dialog::Cancel(_)) => match (press.key, press.typed()) {
                (Key::Enter, _) | (_, Some('y')) => self.cancel(),
                (_, Some('n' | 'q')) => {
                    self.state.dialogs.pop();
                }
                (_, _) => {}
            },
            Some(Dialog::Forget(_)) => match (press.key, press.typed()) {
                (Key::Enter, _) | (_, Some('y')) => self.forget(),
                (_, Some('n' | 'q')) => {
                    self.state.dialogs.pop();
                }
                (_, _) => {}
            },
            Some(Dialog::Palette(palette)) => match press.key {
                Key::Enter => self.choose(),
                Key::Up => palette.list.go(Motion::Up, usize::from(ROWS)),
                Key::Down | Key::Tab => palette.list.go(Motion::Down, usize::from(ROWS)),
                Key::Char('p') if press.ctrl => palette.list.go(Motion::Up, usize::from(ROWS)),
                Key::Char('n') if press.ctrl => palette.list.go(Motion::Down, usize::from(ROWS)),
                _ => {
                    palette.input.key(press);
                    palette.refresh();
                }
            },
            Some(Dialog::Help(_) | Dialog::Inspect(_)) => {
                if let Some(motion) = motion(press) {
                    self.scroll_dialog(motion);
                } else if matches!(press.typed(), Some('q' | '?' | 'i')) {
                    self.state.dialogs.pop();
                }
            }
            None => {}
        }
    }

    pub(super) fn scroll_dialog(&mut self, motion: Motion) {
        let rows = usize::from(self.state.hits.dialog_rows.unwrap_or(ROWS));
        let lines = match self.state.dialogs.last() {
            Some(Dialog::Help(help)) => {
                self.state.hits.dialog_lines.unwrap_or_else(|| self.help_rows(help.scope))
            }
            Some(Dialog::Inspect(inspect)) => inspect.len(),
            Some(
                Dialog::Confirm(_)
                | Dialog::Palette(_)
                | Dialog::Cancel(_)
                | Dialog::Forget(_)
                | Dialog::Save(_),
            )
            | None => 0,
        };
        match self.state.dialogs.last_mut() {
            Some(Dialog::Help(help)) => help.scroll = scrolled(help.scroll, motion, rows, lines),
            Some(Dialog::Inspect(inspect)) => inspect.scroll = scrolled(inspect.scroll, motion, rows, lines),
            Some(Dialog::Confirm(confirm)) => confirm.rows.go(motion, rows),
            Some(Dialog::Palette(palette)) => palette.list.go(motion, rows),
            Some(Dialog::Save(save)) => match motion {
                Motion::Up => save.choice = save.choice.neighbour(false),
                Motion::Down => save.choice = save.choice.neighbour(true),
                Motion::Top | Motion::Bottom | Motion::PageUp | Motion::PageDown | Motion::By(_) => {}
            },
            Some(Dialog::Cancel(_) | Dialog::Forget(_)) | None => {}
        }
    }
}

/// The same keys as in the panes; a dialog has no key map of its own.
pub(super) fn motion(press: KeyPress) -> Option<Motion> {
    match (press.key, press.ctrl) {
        (Key::Up | Key::Char('k'), false) => Some(Motion::Up),
        (Key::Down | Key::Char('j'), false) => Some(Motion::Down),
        (Key::Home | Key::Char('g'), false) => Some(Motion::Top),
        (Key::End | Key::Char('G'), false) => Some(Motion::Bottom),
        (Key::PageUp, _) | (Key::Char('u'), true) => Some(Motion::PageUp),
        (Key::PageDown, _) | (Key::Char('d'), true) | (Key::Char(' '), false) => Some(Motion::PageDown),
        _ => None,
    }
}
