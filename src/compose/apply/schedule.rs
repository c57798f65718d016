//! Which step is taken next: of those that can be, the one that most others wait for.

use crate::compose::plan::{Action, Target};
use crate::domain::{ContainerId, PlannedStep};
use std::ops::Range;

/// How many steps are taken at a time. A stop or a wait costs nothing while it lasts.
const AT_ONCE: usize = 64;
/// How many containers are created at a time. The daemon prepares their file systems one after the other anyhow: more
/// at once would only keep each other from ending, and the first one is needed before the others.
const CREATED_AT_ONCE: usize = 1;
/// How many containers are recreated at a time: each of them waits for its predecessor to stop.
const RECREATED_AT_ONCE: usize = 4;

pub(super) struct Schedule<'plan> {
    steps: &'plan [PlannedStep],
    actions: &'plan [Action],
    /// By urgency.
    waiting: Vec<usize>,
    running: Vec<usize>,
    ended: Vec<bool>,
    /// Stops whose container has ended, though the daemon has not yet tidied up after it.
    died: Vec<bool>,
    at_once: usize,
}

impl<'plan> Schedule<'plan> {
    /// Of the steps in the range; those before it have been taken. `at_once` may only lower what is usual.
    pub fn new(
        steps: &'plan [PlannedStep],
        actions: &'plan [Action],
        range: Range<usize>,
        at_once: Option<usize>,
    ) -> Self {
        let urgency = urgency(steps);
        let mut ended = vec![false; steps.len()];
        ended[..range.start].fill(true);
        let mut waiting: Vec<usize> = range.collect();
        waiting.sort_by_key(|step| (std::cmp::Reverse(urgency[*step]), *step));
        let died = vec![false; steps.len()];
        let at_once = at_once.unwrap_or(AT_ONCE).clamp(1, AT_ONCE);
        Self { steps, actions, waiting, running: Vec::new(), ended, died, at_once }
    }

    /// The steps that can be begun now; they count as running from here on.
    pub fn begin(&mut self) -> Vec<usize> {
        let mut begun = Vec::new();
        let mut still = Vec::new();
        for step in std::mem::take(&mut self.waiting) {
            let ready = self.steps[step].after.iter().all(|earlier| self.allows(*earlier, step));
            if ready && self.has_room(step) {
                self.running.push(step);
                begun.push(step);
            } else {
                still.push(step);
            }
        }
        self.waiting = still;
        begun
    }

    pub fn end(&mut self, step: usize) {
        self.running.retain(|running| *running != step);
        self.ended[step] = true;
    }

    /// A container ended. What was stopped because of it can stop from now on; anything else still waits for the
    /// daemon's answer.
    pub fn dies(&mut self, id: &ContainerId) {
        for step in &self.running {
            if let Action::Stop(Target::Existing { id: stopped, .. }) = &self.actions[*step] {
                self.died[*step] |= stopped == id;
            }
        }
    }

    /// Whether some stop waits for another one, which a death may let begin sooner.
    pub fn has_chained_stops(&self) -> bool {
        let chained = |step: &usize| self.steps[*step].after.iter().any(|earlier| self.stops(*earlier));
        self.waiting.iter().any(|step| self.stops(*step) && chained(step))
    }

    fn allows(&self, earlier: usize, step: usize) -> bool {
        let ended = self.ended.get(earlier).copied().unwrap_or(true);
        ended || (self.died[earlier] && self.stops(step))
    }

    fn stops(&self, step: usize) -> bool {
        matches!(self.actions.get(step), Some(Action::Stop(_)))
    }

    /// Begins nothing any more.
    pub fn give_up(&mut self) {
        self.waiting.clear();
    }

    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn has_room(&self, step: usize) -> bool {
        let kind = |step: usize| std::mem::discriminant(&self.actions[step]);
        let alike = self.running.iter().filter(|running| kind(**running) == kind(step)).count();
        self.running.len() < self.at_once && alike < most_at_once(&self.actions[step])
    }
}

fn most_at_once(action: &Action) -> usize {
    if matches!(action, Action::Create(_)) {
        CREATED_AT_ONCE
    } else if matches!(action, Action::Recreate { .. }) {
        RECREATED_AT_ONCE
    } else {
        AT_ONCE
    }
}

