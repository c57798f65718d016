//! Where lines stand that come in together: those of one container as they came, those of several by the clock that they
//! share, and each step back of it is told in place.

use super::line::Entry;
use crate::domain::log::{Course, Epochs, Place, step_back};
use std::time::Duration;

/// The clock went back here.
pub(super) struct Step {
    source: u16,
    place: Place,
    text: String,
}

impl Step {
    /// Behind what stands there.
    pub(super) fn after(source: u16, place: Place, by: Duration) -> Self {
        Self { source, place, text: step_back(by) }
    }

    pub(super) fn entry(&self) -> Entry<'_> {
        Entry::note(self.source, self.place, &self.text)
    }
}

/// Gives each line its place. One without a time stays behind the one before it, the first of all behind `before`.
pub(super) fn place(
    lines: &mut [Entry<'_>],
    mut before: Place,
    epochs: &mut Epochs,
    courses: &mut [Course],
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = lines;
    while let Some((line, rest)) = lines.split_first_mut() {
        if line.time == i64::MIN {
            line.time = before.order;
        } else if let Some(course) = courses.get_mut(usize::from(line.source)) {
            let known = *course;
            let placed = epochs.place(course, line.time, || !steps_back(known, line, rest));
            if let Some(by) = placed.went_back {
                let (source, place) = (line.source, placed.place.beginning());
                steps.push(Step { source, place, text: step_back(by) });
            }
            before = placed.place;
        }
        line.place = before;
        lines = rest;
    }
    steps
}

/// Whether the clock went back for the line's container between it and the last one of these.
fn steps_back(mut course: Course, line: &Entry<'_>, rest: &[Entry<'_>]) -> bool {
    course.pass(line.time);
    let mut own = rest.iter().filter(|other| other.source == line.source && other.time > i64::MIN);
    own.any(|other| {
        let steps_back = course.steps_back(other.time);
        course.pass(other.time);
        steps_back
    })
}
