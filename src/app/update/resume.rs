//! A task that did not get to its end is gone on with: planned from what is there now, on a card as any other change.

use super::Turn;
use crate::app::command::Danger;
use crate::app::dialog::Dialog;
use crate::app::dialog::confirm::{Choices, Confirm, Part, Phase};
use crate::app::pane::List;
use crate::domain::task::TaskRequest;
use std::collections::BTreeMap;

impl Turn<'_> {
    pub(super) fn open_resume(&mut self) {
        let Some(record) = self.state.task() else { return };
        let spec = &record.spec;
        let task = TaskRequest { operation: spec.operation.clone(), target: spec.target.clone() };
        let (title, id) =
            (format!("Resume {} {}?", spec.operation.verb(), spec.target.name()), spec.id.clone());
        let parts = vec![Part { request: self.state.request(), task, phase: Phase::Asking }];
        self.state.dialogs.push(Dialog::Confirm(Confirm {
            title,
            danger: Danger::Changes,
            parts,
            typed: None,
            replicas: None,
            choices: Choices::default(),
            continues: Some(id),
            rows: List::default(),
            unfolded: BTreeMap::new(),
        }));
        self.plan_again();
    }
}