/// By step, how long the longest way is from it to an end of the plan.
fn urgency(steps: &[PlannedStep]) -> Vec<usize> {
    let mut urgency = vec![1; steps.len()];
    // Steps may wait for later ones, so a walk settles only once nothing changes; a circle never would.
    for _ in 0..steps.len() {
        let mut changed = false;
        for (step, planned) in steps.iter().enumerate().rev() {
            for earlier in &planned.after {
                let wanted = urgency[step] + 1;
                if urgency.get(*earlier).is_some_and(|known| *known < wanted) {
                    urgency[*earlier] = wanted;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    urgency
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::body::Creation;
    use crate::domain::StepVerb;
    use serde_json::Value;

    fn step(after: &[usize]) -> PlannedStep {
        PlannedStep { after: after.to_vec(), ..PlannedStep::new(StepVerb::StartContainer, "", "") }
    }

    fn start() -> Action {
        Action::Start(existing("1"))
    }

    fn stop(id: &str) -> Action {
        Action::Stop(existing(id))
    }

    fn existing(id: &str) -> Target {
        Target::Existing { id: ContainerId(id.to_owned()), name: "a".to_owned() }
    }

    fn creation() -> Box<Creation> {
        Box::new(Creation {
            name: "shop-web-1".to_owned(),
            service: "web".to_owned(),
            number: 1,
            body: Value::Null,
            platform: None,
            connect: Vec::new(),
            uploads: Vec::new(),
            pending: None,
        })
    }

    #[test]
    fn containers_are_created_one_after_the_other_while_others_start() {
        let steps = [step(&[]), step(&[]), step(&[0]), step(&[1])];
        let actions = [Action::Create(creation()), Action::Create(creation()), start(), start()];
        let mut schedule = Schedule::new(&steps, &actions, 0..4, None);
        assert_eq!(schedule.begin(), [0]);
        assert_eq!(schedule.begin(), Vec::<usize>::new());
        schedule.end(0);
        assert_eq!(schedule.begin(), [1, 2]);
    }

    #[test]
    fn some_containers_are_recreated_at_a_time_as_each_waits_for_a_stop() {
        let steps: Vec<PlannedStep> = (0..6).map(|_| step(&[])).collect();
        let recreation = || Action::Recreate { old: ContainerId("1".to_owned()), creation: creation() };
        let actions: Vec<Action> = (0..6).map(|_| recreation()).collect();
        let mut schedule = Schedule::new(&steps, &actions, 0..6, None);
        assert_eq!(schedule.begin(), [0, 1, 2, 3]);
        schedule.end(2);
        assert_eq!(schedule.begin(), [4]);
    }

    #[test]
    fn what_a_chain_waits_for_comes_first() {
        let steps = [step(&[]), step(&[]), step(&[1]), step(&[2]), step(&[0])];
        let actions = [start(), start(), start(), start(), start()];
        let mut schedule = Schedule::new(&steps, &actions, 0..5, None);
        assert_eq!(schedule.begin(), [1, 0]);
        schedule.end(1);
        assert_eq!(schedule.begin(), [2]);
        schedule.end(0);
        schedule.end(2);
        assert_eq!(schedule.begin(), [3, 4]);
        assert!(!schedule.is_waiting());
    }

    #[test]
    fn a_death_lets_the_next_one_stop_and_nothing_else_begin() {
        let steps = [step(&[]), step(&[0]), step(&[0]), step(&[1])];
        let removal = Action::Remove { target: existing("1"), volumes: false, force: false };
        let actions = [stop("1"), stop("2"), removal, start()];
        let mut schedule = Schedule::new(&steps, &actions, 0..4, None);
        assert!(schedule.has_chained_stops());
        assert_eq!(schedule.begin(), [0]);
        schedule.dies(&ContainerId("2".to_owned()));
        assert_eq!(schedule.begin(), Vec::<usize>::new(), "another's death is no leave");
        schedule.dies(&ContainerId("1".to_owned()));
        assert_eq!(schedule.begin(), [1], "the removal waits for the answer");
        schedule.end(0);
        assert_eq!(schedule.begin(), [2]);
        schedule.dies(&ContainerId("2".to_owned()));
        assert_eq!(schedule.begin(), Vec::<usize>::new(), "a start waits for the answer");
    }

    #[test]
    fn one_thing_at_a_time_when_that_is_asked_for() {
        let steps = [step(&[]), step(&[])];
        let actions = [start(), start()];
        let mut schedule = Schedule::new(&steps, &actions, 0..2, Some(1));
        assert_eq!(schedule.begin(), [0]);
        assert_eq!(schedule.begin(), Vec::<usize>::new());
        schedule.end(0);
        assert_eq!(schedule.begin(), [1]);
    }

    #[test]
    fn a_circle_is_left_waiting_and_does_not_hang() {
        let steps = [step(&[1]), step(&[0])];
        let actions = [start(), start()];
        let mut schedule = Schedule::new(&steps, &actions, 0..2, None);
        assert_eq!(schedule.begin(), Vec::<usize>::new());
        assert!(schedule.is_waiting());
    }
}
