//! What came of the effects.

use super::Turn;
use crate::app::dialog::inspect::{Content, Inspection, stack};
use crate::app::dialog::{Dialog, Inspect};
use crate::app::store::notices::Severity;
use crate::domain::resources::Resources;
use crate::domain::{ContainerId, Fault};

impl Turn<'_> {
    pub(super) fn resources(&mut self, result: Result<Resources, Fault>) {
        self.state.resources.apply(result);
        self.state.panes.resources.refresh(&self.state.resources);
        self.redraw();
    }

    pub(super) fn inspected(&mut self, id: &ContainerId, result: Result<serde_json::Value, Fault>) {
        if let Some(inspect) = self.inspect_of(|inspect| inspect.container.as_ref() == Some(id)) {
            inspect.apply(result);
            self.redraw();
        }
    }

    pub(super) fn stack_inspected(&mut self, project: &str, inspection: &Inspection) {
        let about = |inspect: &Inspect| inspect.stack.clone().filter(|(stack, _)| stack == project);
        let Some((_, service)) =
            self.inspect_of(|inspect| about(inspect).is_some()).and_then(|asked| about(asked))
        else {
            return;
        };
        let lines = match &service {
            Some(service) => stack::of_service(self.state, project, service, Some(inspection)),
            None => stack::of_stack(self.state, project, inspection),
        };
        if let Some(inspect) = self.inspect_of(|inspect| about(inspect).is_some()) {
            if service.is_some() {
                inspect.head = lines;
            } else {
                inspect.content = Content::Lines(lines);
            }
            self.redraw();
        }
    }

    fn inspect_of(&mut self, is_meant: impl Fn(&Inspect) -> bool) -> Option<&mut Inspect> {
        self.state.dialogs.iter_mut().find_map(|dialog| match dialog {
            Dialog::Inspect(inspect) => is_meant(inspect).then_some(inspect),
            Dialog::Confirm(_)
            | Dialog::Cancel(_)
            | Dialog::Forget(_)
            | Dialog::Help(_)
            | Dialog::Palette(_)
            | Dialog::Save(_) => None,
        })
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
            Ok(()) => {
                let text = format!(
                    "{} copied to the terminal's clipboard (OSC 52)",
                    lines(self.state.panes.logs.copied)
                );
                self.state.notices.tell(Severity::Info, text, self.now);
            }
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

fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}
