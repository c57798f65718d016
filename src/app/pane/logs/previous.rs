//! The runs that ended, in place of the live lines.

use crate::app::pane::List;
use crate::app::store::fleet::FleetStore;
use crate::app::store::previous::{PreviousStore, Run};
use crate::app::tree::Subject;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Previous {
    pub list: List<u64>,
    /// The run whose lines are shown.
    pub open: Option<u64>,
}

impl Previous {
    /// The runs of these subjects, the newest first.
    pub(in crate::app) fn refresh(
        &mut self,
        subjects: &[Subject],
        store: &PreviousStore,
        fleet: &FleetStore,
    ) {
        let of_subjects = store
            .newest_first()
            .filter(|run| subjects.iter().any(|subject| belongs(run, subject, fleet)))
            .map(|run| run.id);
        self.list.set(of_subjects.collect());
    }
}

fn belongs(run: &Run, subject: &Subject, fleet: &FleetStore) -> bool {
    let service = run.service.as_ref();
    match subject {
        Subject::Stack(project) => service.is_some_and(|(own, _)| own == project),
        Subject::Service { project, service: name } => {
            service.is_some_and(|(own, service)| (own, service) == (project, name))
        }
        // What was made anew has the same name.
        Subject::Container(id) => {
            run.container == *id || fleet.get(id).is_some_and(|container| container.name == run.name)
        }
        Subject::Loose => service.is_none(),
    }
}
