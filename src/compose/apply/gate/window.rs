//! How long a container has been well without a break. Pure: what was seen, and when.

use crate::domain::check::gist;
use crate::domain::{Container, ContainerState, Health, units};
use jiff::Timestamp;
use std::time::{Duration, Instant};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Proven,
    /// How it is.
    Pending(String),
    /// It will not come to be well.
    Failed(String),
}

#[derive(Debug)]
pub struct Window {
    /// Restarts there had been when it was first looked at.
    restarts: u64,
    started: Option<Timestamp>,
    well_since: Option<Instant>,
}

impl Window {
    pub fn new(container: &Container) -> Self {
        let details = container.details.as_ref();
        Self {
            restarts: details.map_or(0, |details| details.restart_count),
            started: details.and_then(|details| details.started_at),
            well_since: None,
        }
    }

    pub fn judge(&mut self, container: &Container, wanted: Duration, now: Instant) -> Standing {
        let details = container.details.as_ref();
        let exit_code = details.map_or(-1, |details| details.exit_code);
        if details.is_some_and(|details| details.oom_killed) {
            return Standing::Failed("it ran out of memory".to_owned());
        }
        if details.is_some_and(|details| details.restart_count > self.restarts) {
            return Standing::Failed(format!("it ended and was restarted, last with exit code {exit_code}"));
        }
        let started = details.and_then(|details| details.started_at);
        if started != self.started {
            // A daemon that restarts starts its containers again; that is no fault of theirs, and a break all the same.
            (self.started, self.well_since) = (started, None);
        }
        match (container.state, container.health) {
            (ContainerState::Exited | ContainerState::Dead | ContainerState::Removing, _) => {
                Standing::Failed(format!("it ended with exit code {exit_code}"))
            }
            (ContainerState::Restarting, _) => {
                Standing::Failed(format!("it ended with exit code {exit_code} and is being restarted"))
            }
            (ContainerState::Created | ContainerState::Paused | ContainerState::Unknown, _) => {
                self.well_since = None;
                Standing::Pending("does not run".to_owned())
            }
            (ContainerState::Running, Some(Health::Unhealthy)) => {
                let output = details.and_then(|details| details.health_output.as_ref());
                let why = output.map(|output| format!(": {}", gist(output))).unwrap_or_default();
                Standing::Failed(format!("it is unhealthy{why}"))
            }
            (ContainerState::Running, Some(Health::Starting)) => {
                self.well_since = None;
                Standing::Pending("is starting".to_owned())
            }
            (ContainerState::Running, Some(Health::Healthy) | None) => {
                let since = *self.well_since.get_or_insert(now);
                let stood = now.duration_since(since);
                if stood >= wanted {
                    return Standing::Proven;
                }
                let word = if container.health.is_some() { "healthy" } else { "running" };
                let whole = Duration::from_secs(stood.as_secs());
                Standing::Pending(format!(
                    "{word} for {} of {}",
                    units::duration(whole),
                    units::duration(wanted)
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::ContainerDetails;
    use crate::domain::fixtures;

    const WANTED: Duration = Duration::from_secs(10);

    fn seen(state: ContainerState, health: Option<Health>) -> Container {
        let details = Some(ContainerDetails { restart_count: 1, oom_killed: false, ..fixtures::details() });
        Container { state, health, details, ..fixtures::container("shop-api-1") }
    }

    #[test]
    fn it_is_proven_once_it_was_healthy_long_enough_without_a_break() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let healthy = seen(ContainerState::Running, Some(Health::Healthy));
        let mut window = Window::new(&healthy);
        let mut judged = |container: &Container, seconds| window.judge(container, WANTED, at(seconds));
        assert!(matches!(judged(&healthy, 0), Standing::Pending(_)));
        assert!(matches!(judged(&healthy, 9), Standing::Pending(_)));
        let starting = seen(ContainerState::Running, Some(Health::Starting));
        assert!(matches!(judged(&starting, 10), Standing::Pending(_)), "a break");
        assert!(matches!(judged(&healthy, 11), Standing::Pending(_)), "it begins anew");
        assert_eq!(judged(&healthy, 21), Standing::Proven);
    }

    #[test]
    fn a_restart_an_end_a_lack_of_memory_and_bad_health_are_final() {
        let now = Instant::now();
        let well = seen(ContainerState::Running, None);
        let judged = |container: &Container| Window::new(&well).judge(container, WANTED, now);
        let with = |change: fn(&mut ContainerDetails)| {
            let mut container = well.clone();
            change(container.details.as_mut().unwrap());
            container
        };
        for bad in [
            with(|details| details.restart_count = 2),
            with(|details| details.oom_killed = true),
            seen(ContainerState::Exited, None),
            seen(ContainerState::Restarting, None),
            seen(ContainerState::Running, Some(Health::Unhealthy)),
        ] {
            assert!(matches!(judged(&bad), Standing::Failed(_)), "{bad:?}");
        }
        assert!(matches!(judged(&well), Standing::Pending(_)));
    }
}
