//! What came of the effects.

use super::Turn;
use crate::app::dialog::Dialog;
use crate::app::store::notices::Severity;
use crate::domain::resources::Resources;
use crate::domain::stack::BackupEntry;
use crate::domain::{ContainerId, Fault};

impl Turn<'_> {
    pub(super) fn backups(&mut self, result: Result<Vec<BackupEntry>, Fault>) {
        self.state.backups.apply(result);
        self.state.panes.backups.refresh(&self.state.backups);
        self.redraw();
    }

    pub(super) fn resources(&mut self, result: Result<Resources, Fault>) {
        self.state.resources.apply(result);
        self.state.panes.resources.refresh(&self.state.resources);
        self.redraw();
    }

    pub(super) fn inspected(&mut self, id: &ContainerId, result: Result<serde_json::Value, Fault>) {
        let asked = self.state.dialogs.iter_mut().find_map(|dialog| match dialog {
            Dialog::Inspect(inspect) if inspect.id == *id => Some(inspect),
            Dialog::Inspect(_) | Dialog::Confirm(_) | Dialog::Help(_) | Dialog::Palette(_) => None,
        });
        if let Some(inspect) = asked {
            inspect.apply(result);
            self.redraw();
        }
    }

    pub(super) fn shell_ended(&mut self, id: &ContainerId, result: Result<i64, Fault>) {
        match result {
            Ok(0) => {}
            Ok(code) => {
                let name = self
                    .state
                    .fleet
                    .get(id)
                    .map_or_else(|| id.short().to_owned(), |container| container.name.to_string());
                let text = format!("the shell in {name} ended with {code}");
                self.state.notices.tell(Severity::Info, text, self.now);
            }
            Err(fault) => self.state.notices.fault(&fault, self.now),
        }
        self.redraw();
    }

    pub(super) fn copied(&mut self, result: Result<(), Fault>) {
        match result {
            Ok(()) => self.state.notices.tell(Severity::Info, "copied to the terminal's clipboard", self.now),
            Err(fault) => self.state.notices.fault(&fault, self.now),
        }
        self.redraw();
    }

    pub(super) fn saved(&mut self, result: Result<String, Fault>) {
        match result {
            Ok(place) => self.state.notices.tell(Severity::Good, format!("saved to {place}"), self.now),
            Err(fault) => self.state.notices.fault(&fault, self.now),
        }
        self.redraw();
    }
}
