//! The records of tasks that ended a while ago go.

use super::Turn;
use crate::app::dialog::forget::OLD;
use crate::app::dialog::{Dialog, Forget};
use crate::app::effect::Effect;
use crate::app::store::notices::Severity;
use crate::domain::{Fault, units};

impl Turn<'_> {
    pub(super) fn open_forget(&mut self) {
        let old = self
            .state
            .tasks
            .newest_first()
            .filter(|record| record.state.is_over() && units::since(record.ended(), self.now) > OLD);
        let listed = old.count();
        self.state.dialogs.push(Dialog::Forget(Forget { listed }));
    }

    pub(super) fn forget(&mut self) {
        self.state.dialogs.pop();
        self.effects.push(Effect::ForgetTasks { older_than: OLD });
    }

    pub(super) fn tasks_forgotten(&mut self, result: Result<usize, Fault>) {
        match result {
            Ok(count) => {
                let text = match count {
                    0 => "no task ended that long ago".to_owned(),
                    1 => "the record of 1 task is gone".to_owned(),
                    count => format!("the records of {count} tasks are gone"),
                };
                self.state.notices.tell(Severity::Info, text, self.now);
            }
            Err(fault) => self.state.notices.fault(&fault, self.now),
        }
        self.redraw();
    }
}
