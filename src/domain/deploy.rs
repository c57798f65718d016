//! How far a deploy has come. Its plan names the step that each state is reached with, so that a journal that was cut
//! anywhere tells it; what is there is then looked at by labels, and the journal alone is never believed.

use super::StackRef;
use super::task::{StepState, TaskRecord, TaskState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A deploy that serves, and whose old containers are kept until somebody accepts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undecided {
    pub stack: StackRef,
    /// Its number among the stack's deploys.
    pub deploy: u64,
    pub since: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeployState {
    Planned,
    /// The stack is ours alone.
    Locked,
    /// All images are there.
    Pulled,
    /// What is to be gone back to is written down.
    Snapshotted,
    /// New containers stand beside old ones.
    GreenCreated,
    GreenHealthy,
    /// Requests go to the new ones.
    Switched,
    /// The old ones are kept for a while.
    Soaking,
    /// The old ones have answered what they were at.
    Drained,
    /// The new ones serve, and the old ones stay, stopped, until somebody accepts them.
    AwaitingAcceptance,
    OldRemoved,
    Committed,
    RollingBack,
    RolledBack,
    /// Neither forward nor back goes by itself.
    NeedsOperator,
}

impl DeployState {
    /// The states that may follow. Several services and batches pass through the middle again and again.
    pub fn may_become(self, next: Self) -> bool {
        use DeployState::{
            AwaitingAcceptance, Committed, Drained, GreenCreated, GreenHealthy, Locked, NeedsOperator,
            OldRemoved, Planned, Pulled, RolledBack, RollingBack, Snapshotted, Soaking, Switched,
        };
        match self {
            Planned => matches!(next, Locked | NeedsOperator),
            Locked => matches!(next, Pulled | Snapshotted | NeedsOperator),
            Pulled => matches!(next, Snapshotted | NeedsOperator),
            Snapshotted => matches!(
                next,
                GreenCreated
                    | GreenHealthy
                    | Switched
                    | Drained
                    | AwaitingAcceptance
                    | OldRemoved
                    | Committed
                    | RollingBack
                    | NeedsOperator
            ),
            GreenCreated => matches!(next, GreenHealthy | RollingBack | NeedsOperator),
            GreenHealthy => matches!(
                next,
                GreenCreated
                    | Switched
                    | Soaking
                    | Drained
                    | AwaitingAcceptance
                    | OldRemoved
                    | Committed
                    | RollingBack
                    | NeedsOperator
            ),
            Switched => matches!(
                next,
                GreenCreated
                    | Soaking
                    | Drained
                    | AwaitingAcceptance
                    | OldRemoved
                    | Committed
                    | RollingBack
                    | NeedsOperator
            ),
            Soaking => matches!(
                next,
                GreenCreated
                    | Switched
                    | Drained
                    | AwaitingAcceptance
                    | OldRemoved
                    | Committed
                    | RollingBack
                    | NeedsOperator
            ),
            Drained => matches!(
                next,
                GreenCreated
                    | GreenHealthy
                    | Switched
                    | Soaking
                    | AwaitingAcceptance
                    | OldRemoved
                    | Committed
                    | RollingBack
                    | NeedsOperator
            ),
            AwaitingAcceptance => matches!(next, OldRemoved | Committed | RollingBack | NeedsOperator),
            // What has taken the old one's place is not given up any more.
            OldRemoved => matches!(next, Committed | NeedsOperator),
            Committed | RolledBack => false,
            RollingBack => matches!(next, RolledBack | NeedsOperator),
            // Whoever resumes goes on from what there is.
            NeedsOperator => matches!(next, GreenCreated | OldRemoved | Committed | RollingBack),
        }
    }

    /// Whether what was there before can still be had back by itself.
    pub fn can_roll_back(self) -> bool {
        self.may_become(Self::RollingBack)
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Locked => "locked",
            Self::Pulled => "images are there",
            Self::Snapshotted => "what was is written down",
            Self::GreenCreated => "new containers stand beside the old ones",
            Self::GreenHealthy => "the new ones are healthy",
            Self::Switched => "requests go to the new ones",
            Self::Soaking => "the new ones are watched",
            Self::Drained => "the old ones have ended their work",
            Self::AwaitingAcceptance => "waits to be accepted",
            Self::OldRemoved => "the old ones are gone",
            Self::Committed => "committed",
            Self::RollingBack => "going back",
            Self::RolledBack => "rolled back",
            Self::NeedsOperator => "needs the operator",
        }
    }
}

impl TaskRecord {
    /// How far the deploy has come; `None` for what is none.
    pub fn deploy_state(&self) -> Option<DeployState> {
        let plan = self.plan.as_ref().filter(|plan| !plan.milestones.is_empty())?;
        let done = |step: &usize| self.steps.get(*step).is_some_and(|step| step.state == StepState::Done);
        let last = plan.milestones.iter().filter(|(step, _)| done(step)).max_by_key(|(step, _)| *step);
        Some(last.map_or(DeployState::Locked, |(_, state)| *state))
    }

    /// Whether it left containers other than they were: it has touched some, and they were not taken back. One that
    /// ended by itself before the first state was reached has seen to it that all is as before; one whose worker died
    /// there has not.
    pub fn is_half_done(&self) -> bool {
        let steps = self.plan.iter().flat_map(|plan| &plan.steps).zip(&self.steps);
        let mut begun = steps.filter(|(_, record)| record.state != StepState::Pending);
        let has_touched = begun.any(|(step, _)| step.verb.changes_containers());
        let is_as_before = match self.deploy_state() {
            Some(DeployState::RolledBack) => true,
            Some(DeployState::Locked | DeployState::Pulled) => self.state != TaskState::Interrupted,
            _ => false,
        };
        has_touched && !is_as_before
    }
}

#[cfg(test)]
mod tests {
    use super::DeployState::{
        AwaitingAcceptance, Committed, Drained, GreenCreated, GreenHealthy, Locked, NeedsOperator,
        OldRemoved, Planned, Pulled, RolledBack, RollingBack, Snapshotted, Soaking, Switched,
    };
    use super::*;
    use crate::domain::task::{JournalLine, TaskEvent, TaskTerms, UpdateOptions};
    use crate::domain::{Operation, Plan, PlannedStep, StepVerb, TaskId, TaskSpec, TaskTarget};

    const ALL: [DeployState; 15] = [
        Planned,
        Locked,
        Pulled,
        Snapshotted,
        GreenCreated,
        GreenHealthy,
        Switched,
        Soaking,
        Drained,
        AwaitingAcceptance,
        OldRemoved,
        Committed,
        RollingBack,
        RolledBack,
        NeedsOperator,
    ];

    #[test]
    fn from_every_state_a_deploy_comes_to_an_end_and_never_out_of_one() {
        for state in ALL {
            let mut reached = vec![state];
            while let Some(next) = ALL
                .iter()
                .copied()
                .find(|next| !reached.contains(next) && reached.iter().any(|from| from.may_become(*next)))
            {
                reached.push(next);
            }
            let is_end = matches!(state, Committed | RolledBack);
            assert_eq!(reached.len() == 1, is_end, "{state:?} leads to {reached:?}");
            assert!(reached.iter().any(|end| matches!(end, Committed | RolledBack)), "{state:?}");
        }
    }

    /// A record whose steps were begun as far as `taken`, with what became of them.
    fn update(
        taken: &[(StepVerb, StepState)],
        milestones: &[(usize, DeployState)],
        state: TaskState,
    ) -> TaskRecord {
        let mut record = TaskRecord::new(TaskSpec {
            id: TaskId("1".to_owned()),
            operation: Operation::Update(UpdateOptions::default()),
            target: TaskTarget::Stack(StackRef::named("shop")),
            requested_by: "me".to_owned(),
            requested_from: None,
            requested_at: Timestamp::UNIX_EPOCH,
            endpoint: String::new(),
            terms: TaskTerms::default(),
        });
        let steps = taken.iter().map(|(verb, _)| PlannedStep::new(*verb, "api", "")).collect();
        let plan = Plan { steps, milestones: milestones.to_vec(), ..Plan::default() };
        record.apply(&JournalLine { time: Timestamp::UNIX_EPOCH, event: TaskEvent::Planned { plan } });
        for (step, (_, state)) in record.steps.iter_mut().zip(taken) {
            step.state = *state;
        }
        record.state = state;
        record
    }

    #[test]
    fn a_way_back_is_offered_only_where_something_was_left_changed() {
        use StepState::{Done, Failed as Broken, Pending, Running};
        use StepVerb::{CreateContainer, Pull, StartContainer};
        use TaskState::{Cancelled, Failed, Interrupted};
        let milestones = [(0, Pulled), (1, GreenCreated), (2, RolledBack)];
        let offers = |taken: [StepState; 3], milestones: &[(usize, DeployState)], state| {
            let verbs = [Pull, CreateContainer, StartContainer];
            let taken: Vec<_> = verbs.into_iter().zip(taken).collect();
            let record = update(&taken, milestones, state);
            assert_eq!(record.offer().contains("rollback"), record.roll_back().is_some());
            record.roll_back().is_some()
        };
        // It was refused before anything was begun, or only got an image.
        for state in [Failed, Cancelled, Interrupted] {
            assert!(!offers([Pending, Pending, Pending], &milestones, state), "{state:?}");
            assert!(!offers([Broken, Pending, Pending], &[], state), "{state:?}");
            assert!(!offers([Done, Pending, Pending], &milestones, state), "{state:?}");
            assert!(!offers([Done, Done, Done], &milestones, state), "{state:?} after it was taken back");
            assert!(offers([Done, Done, Broken], &milestones, state), "{state:?} in the middle");
            assert!(offers([Done, Done, Pending], &[], state), "{state:?}, of an `up`");
        }
        // By itself it has seen to it that nothing is left; a worker that died has not.
        assert!(!offers([Done, Broken, Pending], &milestones, Failed));
        assert!(offers([Done, Running, Pending], &milestones, Interrupted));
    }

    #[test]
    fn nobody_goes_back_once_an_old_container_is_gone() {
        let back: Vec<DeployState> = ALL.into_iter().filter(|state| state.can_roll_back()).collect();
        assert_eq!(
            back,
            [
                Snapshotted,
                GreenCreated,
                GreenHealthy,
                Switched,
                Soaking,
                Drained,
                AwaitingAcceptance,
                NeedsOperator
            ]
        );
    }
}
