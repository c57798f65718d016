//! How a container, a service or a stack fares.

use crate::domain::{Container, ContainerState, Health, units};
use jiff::Timestamp;

/// From the worst to what needs no look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    Bad,
    Warning,
    /// On its way: starting, being removed.
    Busy,
    Good,
    /// Stopped on purpose, done, or not created.
    Idle,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    pub condition: Condition,
    /// `None`: not created.
    pub state: Option<ContainerState>,
    pub health: Option<Health>,
    pub exit_code: Option<i64>,
    pub oom_killed: bool,
    /// How often the daemon has restarted it; `None` until it was inspected.
    pub restarts: Option<u64>,
    /// Since when it runs, or when it ended.
    pub since: Option<Timestamp>,
}

impl Status {
    pub fn not_created() -> Self {
        Self {
            condition: Condition::Idle,
            state: None,
            health: None,
            exit_code: None,
            oom_killed: false,
            restarts: None,
            since: None,
        }
    }

    pub fn of(container: &Container) -> Self {
        let details = container.details.as_ref();
        let ended = matches!(
            container.state,
            ContainerState::Exited | ContainerState::Dead | ContainerState::Restarting
        );
        let exit_code = ended
            .then(|| details.map(|details| details.exit_code).or_else(|| exit_code_in(&container.status)))
            .flatten();
        let oom_killed = ended && details.is_some_and(|details| details.oom_killed);
        let failed = details.is_some_and(|details| details.error.is_some());
        let condition = match container.state {
            ContainerState::Running => match container.health {
                Some(Health::Unhealthy) => Condition::Bad,
                Some(Health::Starting) => Condition::Busy,
                Some(Health::Healthy) | None => Condition::Good,
            },
            ContainerState::Restarting | ContainerState::Dead => Condition::Bad,
            ContainerState::Paused | ContainerState::Unknown => Condition::Warning,
            // Created and never started is normal for a moment, and an error when the daemon could not start it.
            ContainerState::Created if failed => Condition::Bad,
            ContainerState::Created | ContainerState::Removing => Condition::Busy,
            // 143 is how a process ends that obeys `docker stop`, 137 how one ends that does not.
            ContainerState::Exited => match exit_code {
                _ if container.was_stopped() => Condition::Idle,
                _ if oom_killed || failed => Condition::Bad,
                Some(0 | 143) => Condition::Idle,
                Some(137) | None => Condition::Warning,
                Some(_) => Condition::Bad,
            },
        };
        let since = details.and_then(|details| {
            if ended { details.finished_at.or(details.started_at) } else { details.started_at }
        });
        Self {
            condition,
            state: Some(container.state),
            health: container.health,
            exit_code,
            oom_killed,
            restarts: details.map(|details| details.restart_count),
            since,
        }
    }

    pub fn serves(&self) -> bool {
        self.state.is_some_and(ContainerState::serves)
    }

    pub fn is_running(&self) -> bool {
        matches!(
            self.state,
            Some(ContainerState::Running | ContainerState::Paused | ContainerState::Restarting)
        )
    }

    /// `up 3d`, `restarting (137, OOM)`, `exited (1) 4m ago`, `not created`.
    pub fn words(&self, now: Timestamp) -> String {
        let age = self.since.map(|since| units::duration(units::since(since, now)));
        let code = match (self.exit_code, self.oom_killed) {
            (Some(code), true) => format!(" ({code}, OOM)"),
            (Some(code), false) => format!(" ({code})"),
            (None, true) => " (OOM)".to_owned(),
            (None, false) => String::new(),
        };
        let ago = age.as_ref().map_or(String::new(), |age| format!(" {age} ago"));
        match self.state {
            None => "not created".to_owned(),
            Some(ContainerState::Running) => {
                let up = age.map_or_else(|| "up".to_owned(), |age| format!("up {age}"));
                match self.health {
                    Some(Health::Unhealthy) => format!("unhealthy, {up}"),
                    Some(Health::Starting) => format!("starting, {up}"),
                    Some(Health::Healthy) | None => up,
                }
            }
            Some(ContainerState::Restarting) => format!("restarting{code}"),
            Some(ContainerState::Exited) => format!("exited{code}{ago}"),
            Some(ContainerState::Dead) => format!("dead{code}{ago}"),
            Some(ContainerState::Paused) => "paused".to_owned(),
            Some(ContainerState::Created) => "created".to_owned(),
            Some(ContainerState::Removing) => "removing".to_owned(),
            Some(ContainerState::Unknown) => "in an unknown state".to_owned(),
        }
    }
}

/// The code in Docker's own words, `Exited (137) 3 minutes ago`.
fn exit_code_in(status: &str) -> Option<i64> {
    let (_, rest) = status.split_once('(')?;
    rest.split_once(')')?.0.parse().ok()
}
