//! How far a deploy has come. Its plan names the step that each state is reached with, so that a journal that was cut
//! anywhere tells it; what is there is then looked at by labels, and the journal alone is never believed.

use super::StackRef;
use super::task::{StepState, TaskRecord};
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
}

#[cfg(test)]
mod tests {
    use super::DeployState::{
        AwaitingAcceptance, Committed, Drained, GreenCreated, GreenHealthy, Locked, NeedsOperator,
        OldRemoved, Planned, Pulled, RolledBack, RollingBack, Snapshotted, Soaking, Switched,
    };
    use super::*;

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
