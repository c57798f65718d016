//! A task is asked to end: it heeds that between two steps, and what is done by then stays.

use super::Turn;
use crate::app::dialog::{Cancel, Dialog};
use crate::app::effect::Effect;
use crate::app::store::notices::Severity;
use crate::domain::{Fault, TaskId};

impl Turn<'_> {
    pub(super) fn open_cancel(&mut self) {
        let Some(record) = self.state.task() else { return };
        let what = format!("{} {}", record.spec.operation.verb(), record.spec.object());
        let cancel = Cancel { id: record.spec.id.clone(), what };
        self.state.dialogs.push(Dialog::Cancel(cancel));
    }

    /// What ended while the card was open is not asked any more.
    pub(super) fn cancel(&mut self) {
        let Some(Dialog::Cancel(cancel)) = self.state.dialogs.pop() else { return };
        match self.state.tasks.get(&cancel.id) {
            Some(record) if !record.state.is_over() => self.effects.push(Effect::CancelTask(cancel.id)),
            Some(_) | None => {
                let text = format!("{}: it is over already", cancel.what);
                self.state.notices.tell(Severity::Info, text, self.now);
            }
        }
    }

    pub(super) fn cancel_asked(&mut self, id: &TaskId, result: Result<(), Fault>) {
        match result {
            Ok(()) => self.state.tasks.ends(id),
            Err(fault) => self.state.notices.fault(&fault, self.now),
        }
        self.redraw();
    }
}
