//! Containers without a health check: that one runs at the first look says little, since many die of a wrong setting
//! within a moment.

use super::{Progress, refused};
use crate::domain::{Container, ContainerId, ContainerState, Fault};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a container has to have been seen running without a restart.
const SETTLED: Duration = Duration::from_secs(1);
/// After so many restarts it is not going to stay.
const RESTARTS: u64 = 3;

#[derive(Debug, Default)]
pub(super) struct Lives {
    by_container: BTreeMap<ContainerId, Life>,
}

#[derive(Debug)]
struct Life {
    /// The restarts there had been when it was first looked at.
    restarts: u64,
    started: Option<Timestamp>,
    running_since: Option<Instant>,
}

impl Lives {
    pub fn judge(&mut self, container: &Container, now: Instant) -> Result<Progress, Fault> {
        let details = container.details.as_ref();
        let restarts = details.map_or(0, |details| details.restart_count);
        let started = details.and_then(|details| details.started_at);
        let exit_code = details.map_or(-1, |details| details.exit_code);
        let life = self.by_container.entry(container.id.clone()).or_insert(Life {
            restarts,
            started,
            running_since: None,
        });
        if restarts.saturating_sub(life.restarts) >= RESTARTS {
            return Err(refused(container, &format!("it keeps restarting, last with exit code {exit_code}")));
        }
        match container.state {
            ContainerState::Running => {
                if life.started != started {
                    (life.started, life.running_since) = (started, None);
                }
                let since = *life.running_since.get_or_insert(now);
                let settled = now.duration_since(since) >= SETTLED;
                Ok(if settled { Progress::Done } else { Progress::Pending("running, for now") })
            }
            ContainerState::Exited | ContainerState::Dead | ContainerState::Removing => {
                Err(refused(container, &format!("it ended with exit code {exit_code}")))
            }
            ContainerState::Restarting => Ok(Progress::Pending("restarting")),
            ContainerState::Created | ContainerState::Paused | ContainerState::Unknown => {
                life.running_since = None;
                Ok(Progress::Pending("not running"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::apply::wait::tests::container;

    fn life(state: ContainerState, second: i64, restarts: u64) -> Container {
        let mut container = container(state, None, 7);
        if let Some(details) = &mut container.details {
            details.started_at = Timestamp::from_second(second).ok();
            details.restart_count = restarts;
        }
        container
    }

    #[test]
    fn one_that_runs_on_for_a_moment_is_up_and_a_restart_begins_it_anew() {
        let (mut lives, begun) = (Lives::default(), Instant::now());
        let pending = Ok(Progress::Pending("running, for now"));
        assert_eq!(lives.judge(&life(ContainerState::Running, 1, 0), begun), pending);
        assert_eq!(lives.judge(&life(ContainerState::Running, 2, 1), begun + SETTLED), pending);
        assert_eq!(
            lives.judge(&life(ContainerState::Running, 2, 1), begun + SETTLED * 2),
            Ok(Progress::Done)
        );
    }

    #[test]
    fn one_that_ends_or_keeps_restarting_is_refused() {
        let (mut lives, begun) = (Lives::default(), Instant::now());
        assert!(lives.judge(&life(ContainerState::Running, 1, 4), begun).is_ok());
        assert_eq!(
            lives.judge(&life(ContainerState::Restarting, 1, 6), begun),
            Ok(Progress::Pending("restarting"))
        );
        let fault = lives.judge(&life(ContainerState::Restarting, 1, 7), begun).unwrap_err();
        assert!(fault.to_string().contains("keeps restarting, last with exit code 7"), "{fault}");
        let fault = lives.judge(&life(ContainerState::Exited, 1, 4), begun).unwrap_err();
        assert!(fault.to_string().contains("ended with exit code 7"), "{fault}");
    }
}
