//! Tells of the steps of a decision as they are taken, by what they do and to whom.

use crate::domain::{Fault, Plan, StepVerb, TaskEvent};
use std::collections::BTreeSet;

pub struct Teller<'told> {
    told: &'told mut dyn FnMut(TaskEvent),
    plan: Plan,
    current: Option<usize>,
    over: BTreeSet<usize>,
    has_failed: bool,
}

impl<'told> Teller<'told> {
    pub fn new(told: &'told mut dyn FnMut(TaskEvent), plan: Plan) -> Self {
        Self { told, plan, current: None, over: BTreeSet::new(), has_failed: false }
    }

    pub fn line(&mut self, text: String) {
        (self.told)(TaskEvent::Output { text });
    }

    /// What the plan does not have is done all the same: the world is another one than it was planned for.
    pub fn begin(&mut self, verb: StepVerb, object: &str) {
        self.begin_where(|step_verb, step_object| step_verb == verb && step_object == object);
    }

    /// The step that the decision itself is about.
    pub fn begin_decided(&mut self) {
        self.begin_where(|verb, _| matches!(verb, StepVerb::Switch | StepVerb::RemoveVolume));
    }

    fn begin_where(&mut self, is_meant: impl Fn(StepVerb, &str) -> bool) {
        let steps = self.plan.steps.iter().enumerate();
        let mut meant = steps.filter(|(_, step)| is_meant(step.verb, &step.object));
        self.current = meant.find(|(index, _)| !self.over.contains(index)).map(|(index, _)| index);
        if let Some(step) = self.current {
            (self.told)(TaskEvent::StepStarted { step });
        }
    }

    pub fn end(&mut self, fault: Option<&Fault>) {
        self.has_failed |= fault.is_some();
        if let Some(step) = self.current.take() {
            self.over.insert(step);
            (self.told)(TaskEvent::StepFinished { step, fault: fault.cloned() });
        }
    }

    /// A failure is told at the step that was at work, or at the first that was not begun; where all went well, what
    /// was left out was so already.
    pub fn end_all(&mut self, fault: Option<&Fault>) {
        if self.current.is_some() {
            self.end(fault);
        }
        let left: Vec<usize> = (0..self.plan.steps.len()).filter(|step| !self.over.contains(step)).collect();
        let told = match fault {
            Some(_) if self.has_failed => 0,
            Some(_) => 1,
            None => left.len(),
        };
        for step in left.into_iter().take(told) {
            (self.told)(TaskEvent::StepStarted { step });
            self.current = Some(step);
            self.end(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FaultKind, PlannedStep};

    fn plan() -> Plan {
        let steps = vec![
            PlannedStep::new(StepVerb::StopContainer, "web", ""),
            PlannedStep::new(StepVerb::Switch, "old side", ""),
            PlannedStep::new(StepVerb::StartContainer, "web", ""),
        ];
        Plan { steps, ..Plan::default() }
    }

    /// The steps that began, and those that ended with whether they failed.
    fn told(tell: impl FnOnce(&mut Teller<'_>)) -> (Vec<usize>, Vec<(usize, bool)>) {
        let (mut begun, mut ended) = (Vec::new(), Vec::new());
        let mut heard = |event: TaskEvent| match event {
            TaskEvent::StepStarted { step } => begun.push(step),
            TaskEvent::StepFinished { step, fault } => ended.push((step, fault.is_some())),
            _ => {}
        };
        tell(&mut Teller::new(&mut heard, plan()));
        (begun, ended)
    }

    #[test]
    fn each_step_is_told_once_whatever_of_it_was_left_to_do() {
        let (begun, ended) = told(|say| {
            say.begin_decided();
            say.end(None);
            say.begin(StepVerb::StopContainer, "nobody's");
            say.end(None);
            say.end_all(None);
        });
        assert_eq!(begun, [1, 0, 2]);
        assert_eq!(ended, [(1, false), (0, false), (2, false)]);
    }

    #[test]
    fn a_failure_is_told_at_one_step_and_those_behind_it_are_left_undone() {
        let fault = Fault::new(FaultKind::Conflict, "restore", "shop");
        assert_eq!(told(|say| say.end_all(Some(&fault))).1, [(0, true)]);
        let at_work = told(|say| {
            say.begin(StepVerb::StopContainer, "web");
            say.end(None);
            say.begin_decided();
            say.end_all(Some(&fault));
        });
        assert_eq!(at_work.1, [(0, false), (1, true)]);
        let went_back = told(|say| {
            say.begin(StepVerb::StartContainer, "web");
            say.end(Some(&fault));
            say.end_all(Some(&fault));
        });
        assert_eq!(went_back.1, [(2, true)]);
    }
}
