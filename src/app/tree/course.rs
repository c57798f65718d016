//! The course of a row's processor time over the last minute.

use super::{ContainerNode, Subject, Tree};
use crate::app::store::figures::{Channel, FigureStore, STEP_SECONDS};

/// Steps of five seconds: a minute.
pub const COURSE_STEPS: usize = 12;

impl Tree {
    /// A mean for each step, oldest first, as a part of one core, or of the most there was when that is more.
    pub fn course(&self, subject: &Subject, figures: &FigureStore) -> [Option<f64>; COURSE_STEPS] {
        let mut course = [None; COURSE_STEPS];
        let Some(last) = figures.newest().map(|second| second.div_euclid(STEP_SECONDS)) else {
            return course;
        };
        self.each_container(subject, |node| {
            let Some(known) = figures.known(&node.id).filter(|_| node.status.is_running()) else { return };
            for (back, sum) in (0..).zip(course.iter_mut().rev()) {
                if let Some(used) = known.step(Channel::Cpu, last - back) {
                    *sum = Some(sum.unwrap_or(0.0) + used);
                }
            }
        });
        let most = course.iter().flatten().fold(100.0_f64, |most, used| most.max(*used));
        course.map(|used| used.map(|used| used / most))
    }

    fn each_container(&self, subject: &Subject, mut each: impl FnMut(&ContainerNode)) {
        match subject {
            Subject::Stack(project) => {
                let services = self.stack(project).into_iter().flat_map(|stack| &stack.services);
                services.flat_map(|service| &service.containers).for_each(each);
            }
            Subject::Service { project, service } => {
                let service = self.service(project, service);
                service.into_iter().flat_map(|service| &service.containers).for_each(each);
            }
            Subject::Container(id) => {
                if let Some(node) = self.container(id) {
                    each(node);
                }
            }
            // Its containers have a row each.
            Subject::Loose => {}
        }
    }
}
