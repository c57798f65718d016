//! The way of a key: the top dialog, then what is being typed, then the focused pane's keys, then those that hold
//! everywhere.

use super::Turn;
use crate::app::command::{Command, Scope, available};
use crate::app::dialog::Dialog;
use crate::app::store::notices::Severity;
use crate::config::keys::KeyPress;

impl Turn<'_> {
    pub(super) fn key(&mut self, press: KeyPress) {
        self.state.notices.witnessed();
        // Who waits for older lines and does something else meanwhile has stopped waiting.
        self.state.panes.logs.seeks = None;
        if self.state.dialog().is_some() {
            self.dialog_key(press);
        } else if self.state.prompt.is_some() {
            self.prompt_key(press);
        } else if let Some(command) = self.meaning(press) {
            self.give(command);
        }
    }

    /// Does the command, or says why it cannot be done.
    pub(super) fn give(&mut self, command: Command) {
        match available(self.state, command) {
            Ok(()) => self.run(command),
            Err(refusal) => {
                self.state.notices.tell(Severity::Info, refusal.words(command), self.now);
            }
        }
        self.redraw();
    }

    pub(super) fn paste(&mut self, text: &str) {
        let input = match self.state.dialogs.last_mut() {
            Some(Dialog::Confirm(confirm)) => confirm.typed.as_mut().map(|typed| &mut typed.input),
            Some(Dialog::Palette(palette)) => Some(&mut palette.input),
            Some(
                Dialog::Help(_)
                | Dialog::Inspect(_)
                | Dialog::Cancel(_)
                | Dialog::Forget(_)
                | Dialog::Save(_),
            ) => None,
            None => self.state.prompt.as_mut().map(|prompt| &mut prompt.input),
        };
        // What is pasted where nothing is being typed is not obeyed as keys.
        let Some(input) = input else { return };
        input.paste(text);
        if let Some(Dialog::Palette(palette)) = self.state.dialogs.last_mut() {
            palette.refresh();
        } else if self.state.dialogs.is_empty() {
            self.prompt_changed();
        }
        self.redraw();
    }

    fn meaning(&self, press: KeyPress) -> Option<Command> {
        let scope = self.state.scope();
        let own = self.state.keys.command(scope, press);
        own.or_else(|| match scope {
            Scope::NoDocker => None,
            Scope::Everywhere | Scope::Pane(_) => self.state.keys.command(Scope::Everywhere, press),
        })
    }
}
